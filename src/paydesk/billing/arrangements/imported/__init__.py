"""Agreements that a merchant brings from wherever they were kept before: a CSV, checked whole, written whole."""
