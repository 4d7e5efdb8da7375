"""Import files of other systems as recordings."""
