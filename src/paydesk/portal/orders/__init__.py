"""Orders: what was bought."""
