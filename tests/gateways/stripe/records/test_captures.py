"""What of a charge is money: captured, only authorised, released again, or only asked about by the bank."""

from typing import Any

import pytest

from paydesk.gateways.contract import Capability
from paydesk.gateways.records import CollectibleState, Verdict
from paydesk.gateways.stripe.collectibles import (
    charge_record,
    collectible_capabilities,
    dispute_record,
    invoice_record,
)
from paydesk.kit.money import Money

Object = dict[str, Any]
AUTHORISED: Object = {
    "id": "ch_1",
    "object": "charge",
    "status": "succeeded",
    "captured": False,
    "refunded": False,
    "amount": 4900,
    "amount_captured": 0,
    "currency": "eur",
    "created": 1790000000,
    "customer": "cus_1",
    "outcome": {"type": "authorized", "reason": None},
    "refunds": {"object": "list", "data": [], "has_more": False},
}


def refund(amount: int, *, reference: str = "re_1", **changed: Any) -> Object:
    made = {"id": reference, "status": "succeeded", "created": 1790000100, "charge": "ch_1"}
    return {**made, "amount": amount, "currency": "eur", "balance_transaction": None, **changed}


def with_refunds(charge: Object, *refunds: Object) -> Object:
    return {**charge, "refunds": {"object": "list", "data": list(refunds), "has_more": False}}


def captured(amount: int) -> Object:
    return {**AUTHORISED, "captured": True, "amount_captured": amount}


def test_an_authorisation_that_still_holds_is_on_its_way() -> None:
    record = charge_record(AUTHORISED)

    assert (record.state, record.amount) == (CollectibleState.PROCESSING, Money(4900, "EUR"))
    assert record.attempts[0].outcome.verdict == Verdict.PENDING
    assert record.paid_at is None


@pytest.mark.parametrize("reason", [None, "requested_by_customer", "expired_uncaptured_charge"])
def test_an_authorisation_that_was_released_or_ran_out_moved_no_money(reason: str | None) -> None:
    record = charge_record(with_refunds({**AUTHORISED, "refunded": True}, refund(4900, reason=reason)))

    outcome = record.attempts[0].outcome
    assert (record.state, record.refunds, record.settled_by) == (CollectibleState.CANCELED, [], None)
    assert outcome.verdict == Verdict.DECLINED
    assert outcome.decline
    assert outcome.decline.code == "canceled"
    assert collectible_capabilities(record) == {Capability.DOCUMENTS}


def test_a_capture_of_a_part_took_that_part_and_gave_nothing_back() -> None:
    record = charge_record(with_refunds(captured(1900), refund(3000)))

    assert (record.state, record.amount) == (CollectibleState.PAID, Money(1900, "EUR"))
    assert record.attempts[0].outcome.amount == Money(1900, "EUR")
    assert record.refunds == []
    assert Capability.REFUND in collectible_capabilities(record)


def test_what_is_refunded_of_a_captured_part_is_a_refund() -> None:
    given_back = refund(1900, reference="re_2", balance_transaction="txn_1")

    record = charge_record(with_refunds(captured(1900), refund(3000), given_back))

    assert [one.amount for one in record.refunds] == [Money(1900, "EUR")]
    assert Capability.REFUND not in collectible_capabilities(record)


def test_a_refund_as_large_as_the_released_rest_is_known_by_its_movement() -> None:
    half = captured(2450)
    on_its_way = refund(2450, reference="re_2", status="pending")
    moved = refund(2450, reference="re_2", balance_transaction="txn_1")

    for given_back in (on_its_way, moved):
        record = charge_record(with_refunds(half, refund(2450), given_back))
        assert [one.reference for one in record.refunds] == ["re_2"]


def test_a_whole_refund_of_a_captured_charge_stays_a_refund() -> None:
    record = charge_record(with_refunds({**captured(4900), "refunded": True}, refund(4900)))

    assert record.state == CollectibleState.PAID
    assert [one.amount for one in record.refunds] == [Money(4900, "EUR")]


def test_an_invoice_counts_no_charge_that_was_never_captured() -> None:
    invoice: Object = {"id": "in_1", "status": "paid", "created": 1790000000, "customer": "cus_1"}
    invoice |= {"amount_due": 4900, "total": 4900, "currency": "eur"}
    released = with_refunds({**AUTHORISED, "refunded": True}, refund(4900))

    record = invoice_record(invoice, [released])

    assert (record.settled_by, record.refunds) == ("external", [])


def test_a_charge_without_a_customer_is_a_guests() -> None:
    assert charge_record({**captured(4900), "customer": None}).customer_reference == ""


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("warning_needs_response", "inquiry"),
        ("warning_under_review", "inquiry"),
        ("warning_closed", "closed"),
        ("needs_response", "open"),
        ("under_review", "open"),
        ("won", "won"),
        ("prevented", "closed"),
        ("appeal_needs_response", "open"),
        ("appeal_under_review", "open"),
        ("lost", "lost"),
    ],
)
def test_a_bank_that_only_asks_has_taken_no_money(status: str, state: str) -> None:
    dispute = {"id": "dp_1", "amount": 4900, "currency": "eur", "status": status, "charge": "ch_1"}

    assert dispute_record({**dispute, "created": 1790000000}).state == state
