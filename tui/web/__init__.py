"""The dashboard in a browser: a page, a guard at its door, and the server."""
