"""The merchant's colour as a stylesheet."""
