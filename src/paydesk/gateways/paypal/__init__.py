"""PayPal, by its REST APIs: Subscriptions, which PayPal collects; Vault with Orders, which we collect."""
