"""Destinations of records and messages: each sink reads one subscription of the bus until the bus closes."""
