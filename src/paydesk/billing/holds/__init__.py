"""Charge holds: why a merchant's charging waits, and what lets it go on."""
