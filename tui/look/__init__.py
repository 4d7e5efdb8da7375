"""Colours: themes, and which one was chosen last."""
