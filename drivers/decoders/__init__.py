"""Bytes of one notification to numbers: a table for all formats, one module for each that needs more."""
