"""What `stridecue` can be told to do: one file a command, loaded when it is asked for."""
