"""Home Assistant finds the runner by itself: MQTT device discovery."""
