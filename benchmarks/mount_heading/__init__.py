"""How well a hip sensor's heading can be read off the running, what limits it, and what a wrong one costs the drop."""
