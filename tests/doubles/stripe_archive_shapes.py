"""Objects of Stripe in the shapes of API 2026-10-28, with every field that an answer has, for an archive of any size.

Nothing is kept: each object is computed from the numbers that it is made with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Object = dict[str, Any]

DAY = 24 * 60 * 60
#: The newest second of the archive.
NOW = 1_793_750_400


def listing(found: Iterable[Object], url: str = "", *, has_more: bool = False) -> Object:
    return {"object": "list", "data": list(found), "has_more": has_more, "url": url}


def _empty(names: str) -> Object:
    return dict.fromkeys(names.split())


_ADDRESS = _empty("city country line1 line2 postal_code state") | {
    "city": "Leipzig",
    "country": "DE",
    "line1": "Karl-Heine-Str. 12",
    "postal_code": "04229",
}


def customer(reference: str, *, email: str | None, name: str, created: int, default: str | None) -> Object:
    settings = _empty("custom_fields footer rendering_options") | {"default_payment_method": default}
    return _empty("currency default_source description discount phone shipping test_clock") | {
        "id": reference,
        "object": "customer",
        "address": _ADDRESS,
        "balance": 0,
        "created": created,
        "delinquent": False,
        "email": email,
        "invoice_prefix": reference[-8:].upper(),
        "invoice_settings": settings,
        "livemode": True,
        "metadata": {},
        "name": name,
        "next_invoice_sequence": 11,
        "preferred_locales": ["de"],
        "tax_exempt": "none",
    }


_CARD_EMPTY = _empty("address_line1_check address_postal_code_check")
_BILLING = _empty("email name phone tax_id")


def _card(last4: str, brand: str) -> Object:
    return {
        "brand": brand,
        "checks": _CARD_EMPTY | {"cvc_check": "pass"},
        "country": "DE",
        "exp_month": 8,
        "exp_year": 2031,
        "fingerprint": f"fp{last4}",
        "funding": "credit",
        "last4": last4,
        "regulated_status": "unregulated",
    }


def method(reference: str, *, customer: str, last4: str, brand: str, created: int) -> Object:
    card = _card(last4, brand) | {
        "display_brand": brand,
        "generated_from": None,
        "networks": {"available": [brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    return {
        "id": reference,
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": _BILLING | {"address": _ADDRESS},
        "card": card,
        "created": created,
        "customer": customer,
        "livemode": True,
        "metadata": {},
        "type": "card",
    }


def product(reference: str, name: str) -> Object:
    empty = _empty(
        "description default_price package_dimensions shippable statement_descriptor tax_code unit_label url"
    )
    return empty | {
        "id": reference,
        "object": "product",
        "active": True,
        "created": NOW - 900 * DAY,
        "images": [],
        "livemode": True,
        "marketing_features": [],
        "metadata": {},
        "name": name,
        "type": "service",
        "updated": NOW - 900 * DAY,
    }


def price(reference: str, *, product: str, amount: int, currency: str, interval: str = "month") -> Object:
    empty = _empty("custom_unit_amount lookup_key nickname tiers_mode transform_quantity")
    recurring = {"interval": interval, "interval_count": 1, "meter": None, "usage_type": "licensed"}
    return empty | {
        "id": reference,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": NOW - 900 * DAY,
        "currency": currency,
        "livemode": True,
        "metadata": {},
        "product": product,
        "recurring": recurring | {"trial_period_days": None},
        "tax_behavior": "unspecified",
        "type": "recurring",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }


def subscription(
    reference: str, *, customer: str, prices: Sequence[Object], started: int, **changed: Any
) -> Object:
    empty = _empty(
        "application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at canceled_at"
        " days_until_due default_payment_method default_source description ended_at latest_invoice"
        " next_pending_invoice_item_invoice on_behalf_of pause_collection pending_invoice_item_interval"
        " pending_setup_intent pending_update schedule test_clock transfer_data trial_end trial_start"
    )
    items: list[Object] = [
        {
            "id": f"si_{reference}_{number}",
            "object": "subscription_item",
            "billing_thresholds": None,
            "created": started,
            "current_period_end": NOW + 12 * DAY,
            "current_period_start": NOW - 18 * DAY,
            "discounts": [],
            "metadata": {},
            "price": one,
            "quantity": 1 + number,
            "subscription": reference,
            "tax_rates": [],
        }
        for number, one in enumerate(prices)
    ]
    whole = empty | {
        "id": reference,
        "object": "subscription",
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": started,
        "billing_mode": {"type": "classic"},
        "cancel_at_period_end": False,
        "cancellation_details": _empty("comment feedback reason"),
        "collection_method": "charge_automatically",
        "created": started,
        "currency": prices[0]["currency"],
        "customer": customer,
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": listing(items, f"/v1/subscription_items?subscription={reference}"),
        "livemode": True,
        "metadata": {},
        "payment_settings": _empty("payment_method_options payment_method_types save_default_payment_method"),
        "start_date": started,
        "status": "active",
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    }
    return whole | changed


_INVOICE_EMPTY = (
    "account_name account_tax_ids application automatically_finalizes_at custom_fields customer_phone"
    " customer_shipping default_payment_method default_source description due_date ending_balance footer"
    " from_invoice last_finalization_error latest_revision next_payment_attempt on_behalf_of receipt_number"
    " rendering shipping_cost shipping_details statement_descriptor test_clock webhooks_delivered_at"
)


def invoice(
    reference: str,
    *,
    customer: Mapping[str, Any],
    subscription: str | None,
    lines: Sequence[Object],
    currency: str,
    created: int,
    payments: Sequence[Object] = (),
    **changed: Any,
) -> Object:
    """Make an invoice over the sum of its lines; whatever else is true of it is `changed`."""
    total = sum(line["amount"] for line in lines)
    details: Object = {"metadata": {}, "subscription": subscription}
    moments = _empty("marked_uncollectible_at paid_at voided_at") | {"finalized_at": created}
    whole = _empty(_INVOICE_EMPTY) | {
        "id": reference,
        "object": "invoice",
        "account_country": "DE",
        "amount_due": total,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": 0,
        "amount_shipping": 0,
        "attempt_count": 1,
        "attempted": True,
        "auto_advance": False,
        "automatic_tax": _empty("disabled_reason liability provider status") | {"enabled": False},
        "billing_reason": "subscription_cycle" if subscription else "manual",
        "collection_method": "charge_automatically",
        "created": created,
        "currency": currency,
        "customer": customer["id"],
        "customer_address": _ADDRESS,
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "effective_at": created,
        "hosted_invoice_url": f"https://invoice.example/i/{reference}",
        "invoice_pdf": f"https://invoice.example/i/{reference}/pdf",
        "issuer": {"type": "self"},
        "lines": listing(lines, f"/v1/invoices/{reference}/lines"),
        "livemode": True,
        "metadata": {},
        "number": f"{customer['invoice_prefix']}-{reference[-4:]}",
        "parent": _empty("quote_details")
        | {"type": "subscription_details", "subscription_details": details if subscription else None},
        "payment_settings": _empty("default_mandate payment_method_options payment_method_types"),
        "payments": listing(payments, f"/v1/invoice_payments?invoice={reference}"),
        "period_end": created,
        "period_start": created - 30 * DAY,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": "open",
        "status_transitions": moments,
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    }
    return whole | changed


def line(
    reference: str, *, invoice: str, title: str, amount: int, currency: str, created: int, quantity: int = 1
) -> Object:
    priced = {"price": "price_1", "product": "prod_1"}
    return {
        "id": reference,
        "object": "line_item",
        "amount": amount,
        "currency": currency,
        "description": title,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice,
        "livemode": True,
        "metadata": {},
        "parent": _empty("invoice_item_details subscription_item_details")
        | {"type": "subscription_item_details"},
        "period": {"end": created + 30 * DAY, "start": created},
        "pretax_credit_amounts": [],
        "pricing": {"type": "price_details", "price_details": priced, "unit_amount_decimal": str(amount)},
        "quantity": quantity,
        "subtotal": amount,
        "taxes": [],
    }
