"""Serving the coach's dashboard to browsers: listening socket, addresses, and how to reach it from a phone."""
