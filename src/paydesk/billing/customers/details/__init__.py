"""Whom receipts are made out to: what a customer may write there, and keeping it."""
