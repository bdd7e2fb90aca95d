"""The standing agreement: subscriptions and payment plans."""
