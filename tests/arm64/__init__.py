"""The hub on an emulated Raspberry Pi's processor: `python -m tests.arm64`."""
