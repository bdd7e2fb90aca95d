"""What was given back at PayPal is shown with what it is of, once PayPal lists it."""

import pytest

from paydesk.gateways.paypal.subscriptions.gateway import SubscriptionsGateway
from paydesk.gateways.records import CollectibleRecord
from paydesk.kit.money import Money
from tests.paypal_account import PayPalAccount

pytestmark = pytest.mark.contracts


def history(gateway: SubscriptionsGateway, subscription: str) -> list[CollectibleRecord]:
    return list(gateway.list_history(subscription).records)


def test_refunds_are_listed_with_the_payments_that_they_are_of(paypal_account: PayPalAccount) -> None:
    paypal_account.lag()
    gateway = SubscriptionsGateway(paypal_account.settings())
    subscription = paypal_account.subscription(cycles=4)
    before = history(gateway, subscription)
    first, last = (one.reference.partition(":")[2] for one in (before[0], before[-1]))
    whole, part = paypal_account.refund(first, 1900), paypal_account.refund(last, 500)
    paypal_account.refund(last, 300)

    # The search is asked again after two minutes.
    paypal_account.advance(minutes=3)
    records = history(gateway, subscription)
    assert [(one.reference, one.amount, one.state) for one in records[0].refunds] == [
        (whole, Money(1900, "EUR"), "succeeded")
    ]
    given = {one.reference: one for one in records[-1].refunds}
    assert sorted(one.amount.minor for one in given.values()) == [300, 500]
    assert (given[part].amount, given[part].charge_reference) == (Money(500, "EUR"), records[-1].reference)
    assert not any(one.refunds for one in records[1:-1])
    assert gateway.read_collectible(records[-1].reference) == records[-1]
    assert records[-1].state == "paid"


def test_until_paypal_lists_it_none_is_shown(paypal_account: PayPalAccount) -> None:
    gateway = SubscriptionsGateway(paypal_account.settings())
    subscription = paypal_account.subscription(cycles=1)
    [record] = history(gateway, subscription)
    paypal_account.refund(record.reference.partition(":")[2], 1900)
    assert not history(gateway, subscription)[0].refunds

    paypal_account.advance(hours=4)
    assert len(history(gateway, subscription)[0].refunds) == 1


def test_without_refunds_nothing_is_searched(paypal_account: PayPalAccount) -> None:
    gateway = SubscriptionsGateway(paypal_account.settings())
    history(gateway, paypal_account.subscription(cycles=3))
    assert not [one for one in paypal_account.journal() if "/v1/reporting" in one["path"]]


def test_an_app_that_may_not_search_shows_none(paypal_account: PayPalAccount) -> None:
    gateway = SubscriptionsGateway(paypal_account.settings())
    subscription = paypal_account.subscription(cycles=1)
    [record] = history(gateway, subscription)
    paypal_account.refund(record.reference.partition(":")[2], 1900)
    paypal_account.fault("400", "/v1/reporting/.*", times=0)
    assert not history(gateway, subscription)[0].refunds
