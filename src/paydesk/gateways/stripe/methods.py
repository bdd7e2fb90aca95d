"""Read customers and the payment methods that Stripe keeps for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from paydesk.gateways.records import CustomerRecord, MethodKind, MethodRecord
from paydesk.gateways.stripe.requests import Json

#: Stripe has sixty types; what is neither a card nor a wallet draws on an account.
_KINDS = {"card": MethodKind.CARD, "kr_card": MethodKind.CARD} | dict.fromkeys(
    ("alipay", "amazon_pay", "cashapp", "klarna", "link", "paypal", "paypay", "revolut_pay", "samsung_pay"),
    MethodKind.WALLET,
)


def reference(found: Json | str | None) -> str:
    """Give the id of a field that may hold an id, a whole object, or nothing."""
    if isinstance(found, Mapping):
        return str(found.get("id", ""))
    return found or ""


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def moment_or_none(seconds: int | None) -> datetime | None:
    return moment(seconds) if seconds else None


def customer_record(customer: Json) -> CustomerRecord:
    return CustomerRecord(
        reference=customer["id"],
        email=customer.get("email") or "",
        name=customer.get("name") or "",
        created_at=moment_or_none(customer.get("created")),
        is_deleted=bool(customer.get("deleted")),
    )


def default_method(customer: Json) -> str:
    """Name what pays whatever names none of its own: the default method, else a source from before 2018."""
    settings = customer.get("invoice_settings") or {}
    return reference(settings.get("default_payment_method") or customer.get("default_source"))


def own_method(found: Json) -> str:
    """Name the method that an invoice or a subscription names for itself; the newer name goes before the older."""
    return reference(found.get("default_payment_method") or found.get("default_source"))


def method_record(method: Json, *, default: str = "") -> MethodRecord:
    """Read a payment method, or a charge's `payment_method_details` with the method's id put in (`id`, `type`)."""
    details = method.get(method["type"]) or {}
    return MethodRecord(
        reference=method["id"],
        kind=_KINDS.get(method["type"], MethodKind.BANK_DEBIT),
        brand=details.get("display_brand")
        or details.get("brand")
        or details.get("bank_name")
        or method["type"],
        last_four=details.get("last4") or "",
        expires_year=details.get("exp_year"),
        expires_month=details.get("exp_month"),
        is_default=method["id"] == default,
    )
