"""Keeping each sensor connected and its data flowing."""
