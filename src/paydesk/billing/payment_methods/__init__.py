"""How they pay: saved methods, never more than brand, last four and expiry."""
