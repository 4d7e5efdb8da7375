"""A run from start to end: sets up files, brokers and screen, starts and stops every task."""
