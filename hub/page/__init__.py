"""The coach's dashboard as a page for browsers: where it is served, at which address, how a phone gets there."""
