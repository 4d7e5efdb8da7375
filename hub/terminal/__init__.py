"""The terminal: output to it, the dashboard as a child process on it, and child processes tied to the hub."""
