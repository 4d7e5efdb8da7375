"""Other people's gait libraries beside ours, each in an environment of its own; called, never copied."""
