"""Detectors of lasting change against the runner's own baseline; they state evidence, never a diagnosis."""
