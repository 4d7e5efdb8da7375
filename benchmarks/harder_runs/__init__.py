"""Recorded runners under harder conditions that leave the ground truth intact: body, wear, sensor, day."""
