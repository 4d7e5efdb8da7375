"""The dashboard in a browser: the page, access control, and the server."""
