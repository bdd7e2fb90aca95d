"""What is coming up: twelve months at a glance, and each payment to come."""
