"""Ask PayPal for what is outstanding of a subscription: one capture for all of it, in one step.

A capture carries no mark of ours. So what was there before is noted when it is prepared, and a look-up compares: our
charge is one that is new, for that amount. PayPal may try by itself at the same time; whoever was quicker, the balance
is paid once, and while it is what it was, nothing has been paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from paydesk.gateways.contract import (
    Capability,
    ChargeQuery,
    ChargeRequest,
    GatewayRefused,
    GatewayUnreachable,
    NotOffered,
    PreparedCharge,
)
from paydesk.gateways.paypal.amounts import to_paypal
from paydesk.gateways.paypal.declines import NOBODY_ASKED, decline_of_issue
from paydesk.gateways.paypal.requests import Declined, Line, clear_answers
from paydesk.gateways.paypal.subscriptions.agreement import outstanding_of, rhythm_of
from paydesk.gateways.paypal.subscriptions.arrears import Episode, Transaction, sort_out
from paydesk.gateways.paypal.subscriptions.history import collectible_capabilities, collectible_of
from paydesk.gateways.paypal.subscriptions.reading import Whole, read_whole
from paydesk.gateways.paypal.subscriptions.transactions import outcome_of, reference_of, transaction_of
from paydesk.gateways.records import Outcome, Verdict

_TYPE = "OUTSTANDING_BALANCE"
#: I-SUB:after-TRANSACTION:MINOR
_AFTER, _NONE = "after-", "none"
#: A request that is on its way longer than this has ended, one way or the other, at PayPal too.
_SURELY_OVER = timedelta(minutes=4)
#: PayPal says of no list that it is later than this (Transaction Search).
_SURELY_LISTED = timedelta(hours=3)
#: PayPal's clock and ours may differ so much.
_GIVE_OR_TAKE = timedelta(minutes=1)


class _Note(NamedTuple):
    """What was there before we asked, and for how much."""

    newest: str
    minor: int


def prepare(line: Line, request: ChargeRequest, now: datetime) -> PreparedCharge:
    """Note what is there; refuses an amount that is not what is outstanding. Moves nothing, and makes nothing."""
    if not request.collectible:
        raise NotOffered("PayPal Subscriptions charge nothing but what they collect themselves.")
    subscription = request.collectible.partition(":")[0]
    whole = read_whole(line, subscription, now)
    if whole is None:
        raise GatewayRefused("PayPal does not know this subscription.")
    record = collectible_of(*whole, request.collectible)
    if record is None or Capability.RETRY_COLLECTIBLE not in collectible_capabilities(record):
        raise GatewayRefused("PayPal has nothing outstanding for this.")
    if request.amount != record.owed:
        raise GatewayRefused(f"This is now about {record.owed}, not {request.amount}.")
    newest = whole.transactions[-1].reference if whole.transactions else _NONE
    reference = f"{subscription}:{_AFTER}{newest}:{request.amount.minor}"
    return PreparedCharge(request=request, reference=reference)


def confirm(line: Line, prepared: PreparedCharge) -> Outcome:
    """Capture it, once for each key. Where PayPal takes it on without a result (202), that is doubt."""
    request, subscription = prepared.request, prepared.reference.partition(":")[0]
    note, amount = f"Paydesk {request.tag}"[:128], to_paypal(request.amount)
    asked = {"note": note, "capture_type": _TYPE, "amount": amount}
    path = ("v1", "billing", "subscriptions", subscription, "capture")
    try:
        made = line.move_money(*path, key=request.key, body=asked)
    except Declined as declined:
        return Outcome(verdict=Verdict.DECLINED, decline=decline_of_issue(declined.issue))
    with clear_answers():
        return outcome_of({"id": subscription}, transaction_of(made))


def find(line: Line, query: ChargeQuery, now: datetime) -> Outcome:
    """Look a charge up. What has no reference was never prepared, so that nobody asked for it."""
    over = now - query.asked_at
    reference = query.reference or query.collectible
    whole = read_whole(line, reference.partition(":")[0], now)
    if whole is None or not query.reference:
        return _absent(over > _SURELY_OVER)
    with clear_answers():
        note = _note_of(reference)
        if note is None:
            return _of_transaction(whole, reference) or _absent(over > _SURELY_LISTED)
        return _since(whole, note, query.asked_at, over)


def cancel(line: Line, reference: str, now: datetime) -> Outcome:
    """Say how a charge ended. Nothing waits for a customer here: what is prepared is nothing at PayPal yet.

    It is called off once no ask can be on its way: then a balance that is what it was has not been captured.
    """
    whole = read_whole(line, reference.partition(":")[0], now)
    if whole is None:
        raise GatewayUnreachable("PayPal does not know this subscription.")
    with clear_answers():
        note = _note_of(reference)
        found = _since(whole, note, now, _SURELY_LISTED) if note else _of_transaction(whole, reference)
    if found is None or found.verdict is Verdict.UNKNOWN:
        raise GatewayUnreachable("PayPal does not list this charge, and the balance has changed.")
    if found.verdict is Verdict.NEVER_SEEN:
        return NOBODY_ASKED
    return found


def _since(whole: Whole, note: _Note, asked_at: datetime, over: timedelta) -> Outcome:
    """Say what became of it by what came since, and by what is outstanding.

    A regular bill may be of the same amount: ours is one that paid what was owed, or else the balance is less.
    """
    subscription = whole.subscription
    is_less, paid = outstanding_of(subscription).minor < note.minor, _paid_of_debt(whole, note)
    since = [one for one in _after(whole.transactions, note.newest) if one.minor == note.minor]
    ours = sorted(since, key=lambda one: one.reference not in paid)
    for verdict in (Verdict.SUCCEEDED, Verdict.PENDING):
        for one in ours:
            is_known = one.reference in paid or (is_less and subscription["status"] != "CANCELLED")
            if one.verdict is verdict and is_known:
                return outcome_of(subscription, one)
    if is_less:
        # It was paid, or forgiven, and not with what is listed so far.
        return _absent(over > _SURELY_LISTED)
    declined = [one for one in ours if one.verdict is Verdict.DECLINED and one.at > asked_at - _GIVE_OR_TAKE]
    if declined and over > _SURELY_OVER:
        return outcome_of(subscription, declined[-1])
    return _absent(over > _SURELY_OVER)


def _paid_of_debt(whole: Whole, note: _Note) -> set[str]:
    """Name what was paid, or is about to be, of a debt that was there when we asked, and not beside it."""
    as_paid = {Verdict.PENDING: Verdict.SUCCEEDED}
    listed = [replace(one, verdict=as_paid.get(one.verdict, one.verdict)) for one in whole.transactions]
    newer = {one.reference for one in _after(listed, note.newest)}
    episodes = [one for one in sort_out(listed, rhythm_of(whole.subscription)) if isinstance(one, Episode)]
    mine = [one for debt in episodes if debt.reference not in newer for one in debt.transactions]
    return {one.reference for one in mine if one.verdict is Verdict.SUCCEEDED}


def _after(transactions: Sequence[Transaction], newest: str) -> Sequence[Transaction]:
    places = [place for place, one in enumerate(transactions) if one.reference == newest]
    return transactions[places[0] + 1 :] if places else transactions


def _of_transaction(whole: Whole, reference: str) -> Outcome | None:
    for one in whole.transactions:
        if reference_of(whole.subscription, one.reference) == reference:
            return outcome_of(whole.subscription, one)
    return None


def _note_of(reference: str) -> _Note | None:
    _, _, noted = reference.partition(f":{_AFTER}")
    newest, _, minor = noted.partition(":")
    return _Note(newest, int(minor)) if minor else None


def _absent(surely: bool) -> Outcome:
    return Outcome(verdict=Verdict.NEVER_SEEN if surely else Verdict.UNKNOWN)
