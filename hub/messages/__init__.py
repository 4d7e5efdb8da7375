"""What is said over MQTT and to files: every payload, topic, quality of service, and what may be asked of a hub."""
