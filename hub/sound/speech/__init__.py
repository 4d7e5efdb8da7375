"""Offline speech engines, each a separate program that writes a WAV file."""
