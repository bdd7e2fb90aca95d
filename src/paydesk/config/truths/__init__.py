"""What must always be true of a merchant's books (R12), as code that asks the rows."""
