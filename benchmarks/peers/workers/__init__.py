"""One file per library; each runs in that library's own environment and is independent of the others."""
