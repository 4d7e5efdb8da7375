"""Benchmarks of cost, accuracy and reliability; run one with `python -m benchmarks.<name>` (`--help` explains it)."""
