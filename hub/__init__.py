"""The running system: tasks, queues, clocks, MQTT, sessions and the command line."""
