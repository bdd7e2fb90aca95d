"""Keep payment methods at Stripe: set one up in the Card Element, list, choose what pays.

What pays an invoice is, in this order, the invoice's own `default_payment_method`, its `default_source`, those of its
subscription, those of its customer (`stripe/_invoice.py`, `stripe/_subscription.py`, at each of the two names).
"""

from __future__ import annotations

from collections.abc import Sequence

import stripe

from paydesk.gateways.contract import GatewayRefused, Settings
from paydesk.gateways.method_setup import FinishedSetup, MethodSetup, MethodSetupRequest
from paydesk.gateways.records import MethodRecord
from paydesk.gateways.stripe.collectibles import subscription_of
from paydesk.gateways.stripe.methods import default_method, method_record, own_method
from paydesk.gateways.stripe.methods import reference as id_of
from paydesk.gateways.stripe.requests import PAGE, Json, Line
from paydesk.gateways.stripe.settings import card_fields
from paydesk.kit.language import for_customer

#: Stripe's words for the customer stay with Stripe; these are ours, by the code of `last_setup_error`.
_REFUSALS = {
    "setup_intent_authentication_failure": for_customer("Your bank did not confirm that this card is yours."),
    "expired_card": for_customer("This card has expired."),
    "incorrect_cvc": for_customer("The security code does not fit this card."),
}
_REFUSED = for_customer("Your bank did not accept this card.")
_GONE = for_customer("This card has been taken off meanwhile. Please enter it again.")
#: docs.stripe.com/payments/intents: a try that failed brings a SetupIntent back to where it takes another card, in the
#: same fields; `canceled` alone ends it without one.
_TRY_AGAIN = "requires_payment_method"


class Vault:
    """What the contract asks about saved methods."""

    _line: Line
    _settings: Settings

    def begin_method_setup(self, request: MethodSetupRequest) -> MethodSetup:
        """Make a SetupIntent for a card. `payment_method_types` is refused since endive; this is its successor."""
        asked: stripe.params.SetupIntentCreateParams = {"customer": request.customer_reference}
        asked |= {"usage": "off_session", "allowed_payment_method_types": ["card"]}
        setup = self._line.ask(self._line.v1.setup_intents.create, asked, {"idempotency_key": request.key})
        fields = card_fields(self._settings, client_secret=setup["client_secret"])
        return MethodSetup(reference=setup["id"], fields=fields)

    def finish_method_setup(self, reference: str) -> FinishedSetup:
        """Read a SetupIntent; a done one gives its method, attached to the customer if Stripe has not done so itself.

        A method that was detached meanwhile is attached to nobody again (docs.stripe.com/api/payment_methods/detach).
        """
        retrieve = self._line.v1.setup_intents.retrieve
        setup = self._line.ask(retrieve, reference, {"expand": ["payment_method"]})
        if setup["status"] != "succeeded":
            return FinishedSetup(refusal=refusal_of(setup), can_try_again=setup["status"] == _TRY_AGAIN)
        method, customer = setup["payment_method"], id_of(setup["customer"])
        if method is None:
            return FinishedSetup(refusal=_GONE)
        if id_of(method.get("customer")) != customer:
            attach, key = self._line.v1.payment_methods.attach, f"{reference}-attach"
            try:
                method = self._line.ask(
                    attach, method["id"], {"customer": customer}, {"idempotency_key": key}
                )
            except GatewayRefused:
                return FinishedSetup(refusal=_GONE)
        return FinishedSetup(method=method_record(method))

    def list_methods(self, customer_reference: str) -> Sequence[MethodRecord]:
        if not customer_reference:
            return ()
        default = default_method(self._line.ask(self._line.v1.customers.retrieve, customer_reference))
        saved = self._line.v1.customers.payment_methods.list
        found = self._line.every(lambda: saved(customer_reference, {"limit": PAGE}))
        return [method_record(method, default=default) for method in found]

    def set_default_method(self, *, customer_reference: str, method_reference: str, key: str) -> None:
        """Make a method the customer's default, and let open invoices of no subscription follow it.

        An old `default_source` of the customer is outranked by it: `stripe/_subscription.py`, `default_payment_method`.
        """
        asked: stripe.params.CustomerUpdateParams = {}
        asked["invoice_settings"] = {"default_payment_method": method_reference}
        named: stripe.RequestOptions = {"idempotency_key": f"{key}-{customer_reference}"}
        self._line.ask(self._line.v1.customers.update, customer_reference, asked, named)
        follow(self._line, {"customer": customer_reference}, method=method_reference, key=key)

    def remove_method(self, *, method_reference: str, key: str) -> None:
        self._line.ask(self._line.v1.payment_methods.detach, method_reference, {}, {"idempotency_key": key})


def refusal_of(setup: Json) -> str:
    """Say why a SetupIntent has no card: what its last try said, or that it is over. Nothing while it is on its way."""
    error = setup.get("last_setup_error") or {}
    if setup["status"] == "canceled" or (setup["status"] == _TRY_AGAIN and error):
        return _REFUSALS.get(error.get("decline_code") or error.get("code") or "", _REFUSED)
    return ""


def follow(line: Line, asked: stripe.params.InvoiceListParams, *, method: str, key: str) -> None:
    """Give a method to the unpaid invoices of a subscription, or of a customer and no subscription.

    Those alone that name another for themselves, and would go on charging it. A draft is charged within the hour.
    """
    wanted = asked.get("subscription", "")
    for invoice in [
        one for status in ("open", "draft") for one in _unpaid(line, {**asked, "status": status})
    ]:
        if subscription_of(invoice) == wanted and own_method(invoice) not in ("", method):
            _rename(line, invoice, method, key)


def _unpaid(line: Line, asked: stripe.params.InvoiceListParams) -> list[Json]:
    return line.every(lambda: line.v1.invoices.list({**asked, "limit": PAGE}))


def _rename(line: Line, invoice: Json, method: str, key: str) -> None:
    """One that was paid meanwhile can no longer be changed, and need not be."""
    reference, named = invoice["id"], stripe.params.InvoiceUpdateParams(default_payment_method=method)
    try:
        line.ask(line.v1.invoices.update, reference, named, {"idempotency_key": f"{key}-{reference}"})
    except GatewayRefused:
        if line.ask(line.v1.invoices.retrieve, reference)["status"] in ("draft", "open"):
            raise
