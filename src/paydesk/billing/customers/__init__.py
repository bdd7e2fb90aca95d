"""Who pays: customers, their addresses, and what the payment companies call them."""
