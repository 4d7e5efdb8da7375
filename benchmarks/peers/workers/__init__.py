"""One file per library; each runs in that library's own environment and knows nothing of the others."""
