"""Colours: the themes, and the one chosen last."""
