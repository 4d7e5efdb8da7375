"""The commands of `stridecue`: one file each, imported only when that command runs."""
