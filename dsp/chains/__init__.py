"""Processing chains of one sensor, by placement: from raw axes to contacts, toe-offs and readings."""
