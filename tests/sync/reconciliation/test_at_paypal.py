"""PayPal, whose webhooks go missing: what nobody heard of appears within the hour, and a whole connection agrees."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.merchants.models import Connection
from paydesk.merchants.open import ConnectionWanted, connection_uuid, open_connection
from paydesk.sync.import_history import import_history
from paydesk.sync.reconciliation import compare
from paydesk.sync.reconciliation.reread_stale import reread_what_is_stale
from tests import builders
from tests.paypal_account import PayPalAccount, paypal_account, paypal_double

__all__ = ["paypal_account", "paypal_double"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.contracts]


@pytest.fixture
def account(paypal_account: PayPalAccount) -> PayPalAccount:
    """One customer has paid two months, and owes the two since."""
    plan = paypal_account.plan(name="Pro, monthly", minor=1900, auto_bill=False)
    paypal_account.subscription(plan, cycles=4, behind=2)
    return paypal_account


def _connect(account: PayPalAccount, gateway: str) -> Connection:
    shop = builders.merchant()
    settings = account.settings()
    wanted = ConnectionWanted(
        uuid=connection_uuid(merchant_id=shop.id, gateway=gateway, name="PayPal"),
        gateway=gateway,
        name="PayPal",
        credentials=dict(settings.credentials),
        options=dict(settings.options),
        base_url=settings.base_url,
    )
    connection: Connection = open_connection(wanted, merchant=shop, now=clock.wall_now())
    import_history(merchant=shop, connection=connection, on_progress=lambda _: None)
    return connection


def _reconcile() -> tuple[int, dict[str, Any]]:
    out, status = StringIO(), 0
    try:
        call_command("reconcile", "--merchant", "harbor", "--json", stdout=out)
    except CommandError as ended:
        status = ended.returncode
    [said] = json.loads(out.getvalue())
    return status, said


def test_what_was_ended_at_paypal_appears_within_the_hour(account: PayPalAccount) -> None:
    _connect(account, "paypal-subscriptions")
    subscription = Subscription.objects.get()
    account.end_at_paypal(subscription.reference)
    now = clock.wall_now()
    for minutes in range(5, 61, 5):
        reread_what_is_stale(now + timedelta(minutes=minutes))

    assert Subscription.objects.get().state == "canceled"


def test_subscriptions_at_paypal_agree(account: PayPalAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "_MOVES_WITHIN", timedelta(0))
    _connect(account, "paypal-subscriptions")
    (first, said), (second, again) = _reconcile(), _reconcile()

    assert (first, said["differences"], said["customers"]) == (0, [], 1)
    assert said["sums"] == {"EUR": {"charged here": 3800, "charged there": 3800}}
    assert (second, again["mended"]) == (0, {})


def test_the_vault_tells_of_nobody_whom_paydesk_did_not_make(account: PayPalAccount) -> None:
    _connect(account, "paypal")
    status, said = _reconcile()

    assert (status, said["customers"], GatewayCustomer.objects.count()) == (0, 0, 0)
