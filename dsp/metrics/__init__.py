"""Metrics, one module per metric; the file stem is the metric's key. Metrics are discovered, not registered."""
