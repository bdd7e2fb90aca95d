"""Backups: the method that a customer wants tried once, when what pays first was declined."""
