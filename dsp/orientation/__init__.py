"""Where the sensor points and how it sits: strapdown, levelling, mount, bends, sensors that move."""
