"""Sample conditioning: timestamps, gaps, averaging, chunks and dead axes, and the last seconds of each sensor."""
