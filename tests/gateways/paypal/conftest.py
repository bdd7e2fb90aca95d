"""The PayPal account that these tests run against, and the company whose webhooks they sign."""

from tests.gateways.paypal.webhook_scene import authority, company, connection, key
from tests.paypal_account import paypal_account, paypal_double

__all__ = ["authority", "company", "connection", "key", "paypal_account", "paypal_double"]
