"""One file a cue rule; the file stem is the rule's id. Found by name, listed nowhere."""
