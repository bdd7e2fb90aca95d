"""Bugs in asking for money: what counts as an answer, when it is asked, and what is believed of silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments import ask, choices, open_attempt, record, retry, settle
from paydesk.billing.payments.charging import charge
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.record import record_outcome
from paydesk.billing.payments.refused import NoMethod
from paydesk.gateways.contract import ChargeQuery, GatewayUnreachable
from paydesk.gateways.records import Advice, Decline, DeclineReason, Outcome, Verdict
from paydesk.kit.money import Money
from tests.drills.planted.planting import Bug, nothing, swap, swap_entry, together, without
from tests.drills.simulation.focus import Wanted

_NO = Outcome(verdict=Verdict.DECLINED, decline=Decline(reason=DeclineReason.OTHER, advice=Advice.RETRY))
_ask_for_money, _prepare, _look, _request = ask.ask_for_money, ask._prepare, settle._look, ask._charge_request


def _paid_before_asked(*, attempt: Attempt, **rest: Any) -> Attempt:
    guess = Outcome(verdict=Verdict.SUCCEEDED, reference=f"guess_{attempt.public_id}")
    record_outcome(
        merchant_id=attempt.merchant_id, attempt_id=attempt.id, outcome=guess, now=attempt.created_at
    )
    return _ask_for_money(attempt=attempt, **rest)


def _failed_on_time_out(gateway: Any, attempt: Attempt, prepared: Any) -> Outcome:
    try:
        found: Outcome = gateway.confirm_charge(prepared)
    except Exception:  # noqa: BLE001
        return _NO
    return found


def _declined_by_silence(gateway: Any, attempt: Attempt, payment: Payment, request: Any) -> Any:
    try:
        return gateway.prepare_charge(request)
    except GatewayUnreachable:
        record_outcome(
            merchant_id=attempt.merchant_id, attempt_id=attempt.id, outcome=_NO, now=attempt.created_at
        )
        raise


def _unknown_is_a_no(gateway: Any, attempt: Attempt, now: datetime) -> Outcome:
    try:
        outcome = _look(gateway, attempt, now)
    except GatewayUnreachable:
        return _NO
    return _NO if outcome.verdict is Verdict.UNKNOWN else outcome


def _look_up(gateway: Any, attempt: Attempt, now: datetime) -> Outcome:
    if attempt.state == Attempt.State.NEEDS_CUSTOMER and now >= attempt.created_at + timedelta(hours=1):
        return _look(gateway, attempt, now)
    outcome: Outcome = gateway.find_charge(
        ChargeQuery(
            reference=attempt.reference or attempt.prepared_reference,
            tag=attempt.public_id,
            asked_at=attempt.created_at,
        )
    )
    return outcome


def _never_seen_too_early(gateway: Any, attempt: Attempt, now: datetime) -> Outcome:
    return _look_up(gateway, attempt, now)


def _not_called_off(gateway: Any, attempt: Attempt, now: datetime) -> Outcome:
    outcome = _look_up(gateway, attempt, now)
    young = now < attempt.created_at + timedelta(minutes=2)
    return Outcome(verdict=Verdict.UNKNOWN) if young and outcome.verdict is Verdict.NEVER_SEEN else outcome


def _resent(gateway: Any, attempt: Attempt, now: datetime) -> Outcome:
    """Ask again with the same key, however old it is."""
    payment = Payment.objects.get(merchant_id=attempt.merchant_id, id=attempt.payment_id)
    prepared = gateway.prepare_charge(_request(attempt, payment, "https://portal.example/"))
    outcome: Outcome = gateway.confirm_charge(prepared)
    return outcome


def _nobody_looks(*, merchant: Any, attempt_id: int, now: datetime) -> Any:
    attempt = Attempt.objects.get(merchant_id=merchant.id, id=attempt_id)
    return SimpleNamespace(attempt=attempt, is_answered=False, is_refused=False)


def _in_euro(attempt: Attempt, payment: Payment, return_url: str) -> Any:
    found = _request(attempt, payment, return_url)
    return replace(found, amount=Money(found.amount.minor, "EUR"))


def _too_much(attempt: Attempt, payment: Payment, return_url: str) -> Any:
    found = _request(attempt, payment, return_url)
    return replace(found, amount=Money(int(float(found.amount.minor) * 1.1), found.amount.currency))


def _any_method(payment: Payment) -> Any:
    """What pays is taken as it was, though it was taken off since."""
    own_id = payment.subscription.payment_method_id if payment.subscription else None
    mine = PaymentMethod.objects.filter(
        merchant_id=payment.merchant_id, gateway_customer_id=payment.gateway_customer_id or 0
    )
    method = (mine.filter(id=own_id) if own_id else mine.order_by("id")).first()
    if method is None:
        raise NoMethod("none")
    return choices._chosen(method)


BUGS: Sequence[Bug] = [
    Bug(
        name="paid before asked",
        breaks="A payment is made without money.",
        plant=swap(
            (charge, "ask_for_money", _paid_before_asked), (retry, "ask_for_money", _paid_before_asked)
        ),
    ),
    Bug(
        name="failed on time-out",
        breaks="What the bank has taken counts as declined, and is asked for again.",
        plant=swap((ask, "_confirm", _failed_on_time_out)),
        wanted=Wanted(faults=("lost_after",), faulty_share=0.6),
    ),
    Bug(
        name="silence before the ask is a decline",
        breaks="Customers are told that their bank said no.",
        plant=swap((ask, "_prepare", _declined_by_silence)),
        wanted=Wanted(faults=("lost_before",), faulty_share=0.6),
    ),
    Bug(
        name="unknown is declined",
        breaks="A look-up without an answer frees the payment to be charged again.",
        plant=swap((settle, "_look", _unknown_is_a_no)),
        wanted=Wanted(faults=("lost_after",), faulty_share=0.6),
    ),
    Bug(
        name="never seen is believed too early",
        breaks="An ask that is still on its way takes money for an attempt that was given up.",
        plant=swap((settle, "_look", _never_seen_too_early)),
        wanted=Wanted(faults=("late",), faulty_share=0.6, card="good"),
    ),
    Bug(
        name="given up without calling off",
        breaks="A worker that was stopped confirms later, and the payment is charged twice.",
        plant=swap((settle, "_look", _not_called_off)),
        wanted=Wanted(card="good", fate="stop", faulty_share=0.0),
    ),
    Bug(
        name="no resolver",
        breaks="An attempt without an answer stays open for ever.",
        plant=swap((settle, "look_at_attempt", _nobody_looks)),
        wanted=Wanted(faults=("lost_after",), faulty_share=0.6),
    ),
    Bug(
        name="key memory ignored",
        breaks="Asked again after the company forgot the key, it is a second charge.",
        plant=swap((settle, "_look", _resent)),
        wanted=Wanted(faults=("lost_after",), faulty_share=0.6),
    ),
    Bug(
        name="wrong currency",
        breaks="Yen and dinars are charged as euros.",
        plant=swap((ask, "_charge_request", _in_euro)),
    ),
    Bug(
        name="amount by float",
        breaks="A tenth more is charged than was agreed.",
        plant=swap((ask, "_charge_request", _too_much)),
    ),
    Bug(
        name="removed card charged",
        breaks="A card that the customer took off pays.",
        plant=swap((charge, "method_on_file", _any_method), (choices, "method_on_file", _any_method)),
        wanted=Wanted(
            card="good", more=("drop_card", "deliver", "pass_time", "press"), only=("work_one_row", "agree")
        ),
    ),
    Bug(
        name="no lock and no constraint",
        breaks="Two presses at once are two charges.",
        plant=together(
            swap(
                (retry, "open_attempt_of", nothing),
                (charge, "open_attempt_of", nothing),
                (retry, "refusal", nothing),
            ),
            without(Attempt, "attempt_one_open"),
        ),
        wanted=Wanted(more=("press",), fate="stop"),
    ),
    Bug(
        name="waiting for the customer is paid",
        breaks="A payment counts as made before the bank has said yes.",
        plant=swap_entry(record._STEPS, Verdict.NEEDS_CUSTOMER, record._succeed),
        wanted=Wanted(card="asks", more=("press",)),
    ),
    Bug(
        name="pending is paid",
        breaks="A bank debit counts as made before the bank has said yes.",
        plant=swap_entry(record._STEPS, Verdict.PENDING, record._succeed),
        wanted=Wanted(card="slow"),
    ),
    Bug(
        name="run not left",
        breaks="What is on its way, or paid, is still in the charge run.",
        plant=swap((open_attempt, "take_out_of_run", nothing)),
        wanted=Wanted(card="good", more=("press",)),
    ),
]
