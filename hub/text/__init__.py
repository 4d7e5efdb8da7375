"""What people read on a terminal: lines during a run, summaries after it, notices about what cannot be measured."""
