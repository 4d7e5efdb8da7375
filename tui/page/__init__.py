"""The coach's dashboard for this machine's browser, served on a key press."""
