"""A run from start to end: files, broker and screen set up, every task started and ended."""
