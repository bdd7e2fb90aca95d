"""A merchant whose customers pay by PayPal: connected and imported with the real commands."""

from __future__ import annotations

import pytest

from tests.journeys.commands import Commands
from tests.journeys.installation import Installation
from tests.journeys.paypal.books import Books
from tests.paypal_account import PayPalAccount, paypal_account, paypal_double

__all__ = ["paypal_account", "paypal_double"]


@pytest.fixture
def commands(installation: Installation) -> Commands:
    """The merchant is there; what staff types next is up to the test."""
    paydesk = Commands(installation)
    paydesk.open_merchant()
    return paydesk


@pytest.fixture
def books(paypal_account: PayPalAccount, commands: Commands) -> Books:
    """Ada has paid two months of Pro, and owes the two since: PayPal could not collect them."""
    plan = paypal_account.plan(name="Pro, monthly", minor=1900, auto_bill=False)
    subscription = paypal_account.subscription(plan, cycles=4, behind=2)
    address = commands.connect("paypal-subscriptions", paypal_account.settings(), name="PayPal")
    paypal_account.send_webhooks_to(address)
    commands.take_over("PayPal")
    return Books(account=paypal_account, subscription=subscription, installation=commands.installation)
