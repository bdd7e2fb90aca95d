"""Shipments from a CSV."""
