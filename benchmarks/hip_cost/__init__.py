"""Cost of a hip sensor from its bytes to the drop of each step: our core and the design's prototype built on VQF."""
