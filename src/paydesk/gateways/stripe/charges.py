"""Move money: pay an invoice that Stripe collects, or charge a vaulted method with a PaymentIntent of our own.

Only what Stripe says plainly is an answer. A request without one raises GatewayUnreachable, and is looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import stripe

from paydesk.gateways.contract import (
    ChargeQuery,
    ChargeRequest,
    GatewayRefused,
    GatewayUnreachable,
    NotOffered,
    PreparedCharge,
)
from paydesk.gateways.records import Advice, Decline, DeclineReason, Outcome, Verdict
from paydesk.gateways.stripe.amounts import from_stripe, to_stripe
from paydesk.gateways.stripe.collectibles import TAG, charge_outcome, charge_verdict, intent_of_paying
from paydesk.gateways.stripe.declines import CALLED_OFF, NEEDS_CUSTOMER, decline_of_error
from paydesk.gateways.stripe.history import charges_of, read_invoice
from paydesk.gateways.stripe.methods import default_method, reference
from paydesk.gateways.stripe.requests import Json, Line, clear_answers, scrub

#: A request that is on its way longer than this has ended, one way or the other, at Stripe too.
_SURELY_OVER = timedelta(minutes=2)
#: docs.stripe.com/search: found in less than a minute as a rule, later during an outage.
_SURELY_SEARCHABLE = timedelta(hours=1)
#: After this a bank debit is decided, whatever its kind.
_DEBIT_TAKES = timedelta(days=1)
_VOID = Decline(reason=DeclineReason.NOT_PERMITTED, advice=Advice.STOP, code="invoice_void")
_CHARGES = ("ch_", "py_")
_NOT_CONFIRMED = "payment_intent_authentication_failure"


def prepare(line: Line, request: ChargeRequest) -> PreparedCharge:
    """Make the PaymentIntent without confirming it; of an invoice, note the newest charge, so that ours is the next."""
    if request.collectible:
        return PreparedCharge(request=request, reference=_note(line, request))
    intent = line.ask(
        line.v1.payment_intents.create,
        {
            "amount": to_stripe(request.amount),
            "currency": request.amount.currency.lower(),
            "customer": request.customer_reference,
            "payment_method": request.method_reference or _method_on_file(line, request.customer_reference),
            "description": request.description or "Payment",
            "metadata": {TAG: request.tag},
            "automatic_payment_methods": {
                "enabled": True,
                "allow_redirects": "always" if request.return_url else "never",
            },
        },
        {"idempotency_key": f"{request.key}-prepare"},
    )
    return PreparedCharge(request=request, reference=intent["id"])


def confirm(line: Line, prepared: PreparedCharge, now: datetime) -> Outcome:
    """Move the money, once for each key."""
    ask, look = (_pay, _after_pay) if prepared.request.collectible else (_confirm_intent, _after_confirm)
    return _judged(lambda: ask(line, prepared), lambda error: look(line, prepared, error, now))


def find(line: Line, query: ChargeQuery, now: datetime) -> Outcome:
    """Look a charge up. NEVER_SEEN means that the money was not asked for, and that no ask can still be on its way."""
    over = now - query.asked_at > _SURELY_OVER
    if query.reference.startswith(_CHARGES):
        charge = line.read(line.v1.charges.retrieve, query.reference)
        return charge_outcome(charge) if charge else _absent(over)
    if query.collectible.startswith("in_"):
        return _on_invoice(line, query.collectible, query.reference, now=now, over=over)
    if query.reference.startswith("pi_"):
        intent = line.read(line.v1.payment_intents.retrieve, query.reference, {"expand": ["latest_charge"]})
        return intent_outcome(intent, now=now, over=over) if intent else _absent(over)
    sought = {"query": f"metadata['{TAG}']:'{query.tag}'", "expand": ["data.latest_charge"]}
    tagged = line.ask(line.v1.payment_intents.search, sought)["data"]  # type: ignore[arg-type]
    if tagged:
        return intent_outcome(tagged[0], now=now, over=over)
    return _absent(now - query.asked_at > _SURELY_SEARCHABLE)


def cancel(line: Line, charge: str, now: datetime) -> Outcome:
    """Make sure that a PaymentIntent can no longer succeed, and say how it ended.

    That of an invoice can only be cancelled by voiding the invoice. It need not be: an invoice is paid once, and
    paying it with another card takes the place of the step that waits. So unless it was paid, that try is over.
    """
    if charge.startswith("in_"):
        found = _on_invoice(line, charge.partition(":")[0], charge, now=now, over=True)
        is_over = found.verdict in (Verdict.NEEDS_CUSTOMER, Verdict.NEVER_SEEN)
        return _declined("", CALLED_OFF) if is_over else found
    if not charge.startswith("pi_"):
        return charge_outcome(line.ask(line.v1.charges.retrieve, charge))
    try:
        intent = line.ask(line.v1.payment_intents.cancel, charge, {"expand": ["latest_charge"]})
    except GatewayRefused:
        intent = line.ask(line.v1.payment_intents.retrieve, charge, {"expand": ["latest_charge"]})
    return intent_outcome(intent, now=now, over=True)


def intent_outcome(intent: Json, *, now: datetime, over: bool) -> Outcome:
    """Say how a PaymentIntent stands (statuses: `stripe/_payment_intent.py`); `over`: no confirm is on its way."""
    status, error = intent["status"], intent.get("last_payment_error") or {}
    charge = intent.get("latest_charge") or {}
    if status == "succeeded" and isinstance(charge, dict) and charge:
        return charge_outcome(charge)
    if status == "processing":
        return Outcome(verdict=Verdict.PENDING, reference=reference(charge), wait_until=now + _DEBIT_TAKES)
    if status == "requires_action" or error.get("code") in NEEDS_CUSTOMER:
        action = (intent.get("next_action") or {}).get("redirect_to_url") or {}
        return Outcome(
            verdict=Verdict.NEEDS_CUSTOMER, reference=intent["id"], action_url=action.get("url") or ""
        )
    if status == "canceled":
        return _declined("", CALLED_OFF)
    if status == "requires_payment_method" and error:
        return _declined(reference(charge), decline_of_error(error))
    return _absent(over)


def _pay(line: Line, prepared: PreparedCharge) -> None:
    """Without `off_session` Stripe takes the customer to be away, and 3-D Secure for a decline (`InvoicePayParams`)."""
    request = prepared.request
    asked: stripe.params.InvoicePayParams = {"off_session": not request.on_session}
    if request.method_reference:
        asked["payment_method"] = request.method_reference
    line.v1.invoices.pay(request.collectible, asked, {"idempotency_key": request.key})


def _confirm_intent(line: Line, prepared: PreparedCharge) -> None:
    request = prepared.request
    asked: stripe.params.PaymentIntentConfirmParams = {}
    if not request.on_session:
        asked["off_session"] = True
    elif request.return_url:
        asked["return_url"] = request.return_url
    line.v1.payment_intents.confirm(prepared.reference, asked, {"idempotency_key": request.key})


def _judged(ask: Callable[[], None], look: Callable[[Json], Outcome]) -> Outcome:
    """Ask, then look: a plain decline stands as it is, every other clear answer is read again at Stripe."""
    error: Json = {}
    try:
        with clear_answers():
            try:
                ask()
            except (stripe.CardError, stripe.InvalidRequestError) as refused:
                body = refused.json_body if isinstance(refused.json_body, dict) else {}
                error = body.get("error") or {}
                if isinstance(refused, stripe.CardError) and error.get("code") not in NEEDS_CUSTOMER:
                    return _declined(reference(error.get("charge")), decline_of_error(error))
        return look(error)
    except GatewayRefused as refused:
        # The money may have moved: that we may not read, or may not ask, says nothing about it.
        raise GatewayUnreachable(str(refused)) from None


def _after_pay(line: Line, prepared: PreparedCharge, error: Json, now: datetime) -> Outcome:
    request = prepared.request
    if _is_gone(error):
        return _declined("", decline_of_error(error))
    found = _on_invoice(line, request.collectible, prepared.reference, now=now, over=False)
    if found.verdict == Verdict.UNKNOWN and error.get("code") in NEEDS_CUSTOMER:
        return _needs_customer(read_invoice(line, request.collectible) or {})
    return _clear(found, error)


def _after_confirm(line: Line, prepared: PreparedCharge, error: Json, now: datetime) -> Outcome:
    if _is_gone(error):
        return _declined("", decline_of_error(error))
    intent = line.ask(line.v1.payment_intents.retrieve, prepared.reference, {"expand": ["latest_charge"]})
    return _clear(intent_outcome(intent, now=now, over=False), error)


def _clear(outcome: Outcome, error: Json) -> Outcome:
    if outcome.verdict == Verdict.UNKNOWN:
        raise GatewayUnreachable(
            scrub(f"Stripe gave no clear answer: {error.get('message') or 'still open'}")
        )
    return outcome


def _on_invoice(line: Line, invoice_reference: str, noted: str, *, now: datetime, over: bool) -> Outcome:
    """Say how an invoice stands after it was asked to be paid: paid, or by the charges that came since."""
    invoice = read_invoice(line, invoice_reference)
    if not invoice:
        return _absent(over)
    charges = charges_of(line, invoice)
    if invoice["status"] == "paid":
        return _paid(invoice, charges, noted)
    if invoice["status"] == "void":
        return _declined("", _VOID)
    # Paying takes all that remains: while anything does, what succeeded is a part, and parts have intents of their own.
    since = [one for one in _since(charges, noted) if charge_verdict(one) != Verdict.SUCCEEDED]
    since = [one for one in since if reference(one.get("payment_intent")) in ("", intent_of_paying(invoice))]
    if since:
        return charge_outcome(since[-1])
    intent = _intent_of(line, invoice)
    if intent["status"] == "requires_action":
        return _needs_customer(invoice)
    if intent["status"] == "processing":
        return Outcome(verdict=Verdict.PENDING, wait_until=now + _DEBIT_TAKES)
    if _failed_3d_secure(intent) and (over or not noted.endswith(_NOT_CONFIRMED)):
        return _declined("", decline_of_error(intent["last_payment_error"]))
    return _absent(over)


def _paid(invoice: Json, charges: Sequence[Json], noted: str) -> Outcome:
    """Paying took all that remained: it was the last success since our note, if none of it was paid outside Stripe."""
    asked = {charge["id"] for charge in (_since(charges, noted) if ":" in noted else charges)}
    paid = [charge for charge in charges if charge_verdict(charge) == Verdict.SUCCEEDED]
    is_whole = (
        sum(charge.get("amount_captured", charge["amount"]) for charge in paid) >= invoice["amount_due"]
    )
    if is_whole and paid and paid[-1]["id"] in asked:
        return charge_outcome(paid[-1])
    amount = from_stripe(invoice["amount_due"], invoice["currency"])
    return Outcome(verdict=Verdict.SUCCEEDED, amount=amount)


def _since(charges: Sequence[Json], noted: str) -> Sequence[Json]:
    """Give the charges after the one that was noted at `prepare`.

    Without a note nothing was prepared, so nothing was asked: a failed charge is then a try of Stripe's own.
    """
    if ":" not in noted:
        return []
    newest = noted.split(":")[1]
    places = [place for place, charge in enumerate(charges) if charge["id"] == newest]
    return charges[places[0] + 1 :] if places else charges


def _failed_3d_secure(intent: Json) -> bool:
    """A step that the customer failed leaves no charge, only an error at the intent."""
    return (intent.get("last_payment_error") or {}).get("code") == _NOT_CONFIRMED


def _intent_of(line: Line, invoice: Json) -> Json:
    intent = intent_of_paying(invoice)
    return line.ask(line.v1.payment_intents.retrieve, intent) if intent else {"status": ""}


def _needs_customer(invoice: Json) -> Outcome:
    """Only the hosted page finishes an invoice's 3-D Secure step without a script of Stripe in our page.

    There is no reference to give: the step has no charge yet, and the try is found by what was noted at `prepare`.
    """
    return Outcome(verdict=Verdict.NEEDS_CUSTOMER, action_url=invoice.get("hosted_invoice_url") or "")


def _note(line: Line, request: ChargeRequest) -> str:
    """Note how the invoice stands: its newest charge, and whether its last 3-D Secure step had failed already.

    Refuses an amount that is not what paying the invoice would take.
    """
    if not request.collectible.startswith("in_"):
        raise NotOffered("A charge without an invoice is not tried again.")
    invoice = read_invoice(line, request.collectible)
    if not invoice:
        raise GatewayRefused("Stripe does not know this invoice.")
    owed = from_stripe(invoice["amount_remaining"], invoice["currency"])
    if request.amount != owed:
        raise GatewayRefused(f"This invoice is now about {owed}, not {request.amount}.")
    charges = charges_of(line, invoice)
    failed = _NOT_CONFIRMED if _failed_3d_secure(_intent_of(line, invoice)) else ""
    return f"{request.collectible}:{charges[-1]['id'] if charges else ''}:{failed}"


def _method_on_file(line: Line, customer: str) -> str:
    method = default_method(line.read(line.v1.customers.retrieve, customer) or {})
    if not method:
        raise GatewayRefused("This customer has no payment method on file.")
    return method


def _is_gone(error: Json) -> bool:
    """The method was removed, at Stripe or by the bank: a clear no although it is no card error."""
    return error.get("code") == "resource_missing" and error.get("param") in ("payment_method", "source")


def _declined(charge: str, decline: Decline) -> Outcome:
    return Outcome(verdict=Verdict.DECLINED, reference=charge, decline=decline)


def _absent(surely: bool) -> Outcome:
    return Outcome(verdict=Verdict.NEVER_SEEN if surely else Verdict.UNKNOWN)
