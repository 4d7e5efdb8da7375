"""Widgets: one file each; they are shown plain values and know nothing of the wire."""
