"""Keep payment methods at Stripe: set one up in the Card Element, list, make default."""

from __future__ import annotations

from collections.abc import Sequence

from paydesk.gateways.contract import FinishedSetup, MethodSetup, MethodSetupRequest, Settings
from paydesk.gateways.records import MethodRecord
from paydesk.gateways.stripe.methods import default_method, method_record, reference
from paydesk.gateways.stripe.open_invoices import follow, unpaid_invoices
from paydesk.gateways.stripe.requests import PAGE, Line
from paydesk.gateways.stripe.settings import PUBLISHABLE_KEY, SCRIPT_URL, card_fields

#: Stripe's words for the customer stay with Stripe; these are ours, by the code of `last_setup_error`.
_REFUSALS = {
    "setup_intent_authentication_failure": "Your bank did not confirm that this card is yours.",
    "expired_card": "This card has expired.",
    "incorrect_cvc": "The security code does not fit this card.",
}
_REFUSED = "Your bank did not accept this card."


def begin(line: Line, request: MethodSetupRequest, settings: Settings) -> MethodSetup:
    """Make a SetupIntent for a card. `payment_method_types` is refused since endive; this is its successor."""
    setup = line.ask(
        line.v1.setup_intents.create,
        {
            "customer": request.customer_reference,
            "usage": "off_session",
            "allowed_payment_method_types": ["card"],
        },
        {"idempotency_key": request.key},
    )
    return MethodSetup(
        reference=setup["id"],
        fields=card_fields(
            publishable_key=settings.credentials[PUBLISHABLE_KEY],
            client_secret=setup["client_secret"],
            script_url=settings.options.get(SCRIPT_URL, ""),
        ),
    )


def finish(line: Line, setup_reference: str) -> FinishedSetup:
    """Read a SetupIntent; a done one gives its method, attached to the customer if Stripe has not done so itself."""
    setup = line.ask(line.v1.setup_intents.retrieve, setup_reference, {"expand": ["payment_method"]})
    if setup["status"] == "succeeded":
        method = setup["payment_method"]
        customer = reference(setup["customer"])
        if reference(method.get("customer")) != customer:
            key = f"{setup_reference}-attach"
            method = line.ask(
                line.v1.payment_methods.attach, method["id"], {"customer": customer}, {"idempotency_key": key}
            )
        return FinishedSetup(method=method_record(method))
    if error := setup.get("last_setup_error"):
        code = error.get("decline_code") or error.get("code") or ""
        return FinishedSetup(refusal=_REFUSALS.get(code, _REFUSED))
    return FinishedSetup(refusal=_REFUSED if setup["status"] == "canceled" else "")


def list_methods(line: Line, customer: str) -> Sequence[MethodRecord]:
    default = default_method(line.ask(line.v1.customers.retrieve, customer))
    found = line.every(lambda: line.v1.customers.payment_methods.list(customer, {"limit": PAGE}))
    return [method_record(method, default=default) for method in found]


def set_default(line: Line, *, customer: str, method: str, key: str) -> None:
    """Make a method the customer's default, and let open invoices of no subscription follow it.

    An old `default_source` of the customer is outranked by it (`stripe/_subscription.py`, `default_payment_method`).
    """
    line.ask(
        line.v1.customers.update,
        customer,
        {"invoice_settings": {"default_payment_method": method}},
        {"idempotency_key": f"{key}-{customer}"},
    )
    follow(line, unpaid_invoices(line, {"customer": customer}), subscription="", method=method, key=key)
