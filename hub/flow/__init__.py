"""From packets to facts: where they come from, the engine that works them off, the session, the bus."""
