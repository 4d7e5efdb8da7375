"""From packets to facts: sources of packets, the engine that processes them, the session, the bus."""
