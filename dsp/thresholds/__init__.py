"""Detectors of lasting change from the runner's own baseline; they give evidence, never a diagnosis."""
