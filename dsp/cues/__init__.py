"""Cue rules, one module per rule; the file stem is the rule's id. Rules are discovered, not registered."""
