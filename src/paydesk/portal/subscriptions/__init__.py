"""Subscriptions and payment plans."""
