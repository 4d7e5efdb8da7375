"""The dashboards: separate processes, clients of the hub's broker."""
