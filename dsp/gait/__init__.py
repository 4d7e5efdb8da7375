"""From contacts to steps: side, drop, contact time, strides, and the fusion of several sensors."""
