"""Write runs to disk so that they survive a crash, and read them back."""
