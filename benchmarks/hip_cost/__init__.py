"""What a hip sensor costs from its bytes to the drop of each step, ours and the design's prototype round VQF."""
