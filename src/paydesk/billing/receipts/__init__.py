"""Proof: a numbered receipt for each payment that was made."""
