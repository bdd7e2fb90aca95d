"""What cannot be known about money, and waits for a person to look."""
