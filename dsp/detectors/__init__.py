"""Contact detectors: one file a place on the body, one sample in, contacts and toe-offs out."""
