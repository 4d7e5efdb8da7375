"""Audio outputs: a device, a WAV file, none."""
