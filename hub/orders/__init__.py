"""Orders to a run (commands and pain reports): received from a broker, carried out, answered."""
