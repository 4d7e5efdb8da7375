"""Contact detectors, one file per signal: samples in, initial contacts and toe-offs out."""
