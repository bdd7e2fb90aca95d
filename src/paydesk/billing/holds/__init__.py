"""Charging that waits."""
