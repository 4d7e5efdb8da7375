"""Offline speech engines: each is a program of its own that writes a WAV file."""
