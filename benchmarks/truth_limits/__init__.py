"""How much of the error comes from the ground truth itself: `python -m benchmarks.truth_limits`."""
