"""The dashboard: a process of its own, a client of the hub's broker."""
