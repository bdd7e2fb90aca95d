"""What a customer says about themselves: name, address, tax ID, language, and where mail reaches them."""
