"""Turning a run into messages to publish: numbered and timestamped, with the trend for late subscribers."""
