"""Where records and messages go: each sink reads one subscription of the bus until the bus closes."""
