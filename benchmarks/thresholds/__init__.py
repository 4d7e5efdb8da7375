"""False alarms, delays and calibration of the thresholds."""
