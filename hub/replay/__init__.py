"""A recording as the source of a run: there and back, with what happened where."""
