"""Paying several payments, or the rest of a plan, with one charge: choose, see the exact amount, press."""
