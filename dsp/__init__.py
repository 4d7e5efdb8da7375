"""The pure core: from sample blocks to steps, metrics, thresholds and cues. No clocks, no tasks, no files."""
