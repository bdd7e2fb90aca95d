"""Keep payment methods at PayPal: a card in PayPal's own fields or a wallet on PayPal's page, listed, and taken off.

A customer is an id of the merchant's own (vault_payment_tokens_v3, `customer.id`): PayPal keeps none without a method,
and neither address nor name. It keeps no default either.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

from paydesk.gateways.contract import GatewayRefused, Settings
from paydesk.gateways.method_setup import FinishedSetup, HostedFields, MethodSetup, MethodSetupRequest
from paydesk.gateways.paypal.events import link
from paydesk.gateways.paypal.requests import Json, Line, Refused, clear_answers
from paydesk.gateways.paypal.settings import CLIENT_ID, DEFAULT_SCRIPT_URL, SCRIPT_URL
from paydesk.gateways.records import CustomerRecord, MethodKind, MethodRecord
from paydesk.kit.language import for_customer

_EXPIRED = for_customer("This page has expired. Please begin again.")
_SOURCES = ("card", "paypal")
#: "Customer's id": at most 22 letters and digits, of which `customer_id` in a listing wants seven.
_ID_LENGTH = 20
_PAGE = "20"
#: developer.paypal.com/sdk/js/best-practices, "Content Security Policy".
_SCRIPTS = ("https://*.paypal.com", "https://*.paypalobjects.com")
_FRAMES = ("https://*.paypal.com",)

#: Issues of a merchant who may not save such methods (developer.paypal.com/api/payment-tokens/v3/errors).
_NOT_ALLOWED = {"NOT_ENABLED_TO_VAULT_PAYMENT_SOURCE", "PERMISSION_DENIED"}


class Vault:
    """What the contract asks about customers and saved methods."""

    _line: Line
    _settings: Settings

    def create_customer(self, *, email: str, name: str, key: str) -> CustomerRecord:
        """Make an id of the key; PayPal is not asked, and knows the customer once a method is saved."""
        reference = f"pd{sha256(key.encode()).hexdigest()}"[:_ID_LENGTH]
        return CustomerRecord(reference=reference, email=email, name=name)

    def read_customer(self, reference: str) -> CustomerRecord | None:
        """Say whether PayPal keeps a method for a customer: without one, nobody is there."""
        return CustomerRecord(reference=reference, email="") if self.list_methods(reference) else None

    def begin_method_setup(self, request: MethodSetupRequest) -> MethodSetup:
        """Begin one set-up token for a card and one for the wallet: the customer takes one of the two.

        A merchant who may not take cards has the wallet's page alone, and the other way round.
        """
        card, wallet = (self._begin(source, request) for source in _SOURCES)
        reference = ":".join(str((one or {}).get("id", "")) for one in (card, wallet))
        with clear_answers():
            page = link(wallet or {}, "approve") or link(wallet or {}, "payer-action")
            if card is None and not page:
                raise GatewayRefused("PayPal lets this account save neither cards nor wallets.")
            if card is None:
                return MethodSetup(reference=reference, page_url=page)
            return MethodSetup(reference=reference, fields=_fields(self._settings, str(card["id"]), page))

    def finish_method_setup(self, reference: str) -> FinishedSetup:
        """Make a payment token of whichever was approved: PayPal makes one of a set-up token, however often asked."""
        tokens = list(filter(None, reference.split(":")))
        found = [self._line.read("v3", "vault", "setup-tokens", token) for token in tokens]
        with clear_answers():
            for setup in filter(None, found):
                if setup["status"] not in ("CREATED", "PAYER_ACTION_REQUIRED"):
                    return FinishedSetup(method=self._made_of(setup))
        return FinishedSetup() if any(found) else FinishedSetup(refusal=_EXPIRED)

    def list_methods(self, customer_reference: str) -> Sequence[MethodRecord]:
        """List them page by page; the link to the next says whether there is one."""
        return [method_record(token) for token in self._tokens(customer_reference)]

    def remove_method(self, *, method_reference: str, key: str) -> None:
        """Take a method off; one that is not there any more is gone."""
        try:
            self._line.ask("v3", "vault", "payment-tokens", method_reference, method="DELETE")
        except Refused:
            if self._line.read("v3", "vault", "payment-tokens", method_reference):
                raise

    def _begin(self, source: str, request: MethodSetupRequest) -> Json | None:
        """Give a new set-up token, or None where this account may not save such methods."""
        back = {"return_url": request.return_url, "cancel_url": request.return_url}
        details: Json = {
            "card": {"verification_method": "SCA_WHEN_REQUIRED", "experience_context": back},
            "paypal": {
                "usage_type": "MERCHANT",
                "customer_type": "CONSUMER",
                "permit_multiple_payment_tokens": True,
                "experience_context": back | {"shipping_preference": "NO_SHIPPING"},
            },
        }
        body = {"customer": {"id": request.customer_reference}, "payment_source": {source: details[source]}}
        try:
            return self._line.ask("v3", "vault", "setup-tokens", key=f"{request.key}-{source}", body=body)
        except Refused as refused:
            if refused.issue in _NOT_ALLOWED:
                return None
            raise

    def _made_of(self, setup: Json) -> MethodRecord | None:
        """Make the payment token. One that another key has made is the customer's method that looks like it."""
        body = {"payment_source": {"token": {"id": setup["id"], "type": "SETUP_TOKEN"}}}
        try:
            made = self._line.ask("v3", "vault", "payment-tokens", key=f"{setup['id']}-token", body=body)
        except Refused as refused:
            if refused.issue == "SETUP_TOKEN_ALREADY_TOKENIZED":
                return self._same_as(setup)
            raise
        return method_record(made)

    def _same_as(self, setup: Json) -> MethodRecord | None:
        alike = [token for token in self._tokens(setup["customer"]["id"]) if _looks(token) == _looks(setup)]
        return method_record(alike[-1]) if alike else None

    def _tokens(self, customer: str) -> Sequence[Json]:
        if not customer:
            return ()
        found: list[Json] = []
        query = {"customer_id": customer, "page_size": _PAGE, "page": "1"}
        while True:
            page = self._line.read("v3", "vault", "payment-tokens", **query)
            with clear_answers():
                found += (page or {"payment_tokens": []})["payment_tokens"]
                if not link(page or {}, "next"):
                    return found
            query["page"] = str(int(query["page"]) + 1)


def method_record(token: Json) -> MethodRecord:
    """Read a payment token; of a wallet no more is kept than that it is one."""
    with clear_answers():
        return method_of(token["payment_source"], reference=token["id"])


def method_of(source: Json, *, reference: str = "") -> MethodRecord:
    """Read what paid, or pays, from `{"card": {...}}` or `{"paypal": {...}}`."""
    kind, details = next(iter(source.items()))
    if kind != "card":
        return MethodRecord(reference=reference, kind=MethodKind.WALLET, brand=kind)
    year, _, month = str(details.get("expiry") or "").partition("-")
    return MethodRecord(
        reference=reference,
        brand=str(details.get("brand") or "card").lower(),
        last_four=str(details.get("last_digits") or "")[-4:],
        expires_year=int(year) if year else None,
        expires_month=int(month) if month else None,
    )


def _looks(token: Json) -> tuple[object, ...]:
    [(kind, details)] = token["payment_source"].items()
    return kind, *(details.get(name) for name in ("last_digits", "expiry", "brand", "email_address"))


def _fields(settings: Settings, card: str, wallet_page: str) -> HostedFields:
    """Describe PayPal's card fields and our module that drives them; beside them, the way to PayPal's page."""
    script = settings.options.get(SCRIPT_URL) or DEFAULT_SCRIPT_URL
    asked = urlencode({"client-id": settings.credentials[CLIENT_ID], "components": "card-fields"})
    host = urlsplit(script)
    own = () if script == DEFAULT_SCRIPT_URL else (f"{host.scheme}://{host.netloc}",)
    return HostedFields(
        script_url=f"{script}?{asked}",
        module="paypal/fields.js",
        values={"script-url": f"{script}?{asked}", "setup-token": card, "wallet-url": wallet_page},
        script_origins=own or _SCRIPTS,
        frame_origins=own or _FRAMES,
        connect_origins=own or _FRAMES,
    )
