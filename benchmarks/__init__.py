"""Benchmarks: what the core costs and how right it is; run as `python -m benchmarks.<name>`."""
