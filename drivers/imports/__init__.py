"""Other people's files into recordings."""
