"""The PayPal account that these tests run against."""

from tests.paypal_account import paypal_account, paypal_double

__all__ = ["paypal_account", "paypal_double"]
