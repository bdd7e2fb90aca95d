"""Vault v3: set-up tokens, which a payer approves, and payment tokens, which are made of them and are charged.

A wallet is approved on a page of the double (`pages.py`), a card by the fake of PayPal's JS SDK or in the
request itself. The issues are those of PayPal's error pages ("Payment Method Tokens v3"):
PAYER_ACTION_REQUIRED until the token is approved, SETUP_TOKEN_ALREADY_TOKENIZED when another key makes a
second payment token of one set-up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.doubles.paypal.state import Account, Answer, Call, Json, Refusal, some_id, some_payer, unknown

#: Test cards by number, and what they do when they are charged; one's bank asks when it is saved, and only then.
CARDS = {
    "4111111111111111": ("VISA", "good"),
    "5555555555554444": ("MASTERCARD", "good"),
    "4000000000000002": ("VISA", "declined"),
    "4000000000009995": ("VISA", "declined:5120"),
    "4000000000003220": ("VISA", "asks"),
    "4000000000003063": ("VISA", "asks-when-saved"),
}
SETUP_KEPT = timedelta(days=3)


@dataclass(kw_only=True)
class SetupToken:
    """A method that is being entered. `behaviour` is what the payment token will do when it is charged."""

    id: str
    customer: str
    kind: str
    created: datetime
    source: Json = field(default_factory=dict)
    context: Json = field(default_factory=dict)  # where the payer is sent back to
    status: str = "CREATED"
    behaviour: str = "good"
    made: str = ""  # the payment token


@dataclass(kw_only=True)
class PaymentToken:
    """A saved method. `behaviour`: good, pending, asks, declined, declined:CODE (the processor's), refused:ISSUE."""

    id: str
    customer: str
    kind: str
    source: Json
    behaviour: str


def create_setup_token(call: Call) -> Answer:
    asked = call.body["payment_source"]
    if len(asked) != 1 or next(iter(asked)) not in ("card", "paypal"):
        raise Refusal(422, "PAYMENT_SOURCE_NOT_SUPPORTED", "The double knows cards and wallets.")
    kind, details = next(iter(asked.items()))
    token = SetupToken(
        id=some_id(),
        customer=call.body.get("customer", {}).get("id") or some_id(10),
        kind=kind,
        created=call.now,
        context=details.get("experience_context", {}),
    )
    if kind == "paypal":
        if not {"return_url", "cancel_url"} <= token.context.keys():
            raise Refusal(422, "RETURN_URL_REQUIRED", "return_url and cancel_url are required to approve.")
        token.status = "PAYER_ACTION_REQUIRED"
    elif "number" in details:
        enter_card(token, details["number"], details.get("expiry", ""), details.get("name", ""))
    call.account.setup_tokens[token.id] = token
    return Answer(status=201, body=_shown_setup(call, token), again=lambda: _shown_setup(call, token))


def enter_card(token: SetupToken, number: str, expiry: str, name: str) -> None:
    """Do what PayPal's card fields do; a card that wants 3-D Secure when it is saved waits for its payer."""
    if number not in CARDS or token.kind != "card":
        raise Refusal(422, "VALIDATION_ERROR", "Invalid card number, or a token of another kind")
    brand, behaviour = CARDS[number]
    token.source = {"last_digits": number[-4:], "brand": brand, "expiry": expiry}
    token.source |= {"name": name} if name else {}
    token.behaviour = "asks" if behaviour == "asks" else behaviour
    token.status = "APPROVED"
    if behaviour == "asks-when-saved":
        token.behaviour, token.status = "good", "PAYER_ACTION_REQUIRED"


def approve_wallet(token: SetupToken, email: str, behaviour: str = "good") -> None:
    """Do what a payer does on PayPal's page."""
    if token.kind == "paypal":
        given, _, _ = email.partition("@")
        payer = some_payer()
        token.source = {"email_address": email, "payer_id": payer, "account_id": payer}
        token.source["name"] = {"given_name": given.capitalize(), "surname": "Example"}
        token.behaviour = behaviour
    token.status = "APPROVED"


def get_setup_token(call: Call) -> Answer:
    token = call.account.setup_tokens.get(call.id)
    if not token or call.now - token.created > SETUP_KEPT:
        raise unknown()
    return Answer(body=_shown_setup(call, token))


def create_payment_token(call: Call) -> Answer:
    asked = call.body["payment_source"].get("token")
    if not asked or asked["type"] != "SETUP_TOKEN":
        raise Refusal(
            422, "PAYMENT_SOURCE_NOT_SUPPORTED", "The double makes payment tokens of set-up tokens."
        )
    setup = call.account.setup_tokens.get(asked["id"])
    if not setup or call.now - setup.created > SETUP_KEPT:
        raise unknown()
    customer = call.body.get("customer", {}).get("id", setup.customer)
    if customer != setup.customer:
        raise Refusal(422, "CUSTOMER_ID_MISMATCH", "The customer is not the set-up token's.")
    if setup.made:
        words = "The setup token has been used previously to generate a payment token."
        raise Refusal(422, "SETUP_TOKEN_ALREADY_TOKENIZED", words)
    if setup.status != "APPROVED":
        raise Refusal(
            422, "PAYER_ACTION_REQUIRED", "Please make sure setup up token is approved.", kept=False
        )
    made = save(call.account, setup.customer, setup.kind, setup.source, setup.behaviour)
    setup.status, setup.made = "VAULTED", made.id
    _tell(call, made, "CREATED")
    return Answer(status=201, body=_shown(call, made), again=lambda: _shown(call, made))


def save(account: Account, customer: str, kind: str, source: Json, behaviour: str) -> PaymentToken:
    """Put a method into the vault."""
    made = PaymentToken(
        id=some_id(8).lower(), customer=customer, kind=kind, source=source, behaviour=behaviour
    )
    account.payment_tokens[made.id] = made
    return made


def list_payment_tokens(call: Call) -> Answer:
    customer = call.query["customer_id"]
    found = [one for one in call.account.payment_tokens.values() if one.customer == customer]
    size, page = call.query.get("page_size", 5), call.query.get("page", 1)
    path = f"/v3/vault/payment-tokens?customer_id={customer}&page_size={size}&page="
    links = [call.link("self", f"{path}{page}")]
    if page * size < len(found):
        links.append(call.link("next", f"{path}{page + 1}"))
    body: Json = {
        "customer": {"id": customer},
        "payment_tokens": [_shown(call, one) for one in found[(page - 1) * size : page * size]],
        "links": links,
    }
    if call.query.get("total_required"):
        body |= {"total_items": len(found), "total_pages": -(-len(found) // size)}
    return Answer(body=body)


def get_payment_token(call: Call) -> Answer:
    token = call.account.payment_tokens.get(call.id)
    if not token:
        raise unknown()
    return Answer(body=_shown(call, token))


def delete_payment_token(call: Call) -> Answer:
    """Forget a method; one that is not there is gone as well."""
    token = call.account.payment_tokens.pop(call.id, None)
    if token:
        _tell(call, token, "DELETED")
    return Answer(status=204)


def shown_source(token: PaymentToken | SetupToken, *, of_order: bool = False) -> Json:
    """Show a method; an order says nothing of payer ids."""
    return {name: value for name, value in token.source.items() if not (of_order and name == "payer_id")}


def _tell(call: Call, token: PaymentToken, what: str) -> None:
    call.account.happened(f"VAULT.PAYMENT-TOKEN.{what}", "payment_token", _shown(call, token), at=call.now)


def _shown(call: Call, token: PaymentToken) -> Json:
    path = f"/v3/vault/payment-tokens/{token.id}"
    return {
        "id": token.id,
        "customer": {"id": token.customer},
        "payment_source": {token.kind: shown_source(token)},
        "links": [call.link("self", path), call.link("delete", path, "DELETE")],
    }


def _shown_setup(call: Call, token: SetupToken) -> Json:
    links = [call.link("self", f"/v3/vault/setup-tokens/{token.id}")]
    if token.status == "PAYER_ACTION_REQUIRED":
        links.append(call.link("approve", f"/agreements/approve?approval_session_id={token.id}"))
    if token.status == "APPROVED":
        links.append(call.link("confirm", "/v3/vault/payment-tokens", "POST"))
    return {
        "id": token.id,
        "customer": {"id": token.customer},
        "status": token.status,
        "payment_source": {token.kind: shown_source(token)},
        "links": links,
    }
