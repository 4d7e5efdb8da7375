"""Device facts: one TOML a device, a strict schema and a catalogue. No logic."""
