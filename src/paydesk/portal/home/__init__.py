"""The overview: what needs the customer, what is coming up, what runs, what was paid."""
