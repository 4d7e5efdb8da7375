"""Verify profiles with byte vectors from other sources: read them, map their names to ours, compare."""
