"""Moving an agreement to another way of paying."""
