"""What was bought: orders, their lines, and what is sent of them."""
