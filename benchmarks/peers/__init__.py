"""Comparison with other gait libraries, each in an environment of its own; called, never copied."""
