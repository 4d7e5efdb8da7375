"""A recording as the source of a run: playback, seeking in both directions, and marks of events."""
