"""Synthetic everyday life without running: standing, sitting, walking, stairs, driving, handling the sensors."""
