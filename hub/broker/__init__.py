"""The hub's own broker on loopback: it always runs, whatever happens to others."""
