"""Device facts: one TOML file per device, a strict schema and a catalogue. No logic."""
