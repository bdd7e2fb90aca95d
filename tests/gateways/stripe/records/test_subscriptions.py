"""Subscriptions of several things, on trial, paused, ending: what they come to, and what is next."""

from datetime import UTC, datetime
from typing import Any

import pytest

from paydesk.gateways.contract import Capability
from paydesk.gateways.records import LineRecord, SubscriptionRecord, SubscriptionState
from paydesk.gateways.stripe.subscriptions import subscription_capabilities, subscription_record
from paydesk.kit.money import Money

Object = dict[str, Any]
BEGAN, ENDS, LATER = 1790000000, 1792592000, 1800000000
NAMES = {"prod_pro": "Pro", "prod_seat": "Seat"}


def item(amount: int | None, *, product: str = "prod_pro", quantity: int = 1, **changed: Any) -> Object:
    recurring = {"interval": "month", "interval_count": 1, "usage_type": "licensed"}
    price = {"product": product, "unit_amount": amount, "unit_amount_decimal": None, "recurring": recurring}
    price |= changed.pop("price", {})
    return {"price": price, "quantity": quantity, "current_period_end": ENDS, **changed}


def read(*items: Object, **changed: Any) -> SubscriptionRecord:
    found: Object = {
        "id": "sub_1",
        "customer": "cus_1",
        "currency": "eur",
        "status": "active",
        "start_date": BEGAN,
        "items": {"data": list(items) or [item(1900)]},
        "discounts": [],
    }
    return subscription_record(found | changed, NAMES)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_several_items_are_added_up_and_told_one_by_one() -> None:
    record = read(item(1900), item(500, product="prod_seat", quantity=3))

    assert (record.name, record.amount, record.next_amount) == (
        "Pro + Seat",
        Money(3400, "EUR"),
        Money(3400, "EUR"),
    )
    assert record.lines == [
        LineRecord(title="Pro", amount=Money(1900, "EUR")),
        LineRecord(title="Seat", amount=Money(1500, "EUR"), quantity=3),
    ]
    assert read(item(1900)).lines == ()


def test_items_of_another_interval_are_in_no_sum_that_is_not_theirs() -> None:
    yearly = {"recurring": {"interval": "year", "interval_count": 1}}

    record = read(item(9900, price=yearly, current_period_end=LATER), item(1900))

    assert (record.interval_unit, record.amount, record.next_amount) == (
        "month",
        Money(1900, "EUR"),
        Money(1900, "EUR"),
    )
    assert record.next_payment_at == at(ENDS)
    assert [one.amount.minor for one in record.lines] == [9900, 1900]


def redeemed(percent: float | None, *, duration: str = "repeating", end: int | None = None) -> Object:
    """Give a discount as Stripe does when it is expanded."""
    coupon = {"id": "co_1", "percent_off": percent, "amount_off": None if percent else 500}
    return {"id": "di_1", "end": end, "source": {"coupon": coupon | {"duration": duration}}}


@pytest.mark.parametrize(
    ("price", "quantity", "amount"),
    [
        ({"unit_amount": None, "unit_amount_decimal": "0.5"}, 25, 13),
        ({"transform_quantity": {"divide_by": 10, "round": "up"}}, 25, 300),
        ({"transform_quantity": {"divide_by": 10, "round": "down"}}, 25, 200),
    ],
)
def test_parts_of_a_cent_and_packages_come_to_what_stripe_charges(
    price: Object, quantity: int, amount: int
) -> None:
    assert read(item(100, quantity=quantity, price=price)).next_amount == Money(amount, "EUR")


@pytest.mark.parametrize(
    "unknown",
    [
        {"items": {"data": [item(None)]}},
        {
            "items": {
                "data": [
                    item(
                        5,
                        price={
                            "recurring": {"interval": "month", "interval_count": 1}
                            | {"usage_type": "metered"}
                        },
                    )
                ]
            }
        },
        {"items": {"data": [item(1900, tax_rates=[{"id": "txr_1"}])]}},
        {"items": {"data": [item(1900, discounts=["di_1"])]}},
        {"discounts": [redeemed(20)]},
        {"automatic_tax": {"enabled": True}},
        {"default_tax_rates": [{"id": "txr_1"}]},
    ],
    ids=["in tiers", "by use", "taxed item", "cheaper item", "discount", "automatic tax", "tax"],
)
def test_what_is_known_only_when_it_is_invoiced_is_not_foretold(unknown: Object) -> None:
    record = read(**unknown)

    assert record.next_payment_at == at(ENDS)
    assert record.next_amount is None


def test_what_it_costs_from_now_on_is_known_only_where_all_invoices_are_alike() -> None:
    def is_known(*items: Object, **changes: Any) -> bool:
        return Capability.KNOWN_AMOUNTS in subscription_capabilities(read(*items, **changes))

    yearly = {"recurring": {"interval": "year", "interval_count": 1}}
    assert is_known()
    assert is_known(item(1900), item(500))
    assert is_known(discounts=[redeemed(20)])
    assert not is_known(item(9900, price=yearly, current_period_end=LATER), item(1900))
    assert not is_known(item(None), item(1900))
    assert not is_known(item(1900, tax_rates=[{"id": "txr_1"}]))
    assert not is_known(automatic_tax={"enabled": True})
    assert not is_known(default_tax_rates=[{"id": "txr_1"}])
    assert not is_known(schedule="sub_sched_1")
    assert not is_known(discounts=[redeemed(None)])
    assert not is_known(discounts=[redeemed(20, duration="once")])
    # A coupon may be for some of the items alone.
    assert not is_known(item(1900), item(500), discounts=[redeemed(20)])


def discount_of(**changes: Any) -> tuple[bool, int, datetime | None]:
    record = read(**changes)
    return record.is_discounted, record.discount_percent, record.discount_ends_at


def test_what_one_coupon_takes_off_the_whole_is_known_with_its_end() -> None:
    assert discount_of() == (False, 0, None)
    assert discount_of(discounts=[redeemed(20, end=ENDS)]) == (True, 20, at(ENDS))
    assert discount_of(discounts=[redeemed(20.0, duration="forever")]) == (True, 20, None)


def test_of_any_other_discount_it_is_known_that_there_is_one() -> None:
    unknown = (True, 0, None)
    assert discount_of(discounts=[redeemed(12.5)]) == unknown
    assert discount_of(discounts=[redeemed(20, duration="once")]) == unknown
    assert discount_of(discounts=[redeemed(None)]) == unknown
    assert discount_of(discounts=[redeemed(20), redeemed(10)]) == unknown
    assert discount_of(items={"data": [item(1900, discounts=["di_1"])]}) == unknown


def test_a_discount_is_for_what_is_billed_by_months_and_costs_its_price() -> None:
    def can(**changes: Any) -> bool:
        return Capability.DISCOUNT in subscription_capabilities(read(**changes))

    def each(unit: str) -> Object:
        recurring = {"interval": unit, "interval_count": 3}
        return {"items": {"data": [item(1900, price={"recurring": recurring})]}}

    assert can()
    assert can(**each("year"))
    assert not can(**each("week"))
    assert not can(discounts=[redeemed(None)])
    assert not can(cancel_at_period_end=True)
    assert can(status="past_due")
    assert not can(status="unpaid")


def test_a_trial_has_an_end_only_while_it_lasts() -> None:
    trial = read(status="trialing", trial_end=ENDS)

    assert (trial.state, trial.trial_ends_at) == (SubscriptionState.TRIALING, at(ENDS))
    assert trial.next_payment_at == at(ENDS)
    assert read(status="active", trial_end=BEGAN).trial_ends_at is None


@pytest.mark.parametrize("behavior", ["void", "keep_as_draft", "mark_uncollectible"])
def test_a_pause_of_the_collection_is_a_pause(behavior: str) -> None:
    record = read(pause_collection={"behavior": behavior, "resumes_at": LATER})

    assert (record.state, record.resumes_at, record.next_payment_at) == (
        SubscriptionState.PAUSED,
        at(LATER),
        None,
    )
    assert Capability.RESUME in subscription_capabilities(record)


def test_a_debt_goes_before_a_pause_and_stripes_own_pause_is_one() -> None:
    paused = {"behavior": "void", "resumes_at": None}

    assert read(status="past_due", pause_collection=paused).state == SubscriptionState.PAST_DUE
    assert read(status="paused").state == SubscriptionState.PAUSED


@pytest.mark.parametrize(
    ("changed", "cancels_at", "next_at"),
    [
        ({"cancel_at_period_end": True}, ENDS, None),
        ({"cancel_at": ENDS}, ENDS, None),
        ({"cancel_at": LATER}, LATER, ENDS),
        ({"cancel_at": BEGAN, "status": "canceled", "ended_at": BEGAN}, None, None),
        ({}, None, ENDS),
    ],
)
def test_a_cancel_that_is_to_come_says_when_and_what_is_still_paid(
    changed: Object, cancels_at: int | None, next_at: int | None
) -> None:
    record = read(**changed)

    assert record.cancels_at == (at(cancels_at) if cancels_at else None)
    assert record.next_payment_at == (at(next_at) if next_at else None)


@pytest.mark.parametrize(
    ("status", "can_choose"),
    [
        ("active", True),
        ("past_due", True),
        ("trialing", True),
        ("incomplete", False),
        ("canceled", False),
        ("incomplete_expired", False),
    ],
)
def test_only_what_runs_can_have_a_card_of_its_own(status: str, can_choose: bool) -> None:
    offered = subscription_capabilities(read(status=status))

    assert (Capability.SET_SUBSCRIPTION_METHOD in offered) == can_choose
