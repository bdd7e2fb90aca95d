"""Say localstripe's answers, which are those of about 2018, in the shapes of the API version that the SDK pins.

Pure functions from an old object to a current one. What localstripe does not know (which cards a test declines with
which code, what was changed at a subscription) comes in as `Known`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Object = dict[str, Any]
DAY = 24 * 60 * 60


@dataclass(kw_only=True)
class Known:
    """What the proxy remembers because localstripe does not."""

    url: str = ""
    decline_codes: dict[str, str] = field(default_factory=dict)  # by payment method
    discounts: dict[str, Object] = field(default_factory=dict)  # what coupons were redeemed for, by its id
    changed: dict[str, Object] = field(default_factory=dict)  # fields put over an object, by its id
    events: list[Object] = field(default_factory=list)  # what happened and localstripe says nothing of
    return_urls: dict[str, str] = field(default_factory=dict)  # by PaymentIntent
    unconfirmed: set[str] = field(default_factory=set)  # PaymentIntents refused for want of the customer


def current(old: Object, known: Known, store: Store) -> Object:
    """Translate one object, and put over it what was changed since."""
    translate = _TRANSLATIONS.get(old.get("object", ""))
    found = translate(old, known, store) if translate else dict(old)
    return {**found, **known.changed.get(old.get("id", ""), {})}


@dataclass(kw_only=True)
class Store:
    """Other objects that a translation looks into, in localstripe's shapes, by id."""

    methods: dict[str, Object] = field(default_factory=dict)
    intents: dict[str, Object] = field(default_factory=dict)

    def intents_of(self, invoice: str) -> list[Object]:
        found = [intent for intent in self.intents.values() if intent.get("invoice") == invoice]
        return sorted(found, key=lambda intent: bool(intent["status"] == "succeeded"))


def listing(objects: list[Object], url: str = "", *, has_more: bool = False) -> Object:
    return {"object": "list", "data": objects, "has_more": has_more, "url": url}


def invoice_payments(invoice: Object, store: Store) -> list[Object]:
    """localstripe makes a PaymentIntent for each try where Stripe keeps one; an invoice may have either."""
    intents = store.intents_of(invoice["id"])
    return [
        {
            "id": "inpay_" + intent["id"].removeprefix("pi_"),
            "object": "invoice_payment",
            "amount_paid": intent["amount"] if intent["status"] == "succeeded" else None,
            "amount_requested": intent["amount"],
            "created": intent["created"],
            "currency": intent["currency"],
            "invoice": invoice["id"],
            "is_default": intent is intents[-1],
            "livemode": False,
            "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
            "status": {"succeeded": "paid", "canceled": "canceled"}.get(intent["status"], "open"),
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
        for intent in intents
    ]


def in_order(payments: list[Object], store: Store) -> list[Object]:
    """Put payments in the order in which their PaymentIntents were made, those that succeeded last."""
    places = {intent: place for place, intent in enumerate(store.intents)}
    return sorted(
        payments, key=lambda one: (one["status"] == "paid", places[one["payment"]["payment_intent"]])
    )


def card_error(
    charge: Object | None, known: Known, *, code: str = "card_declined", message: str = ""
) -> Object:
    """Make the body of a 402."""
    error: Object = {"type": "card_error", "code": code, "message": message or "Your card was declined."}
    if charge:
        error |= {"charge": charge["id"], "decline_code": _decline_code(charge, known)}
    return {"error": error}


def invalid_request(message: str, *, code: str = "", param: str = "") -> Object:
    return {"error": {"type": "invalid_request_error", "message": message, "code": code, "param": param}}


def _customer(old: Object, _known: Known, _store: Store) -> Object:
    found = _without_the_gone(old)
    settings = {"custom_fields": None, "footer": None, "default_payment_method": None} | old[
        "invoice_settings"
    ]
    return {**found, "balance": -old["account_balance"], "invoice_settings": settings, "tax_exempt": "none"}


def _method(old: Object, _known: Known, _store: Store) -> Object:
    card = old.get("card")
    return {**old, "card": {**card, "display_brand": card["brand"]}} if card else dict(old)


def _charge(old: Object, known: Known, store: Store) -> Object:
    found = _without_the_gone(old)
    intent = store.intents.get(old.get("payment_intent") or "", {})
    method = store.methods.get(old["payment_method"], {})
    failed = old["status"] == "failed"
    outcome: Object = {"type": "authorized", "network_status": "approved_by_network", "reason": None}
    if failed:
        outcome = {"type": "issuer_declined", "network_status": "declined_by_network"}
        outcome["reason"] = _decline_code(old, known)
    return {
        **found,
        "amount_captured": 0 if failed or not old["captured"] else old["amount"],
        "billing_details": method.get("billing_details", {}),
        "captured": old["captured"] and not failed,
        "disputed": False,
        "metadata": {**intent.get("metadata", {}), **old["metadata"]},
        "outcome": {"advice_code": None, "network_decline_code": None, **outcome},
        "payment_method_details": {"type": "card", "card": method["card"]} if method.get("card") else None,
        "receipt_url": None if failed else f"{known.url}/_receipts/{old['id']}",
    }


def _intent(old: Object, known: Known, _store: Store) -> Object:
    found = _without_the_gone(old)
    charge, error, status = old["latest_charge"], old["last_payment_error"], old["status"]
    if old["id"] in known.unconfirmed:
        status, error = "requires_payment_method", {"code": "authentication_required"}
    if error:
        error = {
            "type": "card_error",
            "decline_code": _decline_code(charge, known) if charge else None,
            **error,
        }
    action = old["next_action"] if status == "requires_action" else None
    if action and (url := known.return_urls.get(old["id"])):
        action = {"type": "redirect_to_url", "redirect_to_url": {}}
        action["redirect_to_url"] = {"url": f"{known.url}/_confirm/{old['id']}", "return_url": url}
    return {
        **found,
        "amount_received": old["amount"] if status == "succeeded" else 0,
        "last_payment_error": error,
        "latest_charge": charge["id"] if charge else None,
        "next_action": action,
        "payment_method": None if status == "requires_payment_method" else old["payment_method"],
        "payment_method_types": ["card"],
        "status": status,
    }


def _setup(old: Object, _known: Known, _store: Store) -> Object:
    """localstripe cancels a SetupIntent where Stripe lets the customer try again. We never cancel one ourselves."""
    found = {"last_setup_error": None, **old}
    if old["status"] == "canceled":
        error = {"type": "card_error", "code": "setup_intent_authentication_failure"}
        return {
            **found,
            "status": "requires_payment_method",
            "payment_method": None,
            "last_setup_error": error,
        }
    return found


def _subscription(old: Object, _known: Known, _store: Store) -> Object:
    found = _without_the_gone(old)
    period = {name: old[name] for name in ("current_period_start", "current_period_end")}
    items = [{**_item(item), **period, "subscription": old["id"]} for item in old["items"]["data"]]
    in_trial = old["status"] == "incomplete" and not old["latest_invoice"]
    return {
        **found,
        "automatic_tax": {"enabled": False},
        "billing_mode": {"type": "classic"},
        "cancel_at": old["cancel_at"] or (old["current_period_end"] if old["cancel_at_period_end"] else None),
        "collection_method": "charge_automatically",
        "currency": items[0]["price"]["currency"],
        "default_payment_method": None,
        "description": None,
        "discounts": [],
        "items": listing(items),
        "pause_collection": None,
        "schedule": None,
        "status": "trialing" if in_trial else old["status"],
    }


def _item(old: Object) -> Object:
    found = {name: value for name, value in old.items() if name != "plan"}
    return {**found, "object": "subscription_item", "price": _price(old["plan"]), "discounts": []}


def _price(plan: Object) -> Object:
    recurring = {name: plan[name] for name in ("interval", "interval_count", "usage_type")}
    kept = {name: plan[name] for name in ("id", "active", "created", "currency", "nickname", "product")}
    amount = plan["amount"] if plan["billing_scheme"] == "per_unit" else None
    return {**kept, "object": "price", "type": "recurring", "recurring": recurring, "unit_amount": amount}


def _invoice(old: Object, known: Known, store: Store) -> Object:
    found = _without_the_gone(old)
    tries = [
        intent for intent in store.intents_of(old["id"]) if intent["latest_charge"] or intent["next_action"]
    ]
    is_final, is_open = old["status"] != "draft", old["status"] == "open"
    page = f"{known.url}/_hosted_invoice/{old['id']}" if is_final else None
    return {
        **found,
        "amount_paid": old["amount_due"] if old["status"] == "paid" else 0,
        "amount_remaining": old["amount_due"] if is_open else 0,
        "attempt_count": len(tries),
        "attempted": bool(tries),
        "default_payment_method": None,
        "discounts": [],
        "due_date": None,
        "effective_at": old["status_transitions"]["finalized_at"],
        "hosted_invoice_url": page,
        "invoice_pdf": f"{page}/pdf" if page else None,
        "lines": listing([_line(line) for line in old["lines"]["data"]]),
        "next_payment_attempt": old["created"] + 3 * DAY if is_open and tries else None,
        "number": f"{old['customer'][-6:].upper()}-{old['id'][-4:].upper()}" if is_final else None,
        "status_transitions": {"marked_uncollectible_at": None, **old["status_transitions"]},
        "starting_balance": -old["starting_balance"],
        "total": old["subtotal"] + old["tax"],
        "total_taxes": [_tax(one) for one in old["total_tax_amounts"]],
    }


def _tax(old: Object) -> Object:
    return {
        "amount": old["amount"],
        "tax_behavior": "inclusive" if old["inclusive"] else "exclusive",
        "tax_rate_details": {"tax_rate": old["tax_rate"]},
        "taxability_reason": "standard_rated",
        "type": "tax_rate_details",
    }


def _line(old: Object) -> Object:
    plan, kept = old.get("plan") or {}, ("id", "amount", "currency", "metadata", "period", "quantity")
    priced = f"(at {plan.get('amount', 0) / 100:.2f} / {plan.get('interval')})"
    made = old["type"] == "subscription"
    details = {"price_details": {"price": plan.get("id"), "product": plan.get("product")}}
    return {
        **{name: old.get(name) for name in kept},
        "description": f"{old['quantity']} × {old['description']} {priced}" if made else old["description"],
        "object": "line_item",
        "parent": {"type": "subscription_item_details" if made else "invoice_item_details"},
        "pricing": {"type": "price_details", **details},
        "taxes": [],
    }


def _refund(old: Object, _known: Known, _store: Store) -> Object:
    return {**_without_the_gone(old), "reason": None}


def _without_the_gone(old: Object) -> Object:
    gone = set(_GONE[old["object"]].split())
    return {name: value for name, value in old.items() if name not in gone}


def _decline_code(charge: Object, known: Known) -> str:
    return known.decline_codes.get(charge["payment_method"], "generic_decline")


#: Fields that localstripe still has and Stripe has not.
_GONE = {
    "customer": "account_balance business_vat_id sources subscriptions tax_ids",
    "charge": "invoice source refunds",
    "payment_intent": "charges invoice",
    "subscription": (
        "plan quantity current_period_start current_period_end tax_percent discount trial_from_plan"
        " trial_period_days"
    ),
    "invoice": (
        "charge payment_intent subscription tax tax_percent total_tax_amounts date discount application_fee"
    ),
    "refund": "date livemode",
}
_TRANSLATIONS = {
    "customer": _customer,
    "payment_method": _method,
    "charge": _charge,
    "payment_intent": _intent,
    "setup_intent": _setup,
    "subscription": _subscription,
    "invoice": _invoice,
    "refund": _refund,
}
