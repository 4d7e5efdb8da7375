"""How accurately a hip sensor's heading can be estimated from running, what limits it, and what its error costs."""
