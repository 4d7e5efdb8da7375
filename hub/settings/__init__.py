"""User settings: the configuration, paired sensors, device profiles, folders, and the settings a recording stores."""
