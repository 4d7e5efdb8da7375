"""Virtual sensors: standard GATT servers that measure a virtual runner."""
