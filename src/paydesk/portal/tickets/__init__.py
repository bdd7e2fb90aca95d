"""One step from a frame to the top level."""
