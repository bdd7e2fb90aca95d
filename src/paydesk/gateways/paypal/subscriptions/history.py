"""Translate a subscription's transactions into what was paid, and what is owed. Pure.

A reference is `I-SUB:TRANSACTION`: of a payment its own, of what failed the first try's, which it keeps until nothing
is outstanding. Declines may be missing in the listing: then what is outstanding is owed since the last payment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from paydesk.gateways.contract import Capability
from paydesk.gateways.paypal.amounts import from_paypal
from paydesk.gateways.paypal.events import NEWEST
from paydesk.gateways.paypal.requests import Json, moment
from paydesk.gateways.paypal.subscriptions.agreement import (
    billing_of,
    currency_of,
    is_being_tried,
    name_of,
    outstanding_of,
    retried_at,
    rhythm_of,
    title_of,
)
from paydesk.gateways.paypal.subscriptions.arrears import Episode, Transaction, open_episode, sort_out
from paydesk.gateways.paypal.subscriptions.transactions import gross_of, outcome_of, parts_of, reference_of
from paydesk.gateways.records import (
    AttemptRecord,
    BillingDetails,
    CollectibleRecord,
    CollectibleState,
    LineRecord,
    SettledBy,
    Verdict,
)
from paydesk.kit.money import Money

_OPEN_AFTER = {
    Verdict.SUCCEEDED: CollectibleState.DUE,
    Verdict.PENDING: CollectibleState.PROCESSING,
    Verdict.DECLINED: CollectibleState.FAILED,
}
_IS_OPEN = {CollectibleState.DUE, CollectibleState.FAILED}
#: What is owed without a try that is listed: `I-SUB:since-TRANSACTION`, the last payment before it.
_SINCE = "since-"
_THE_BEGINNING = "the-beginning"


def history(subscription: Json, transactions: Iterable[Transaction]) -> list[CollectibleRecord]:
    """Give every collectible of a subscription, oldest first."""
    listed = list(transactions)
    found = sort_out(listed, rhythm_of(subscription))
    still_open = open_episode(found)
    lacks_payment = _lacks_payment(subscription, listed)
    records = [
        _episode_record(
            subscription, one, is_last=one is still_open, lacks_payment=one is still_open and lacks_payment
        )
        if isinstance(one, Episode)
        else _payment_record(subscription, one)
        for one in found
    ]
    if outstanding_of(subscription) and still_open is None:
        records.append(_unlisted_record(subscription, records))
    return records


def collectible_of(
    subscription: Json, transactions: Iterable[Transaction], reference: str
) -> CollectibleRecord | None:
    """Give the collectible of a reference, or the one that has a transaction of that reference, or the newest."""
    records = history(subscription, transactions)
    if records and reference == reference_of(subscription, NEWEST):
        return next((one for one in records if one.state in _IS_OPEN), records[-1])
    for record in records:
        if reference in (record.reference, *(one.reference for one in record.attempts)):
            return record
    return _once_unlisted(subscription, records, reference)


def is_in_arrears(subscription: Json) -> bool:
    """Say whether cycles that are completed at PayPal were not paid, be they owed any more or not."""
    balance = billing_of(subscription).get("outstanding_balance")
    return bool(balance and from_paypal(balance)) or is_being_tried(subscription)


def unpaid_count(subscription: Json, transactions: Iterable[Transaction], price: Money) -> int:
    """Count the cycles that are completed at PayPal and were not paid: one debt may be of several, at this price.

    What PayPal still tries beside a debt is not in it yet. What was forgiven is nobody's to pay any more; what was
    dropped with a cancelled subscription is not either, and was not paid.
    """
    states = {*_IS_OPEN, *([CollectibleState.CANCELED] if subscription["status"] == "CANCELLED" else [])}
    unpaid = [one for one in history(subscription, transactions) if one.owed or one.state in states]
    is_tried_beside = is_being_tried(subscription) and any(one.owed for one in unpaid)
    return is_tried_beside + sum(max(1, one.amount.minor // max(1, price.minor)) for one in unpaid)


def collectible_capabilities(record: CollectibleRecord) -> frozenset[Capability]:
    """An outstanding balance can be captured: then `owed` says how much. Before it is one, PayPal alone tries again.

    Either way it is owed no more once its subscription is cancelled.
    """
    if record.state not in _IS_OPEN:
        return frozenset()
    can = [Capability.RETRY_COLLECTIBLE] if record.owed else []
    return frozenset([*can, *([Capability.DEBT_ENDS] if record.debt_ends else [])])


def _payment_record(subscription: Json, one: Transaction) -> CollectibleRecord:
    is_paid = one.verdict is Verdict.SUCCEEDED
    amount = gross_of(one.said)
    lines, taxes = parts_of(subscription, one.said, amount)
    return CollectibleRecord(
        reference=reference_of(subscription, one.reference),
        state=CollectibleState.PAID if is_paid else CollectibleState.PROCESSING,
        amount=amount,
        created_at=one.at,
        due_at=one.at,
        paid_at=one.at if is_paid else None,
        settled_by=(SettledBy.ATTEMPT if amount else SettledBy.ZERO) if is_paid else None,
        lines=lines,
        taxes=taxes,
        attempts=_attempts(subscription, [one]),
        **_shared(subscription, one),
    )


def _lacks_payment(subscription: Json, listed: Sequence[Transaction]) -> bool:
    """Say whether PayPal knows of a payment that it does not list yet. Its times may differ a little."""
    paid = billing_of(subscription).get("last_payment")
    times = [one.at for one in listed if one.verdict is Verdict.SUCCEEDED]
    return paid is not None and all(moment(paid["time"]) > at + timedelta(days=1) for at in times)


def _episode_record(
    subscription: Json, episode: Episode, *, is_last: bool, lacks_payment: bool
) -> CollectibleRecord:
    """Read what failed. While it is open PayPal's own balance says what is left, and no reckoning of ours.

    Of a balance that was forgiven, or dropped with the subscription, only what was paid remains; if nothing was,
    the whole was called off.
    """
    owed, currency = outstanding_of(subscription), currency_of(subscription)
    is_tried = is_being_tried(subscription)
    is_open = is_last and (bool(owed) or is_tried)
    paid, missed = Money(episode.paid_minor, currency), Money(episode.missed_minor, currency)
    if is_open:
        amount = paid + (owed or Money(episode.left_minor, currency))
        state = _OPEN_AFTER[episode.transactions[-1].verdict]
    else:
        amount = paid or missed
        state = CollectibleState.PAID if paid else CollectibleState.CANCELED
        if lacks_payment or any(one.verdict is Verdict.PENDING for one in episode.transactions):
            state = CollectibleState.PROCESSING
    first, is_paid = episode.transactions[0], state is CollectibleState.PAID
    paid_at = [one.at for one in episode.transactions if one.verdict is Verdict.SUCCEEDED][-1:]
    return CollectibleRecord(
        reference=reference_of(subscription, first.reference),
        state=state,
        amount=amount,
        created_at=first.at,
        due_at=first.at,
        owed=owed if is_open and owed else None,
        paid_at=paid_at[0] if is_paid else None,
        settled_by=SettledBy.ATTEMPT if is_paid else None,
        next_attempt_at=retried_at(subscription) if is_open else None,
        debt_ends=is_open and _can_be_cancelled(subscription),
        lines=_missed_lines(subscription, episode, amount),
        attempts=_attempts(subscription, episode.transactions, is_open=is_open),
        **_shared(subscription, first),
    )


def _can_be_cancelled(subscription: Json) -> bool:
    """Of a plan that ran out nothing is left to cancel, and what is owed stays owed."""
    return str(subscription["status"]) != "EXPIRED"


def _unlisted_record(subscription: Json, records: Sequence[CollectibleRecord]) -> CollectibleRecord:
    """What is outstanding although no try that failed is listed."""
    owed = outstanding_of(subscription)
    failed = billing_of(subscription).get("last_failed_payment") or {}
    since = next((one for one in reversed(records) if one.paid_at), None)
    name = since.attempts[-1].reference.partition(":")[2] if since else _THE_BEGINNING
    at = moment(failed.get("time") or subscription.get("status_update_time") or subscription["create_time"])
    return CollectibleRecord(
        reference=reference_of(subscription, f"{_SINCE}{name}"),
        state=CollectibleState.FAILED,
        amount=owed,
        created_at=at,
        due_at=at,
        owed=owed,
        next_attempt_at=retried_at(subscription),
        debt_ends=_can_be_cancelled(subscription),
        **_shared(subscription, None),
    )


def _once_unlisted(
    subscription: Json, records: Sequence[CollectibleRecord], reference: str
) -> CollectibleRecord | None:
    """Say what became of what was owed without a listed try: the next payment paid it, or it was forgiven."""
    name = reference.partition(f":{_SINCE}")[2]
    places = [
        place
        for place, record in enumerate(records)
        if reference_of(subscription, name) in [one.reference for one in record.attempts]
    ]
    if not places and name != _THE_BEGINNING:
        return None
    after = records[places[0] + 1 :] if places else records
    paid = next((one for one in after if one.paid_at), None)
    at = paid.due_at if paid else moment(subscription["create_time"])
    return CollectibleRecord(
        reference=reference,
        state=CollectibleState.PAID if paid else CollectibleState.CANCELED,
        amount=paid.amount if paid else Money(0, currency_of(subscription)),
        created_at=at,
        due_at=at,
        paid_at=paid.paid_at if paid else None,
        settled_by=SettledBy.ATTEMPT if paid else None,
        attempts=paid.attempts if paid else (),
        **_shared(subscription, None),
    )


def _shared(subscription: Json, one: Transaction | None) -> dict[str, Any]:
    subscriber = subscription.get("subscriber") or {}
    said = one.said if one else {}
    return {
        "customer_reference": subscription["id"],
        "subscription_reference": subscription["id"],
        "title": title_of(subscription),
        "billing": BillingDetails(
            name=name_of(said.get("payer_name") or subscriber.get("name") or {}),
            email=said.get("payer_email") or subscriber.get("email_address") or "",
        ),
    }


def _attempts(
    subscription: Json, transactions: Sequence[Transaction], *, is_open: bool = False
) -> list[AttemptRecord]:
    """PayPal says of the last failure alone why it failed."""
    reason = (billing_of(subscription).get("last_failed_payment") or {}).get("reason_code") or ""
    declined = [one for one in transactions if one.verdict is Verdict.DECLINED]
    last = declined[-1] if declined and is_open else None
    return [
        AttemptRecord(
            reference=reference_of(subscription, one.reference),
            outcome=outcome_of(subscription, one, reason=reason if one is last else ""),
            created_at=one.at,
        )
        for one in transactions
    ]


def _missed_lines(subscription: Json, episode: Episode, amount: Money) -> list[LineRecord]:
    """Give a line for each cycle; none where they do not come to the amount, since a part was forgiven."""
    if episode.missed_minor != amount.minor:
        return []
    title = title_of(subscription)
    return [
        LineRecord(title=f"{title} ({one.at:%Y-%m-%d})", amount=Money(one.minor, amount.currency))
        for one in episode.missed
    ]
