"""Pictures of how exact the core is, for `docs/accuracy.md`."""
