"""Home Assistant integration by MQTT device discovery."""
