"""The adapter: one facade, with the platform's own Bluetooth or a Bumble host behind it."""
