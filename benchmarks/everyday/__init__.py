"""Synthetic days without running: what a worn sensor feels when its wearer stands, sits, climbs, drives or fiddles."""
