"""Giving money back, once, whatever becomes of the answer."""
