"""Accuracy plots for `docs/accuracy.md`."""
