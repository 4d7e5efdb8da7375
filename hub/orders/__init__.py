"""What others ask of a run: taken from a broker, carried out, answered."""
