"""Recorded runners with shoe sensors made harder, in ways that keep their truth: other wear, sensors, days."""
