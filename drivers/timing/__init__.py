"""Device clocks and counters to the hub's timeline."""
