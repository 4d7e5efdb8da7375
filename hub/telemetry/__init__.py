"""What is published of a run: its messages, numbered and timed, and the trend for who comes late."""
