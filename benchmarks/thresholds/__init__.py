"""How often the thresholds speak when nothing happened, how late when something did, and what they promise."""
