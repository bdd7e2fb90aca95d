"""The demo: a merchant that does not exist, its customers, and the three programs that show them."""
