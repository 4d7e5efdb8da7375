"""What `stridecue doctor` looks at: one subject a file."""
