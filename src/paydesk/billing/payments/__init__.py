"""Collecting: payments, the attempts at them, refunds and disputes."""
