"""Decode notifications into numbers: one table-driven decoder, and a module for each format that needs more."""
