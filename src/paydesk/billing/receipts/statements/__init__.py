"""A year on one paper: what a customer paid and what went back, as the books have it."""
