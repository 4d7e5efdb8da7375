"""Recorded runners with shoe sensors under harder conditions that leave the ground truth intact: wear, sensor, day."""
