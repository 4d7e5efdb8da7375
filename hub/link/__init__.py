"""Connections to a broker: the options that were measured to matter, and how one is kept."""
