"""Runs on disk, written so that they survive a crash, and read back."""
