"""Virtual sensors: ordinary GATT servers that measure a virtual runner."""
