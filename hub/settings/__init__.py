"""What the user has set: the configuration, sensors by place, devices, folders, and what a replay must know of it."""
