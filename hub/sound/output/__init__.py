"""Where sound goes: a device, a file, nowhere."""
