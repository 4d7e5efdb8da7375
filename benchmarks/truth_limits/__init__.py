"""How much of our error the truth itself makes: `python -m benchmarks.truth_limits`."""
