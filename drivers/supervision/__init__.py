"""Keep each sensor connected and streaming."""
