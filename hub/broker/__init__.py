"""The hub's own MQTT brokers: on loopback, which always runs, and for watchers beyond this machine."""
