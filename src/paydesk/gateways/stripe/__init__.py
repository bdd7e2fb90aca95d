"""Stripe, through its official SDK, at the API version that the SDK pins."""
