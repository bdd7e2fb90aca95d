"""Collecting for the merchant: what is due is charged, once, and the agreement follows."""
