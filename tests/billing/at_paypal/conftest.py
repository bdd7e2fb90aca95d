"""The PayPal account to which these merchants are connected."""

from tests.paypal_account import paypal_account, paypal_double

__all__ = ["paypal_account", "paypal_double"]
