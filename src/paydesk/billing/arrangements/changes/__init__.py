"""What customers and staff change about what is still to come of an agreement."""
