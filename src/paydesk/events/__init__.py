"""What happened, written in the transaction in which it happened and delivered at least once."""
