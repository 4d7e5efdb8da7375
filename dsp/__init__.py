"""The pure signal core: sample blocks in; steps, metrics, thresholds and cues out. No clocks, no tasks, no files."""
