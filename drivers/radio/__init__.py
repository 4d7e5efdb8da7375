"""Bluetooth access: one facade over the platform's own stack or a Bumble host."""
