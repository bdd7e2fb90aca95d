"""Upcoming payments in the customer's own calendar: the page that makes secret addresses, and what they show."""
