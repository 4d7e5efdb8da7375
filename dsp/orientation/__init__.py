"""Orientation of a sensor and its alignment to the body: strapdown, levelling, mount, bends, sensors that move."""
