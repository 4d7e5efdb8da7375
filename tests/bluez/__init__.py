"""The radio on Linux: bleak's own BlueZ backend against a fake bluetoothd (L3) and the real one in a VM (L4)."""
