"""Recorded runners made harder, in ways that keep their truth: other bodies, other wear, worse sensors, other days."""
