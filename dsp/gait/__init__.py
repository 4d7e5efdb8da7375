"""From contacts to steps: side, drop, contact time, strides, and several sensors as one."""
