"""Messages on MQTT and lines in files: payloads, topics, delivery, and the commands that a hub accepts."""
