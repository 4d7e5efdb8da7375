"""One file a metric; the file stem is the metric's key. Found by name, listed nowhere."""
