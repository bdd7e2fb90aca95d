"""Whatever PayPal does with a subscription, its history adds up, and what was told once stays where it was."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from paydesk.gateways.paypal.subscriptions.arrears import Episode, sort_out
from paydesk.gateways.records import CollectibleRecord, CollectibleState, Verdict
from tests.gateways.paypal_subscriptions.agreements import PRICE, SmallPayPal

_OPEN = {CollectibleState.DUE, CollectibleState.FAILED}
_OVER = {CollectibleState.PAID, CollectibleState.CANCELED}

#: In the order of time: bills and retries fail more often than not, so that debts grow.
_BILLS = st.tuples(st.just("bill"), st.integers(0, 2))
_RETRIES = st.tuples(st.just("retry"), st.integers(0, 2))
_CAPTURES = st.tuples(st.just("capture"), st.sampled_from((PRICE // 2, PRICE, 100 * PRICE)))
_CAPTURES_IN_VAIN = st.tuples(st.just("capture in vain"), st.sampled_from((PRICE, 100 * PRICE)))
_FORGIVEN = st.tuples(st.just("forgive"), st.just(0))


def _steps(*kinds: st.SearchStrategy[tuple[str, int]]) -> st.SearchStrategy[list[tuple[str, int]]]:
    return st.lists(st.one_of(*kinds), max_size=14)


def _take(paypal: SmallPayPal, step: tuple[str, int]) -> None:
    name, amount = step
    if name == "bill":
        paypal.bill(works=amount == 0)
    elif name == "retry":
        paypal.retry(works=amount == 0)
    elif name.startswith("capture"):
        paypal.capture(amount, works=name == "capture")
    else:
        paypal.forgive()


@given(
    steps=_steps(_BILLS, _RETRIES, _CAPTURES, _CAPTURES_IN_VAIN, _FORGIVEN),
    bills_outstanding=st.booleans(),
    delayed=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_every_transaction_is_in_just_one_collectible_and_sums_are_exact(
    steps: list[tuple[str, int]], bills_outstanding: bool, delayed: bool
) -> None:
    paypal = SmallPayPal(bills_outstanding=bills_outstanding, delayed=delayed)
    for step in steps:
        _take(paypal, step)
        records = paypal.records()
        told = Counter(
            attempt.reference.partition(":")[2] for record in records for attempt in record.attempts
        )
        assert told == Counter(one["id"] for one in paypal.transactions)
        assert _taken(records) == sum(
            one.minor for one in paypal.parsed() if one.verdict is Verdict.SUCCEEDED
        )
        assert sum(record.owed.minor for record in records if record.owed) == paypal.balance
        assert sum(record.state in _OPEN for record in records) <= 1
        for record in records:
            _adds_up(record)


@given(
    steps=_steps(_BILLS, _RETRIES, _CAPTURES, _CAPTURES_IN_VAIN),
    bills_outstanding=st.booleans(),
    delayed=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_without_forgiveness_nothing_that_was_told_is_taken_back(
    steps: list[tuple[str, int]], bills_outstanding: bool, delayed: bool
) -> None:
    """References stay, what is over stays as it was, what a bill asked for in vain is what is left."""
    paypal = SmallPayPal(bills_outstanding=bills_outstanding, delayed=delayed)
    before: dict[str, CollectibleRecord] = {}
    for step in steps:
        _take(paypal, step)
        records = {record.reference: record for record in paypal.records()}
        assert before.keys() <= records.keys()
        assert not any("since-" in reference for reference in records)
        for reference, record in before.items():
            if record.state in _OVER:
                assert records[reference] == record
        before = records


@given(steps=_steps(_BILLS, _RETRIES, _CAPTURES, _CAPTURES_IN_VAIN, _FORGIVEN), delayed=st.booleans())
@settings(max_examples=200, deadline=None)
def test_what_is_over_is_never_open_again(steps: list[tuple[str, int]], delayed: bool) -> None:
    """Where each bill asks for what is outstanding, as PayPal does unless told otherwise, forgiveness shows in it."""
    paypal = SmallPayPal(bills_outstanding=True, delayed=delayed)
    over: set[str] = set()
    known: set[str] = set()
    for step in steps:
        _take(paypal, step)
        records = paypal.records()
        listed = {record.reference for record in records if "since-" not in record.reference}
        assert known <= listed
        assert not over & {record.reference for record in records if record.state in _OPEN}
        over |= {record.reference for record in records if record.state in _OVER}
        known |= listed


@given(
    steps=_steps(_BILLS, _RETRIES, _CAPTURES, _CAPTURES_IN_VAIN, _FORGIVEN), bills_outstanding=st.booleans()
)
@settings(max_examples=100, deadline=None)
def test_the_order_and_the_repeats_of_a_listing_do_not_matter(
    steps: list[tuple[str, int]], bills_outstanding: bool
) -> None:
    paypal = SmallPayPal(bills_outstanding=bills_outstanding, delayed=False)
    for step in steps:
        _take(paypal, step)
    once, again = paypal.parsed(), [*reversed(paypal.parsed()), *paypal.parsed()]
    assert sort_out(once, paypal.rhythm) == sort_out(again, paypal.rhythm)
    found = sort_out(once, paypal.rhythm)
    assert all(isinstance(one, Episode) or one.verdict is not Verdict.DECLINED for one in found)


def _taken(records: list[CollectibleRecord]) -> int:
    return sum(
        attempt.outcome.amount.minor
        for record in records
        for attempt in record.attempts
        if attempt.outcome.verdict is Verdict.SUCCEEDED and attempt.outcome.amount
    )


def _adds_up(record: CollectibleRecord) -> None:
    """A paid one is what its charges took; an open one what they took and what is owed; lines are none or all of it."""
    if record.state is CollectibleState.PAID:
        assert record.amount.minor == _taken([record])
    if record.state in _OPEN and record.owed:
        assert record.amount.minor == _taken([record]) + record.owed.minor
    if record.lines:
        assert sum(line.amount.minor for line in record.lines) == record.amount.minor
    assert record.amount.minor > 0
