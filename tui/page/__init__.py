"""The coach's dashboard for this machine's browser, served from a key."""
