"""The receipt of a payment, for the screen and for paper."""
