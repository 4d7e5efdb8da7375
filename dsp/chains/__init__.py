"""Everything one sensor's samples go through, from raw axes to contacts, by where the sensor sits."""
