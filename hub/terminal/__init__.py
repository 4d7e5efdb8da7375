"""The terminal: who has it, the dashboard as a process on it, a line of progress."""
