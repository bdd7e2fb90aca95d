"""Payments: the history, one payment, paying it."""
