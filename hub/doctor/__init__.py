"""The checks of `stridecue doctor`: one subject per file."""
