"""Byte vectors collected by others: read, mapped to our names, compared."""
