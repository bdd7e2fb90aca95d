"""What is tried when what pays first was declined."""
