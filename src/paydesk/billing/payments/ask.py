"""Ask a gateway for the money of an open attempt: prepare, remember the reference, confirm, record.

Everything that was decided is committed before the network is touched, and nothing is held while we wait (R2, R4).
"""

from __future__ import annotations

import logging

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.call_off import called_off
from paydesk.billing.payments.charging.late_cover import owed_by_rows
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.record import record_outcome
from paydesk.billing.payments.refused import CompanyRefused, CompanySilent, RetryRefused
from paydesk.billing.payments.reread import reread_charge_quietly, reread_quietly
from paydesk.database.transactions import in_turn, let_go
from paydesk.gateways.contract import (
    ChargeRequest,
    Gateway,
    GatewayRefused,
    GatewayUnreachable,
    PreparedCharge,
)
from paydesk.gateways.records import Outcome, Verdict
from paydesk.kit import clock
from paydesk.kit.faults import fault
from paydesk.kit.money import Money
from paydesk.work.heartbeat.beat import beat_where_no_worker_does

log = logging.getLogger(__name__)


def ask_for_money(*, gateway: Gateway, attempt: Attempt, payment: Payment, return_url: str) -> Attempt:
    """Ask once and give the attempt as it stands; raises RetryRefused when the charge could not even be prepared."""
    beat_where_no_worker_does(now=clock.wall_now())
    fault("F04")
    prepared = _prepare(gateway, attempt, payment, _charge_request(attempt, payment, return_url))
    fault("F06")
    attempt = _remember(attempt, payment, prepared)
    fault("F07")
    outcome = _without_the_customer(gateway, attempt, _confirm(gateway, attempt, prepared))
    fault("F13")
    attempt = record_outcome(
        merchant_id=attempt.merchant_id, attempt_id=attempt.id, outcome=outcome, now=clock.wall_now()
    )
    fault("F17")
    if outcome.verdict is not Verdict.UNKNOWN:
        _read_again(gateway, attempt, payment)
    return attempt


def _read_again(gateway: Gateway, attempt: Attempt, payment: Payment) -> None:
    """The company is asked how it stands now: it may have moved a bill on, and a customer is told what it says then.

    Nobody waits for a charge of our own that was due; one that a customer pressed for is read, too.
    """
    if not payment.is_ours:
        reread_quietly(connection=payment.connection, gateway=gateway, reference=payment.reference)
    elif attempt.asked_by == Attempt.AskedBy.CUSTOMER and attempt.state == Attempt.State.SUCCEEDED:
        reread_charge_quietly(gateway=gateway, payment=payment, reference=attempt.reference)


def _charge_request(attempt: Attempt, payment: Payment, return_url: str) -> ChargeRequest:
    owner = payment.gateway_customer
    method = PaymentMethod.objects.filter(
        merchant_id=payment.merchant_id, id=attempt.payment_method_id or 0
    ).first()
    return ChargeRequest(
        key=str(attempt.key),
        tag=attempt.public_id,
        amount=Money(attempt.amount_minor, attempt.currency),
        customer_reference=owner.reference if owner else "",
        method_reference=method.reference if method else "",
        collectible="" if payment.is_ours else payment.reference,
        description=payment.title,
        on_session=attempt.asked_by == Attempt.AskedBy.CUSTOMER,
        return_url=return_url,
    )


def _prepare(gateway: Gateway, attempt: Attempt, payment: Payment, request: ChargeRequest) -> PreparedCharge:
    """Preparing moves no money: when it fails the attempt is given up at once, and may be asked for again."""
    let_go()
    try:
        return gateway.prepare_charge(request)
    except GatewayRefused as refused:
        log.warning("attempt %s was not prepared: %s", attempt.public_id, refused)
        _give_up(attempt)
        if not payment.is_ours:
            # A clear no to preparing: the bill has changed at the company. What it is now is read, and shown.
            reread_quietly(connection=payment.connection, gateway=gateway, reference=payment.reference)
        raise CompanyRefused(_words_of_refusal(payment), said=str(refused)) from refused
    except GatewayUnreachable as silent:
        _give_up(attempt)
        raise CompanySilent(retry_after=getattr(silent, "retry_after", None)) from silent


def _words_of_refusal(payment: Payment) -> str:
    if payment.is_ours:
        return _("This payment cannot be made here. Please write to us, and we will help.")
    return _(
        "This payment has changed at the payment company. Nothing was charged. This is how it stands now."
    )


def _give_up(attempt: Attempt) -> None:
    record_outcome(
        merchant_id=attempt.merchant_id,
        attempt_id=attempt.id,
        outcome=Outcome(verdict=Verdict.NEVER_SEEN),
        now=clock.wall_now(),
    )


def _remember(attempt: Attempt, payment: Payment, prepared: PreparedCharge) -> Attempt:
    """Say that it is sent. What an earlier charge has paid meanwhile is not: whoever looks it up calls it off."""
    mine = Attempt.objects.filter(merchant_id=attempt.merchant_id, id=attempt.id, state=Attempt.State.CREATED)
    # Not joined: of a row that is waited for PostgreSQL looks again at its own columns alone.
    to_pay = mine.filter(payment_id__in=_to_pay(attempt, payment).values("id"))
    attempt.state, attempt.submitted_at = Attempt.State.SUBMITTED, clock.wall_now()
    attempt.prepared_reference = prepared.reference
    is_owed = not payment.covered_references or owed_by_rows(payment) == attempt.amount_minor
    still_ours = is_owed and in_turn(
        lambda: to_pay.update(
            state=attempt.state,
            prepared_reference=attempt.prepared_reference,
            submitted_at=attempt.submitted_at,
        )
    )
    if not still_ours:
        in_turn(lambda: mine.update(prepared_reference=attempt.prepared_reference))
        raise RetryRefused(
            _("This payment was taken over meanwhile. Look at its page for what became of it.")
        )
    return attempt


def _to_pay(attempt: Attempt, payment: Payment) -> QuerySet[Payment]:
    on_its_way = Payment.objects.filter(
        merchant_id=attempt.merchant_id, id=attempt.payment_id, state=Payment.State.PROCESSING
    )
    # What is owed of a company's bill it knows itself.
    return on_its_way.filter(owed_minor=attempt.amount_minor) if payment.is_ours else on_its_way


def _without_the_customer(gateway: Gateway, attempt: Attempt, outcome: Outcome) -> Outcome:
    """Nobody is there to confirm a charge that was due: the step is called off, and that is a no of the bank."""
    if outcome.verdict is not Verdict.NEEDS_CUSTOMER or attempt.asked_by not in Attempt.ALONE:
        return outcome
    try:
        return called_off(gateway, attempt, reference=outcome.reference)
    except (GatewayUnreachable, GatewayRefused):
        return Outcome(verdict=Verdict.UNKNOWN)


def _confirm(gateway: Gateway, attempt: Attempt, prepared: PreparedCharge) -> Outcome:
    let_go()
    try:
        return gateway.confirm_charge(prepared)
    except GatewayUnreachable:
        return Outcome(verdict=Verdict.UNKNOWN)
    except Exception:
        # R6: whatever this was, the money may have moved. The resolver looks; the log tells us of the bug.
        log.exception("attempt %s: the gateway's answer was not understood", attempt.public_id)
        return Outcome(verdict=Verdict.UNKNOWN)
