"""Customer pages: a request in, one call down, a page out."""
