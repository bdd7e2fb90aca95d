"""What the company knows and does: its accounts, their customers, methods, charges, bills and subscriptions."""
