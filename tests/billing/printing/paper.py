"""A receipt to print, as it stands after it was issued; every part of it can be another one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.snapshot import Snapshot

PAID_AT = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)
ARABIC = "سارة المنصوري"
JAPANESE = "山田太郎"


def a_receipt(kind: str = "receipt", number: int = 1042, *, merchant_id: int = 1, **said: Any) -> Receipt:
    """Give a row as the database would, without one. `seller` takes only what is to differ."""
    return Receipt(
        id=number,
        merchant_id=merchant_id,
        public_id=f"r{number:015}",
        kind=kind,
        number=number,
        snapshot=a_snapshot(**said),
        issued_at=PAID_AT,
    )


def a_snapshot(*, seller: dict[str, str] | None = None, **said: Any) -> Snapshot:
    """Give a bill with a discount, a tax in its prices and a part paid from the balance."""
    made: dict[str, Any] = {
        "layout": 1,
        "seller": a_seller() | (seller or {}),
        "customer": "Ada Okafor",
        "billing": billing(),
        "title": "Studio membership",
        "invoice_number": "INV-00042",
        "currency": "EUR",
        "amount_minor": 5310,
        "happened_at": PAID_AT.isoformat(),
        "lines": [line("Studio membership", 4900), line("Kenya Gatomboya, 250 g", 2400, quantity=2)],
        "discounts": [line("Members save 10 %", 730)],
        "taxes": [{"title": "VAT", "percentage": "7", "amount_minor": 240, "is_included": True}],
        "balance_minor": 1260,
        "paid_with": [paid_with(5310)],
        "replaces": [],
        "receipt_number": None,
        "note_number": None,
    }
    return made | said  # type: ignore[return-value]


def a_seller() -> dict[str, str]:
    """Give a merchant in Berlin, without a logo."""
    return {
        "name": "Harbor Coffee Roasters",
        "mode": "live",
        "time_zone": "Europe/Berlin",
        "language": "en",
        "support_email": "help@harbor.example",
        "support_url": "https://harbor.example/help",
        "support_phone": "+49 30 1234567",
        "accent_color": "#0b6e4f",
        "logo_digest": "",
    }


def line(title: str, minor: int, *, quantity: int = 1) -> dict[str, Any]:
    """Give one line."""
    return {"title": title, "quantity": quantity, "amount_minor": minor}


def one_line(title: str, minor: int = 4900) -> dict[str, Any]:
    """Give everything that differs for a bill of one line over its whole amount."""
    return {
        "lines": [line(title, minor)],
        "discounts": [],
        "taxes": [],
        "balance_minor": 0,
        "amount_minor": minor,
        "paid_with": [paid_with(minor)],
    }


def paid_with(minor: int, brand: str = "Visa", last_four: str = "4242") -> dict[str, Any]:
    """Give a part that a card paid."""
    moment = PAID_AT.isoformat()
    return {"by": "method", "brand": brand, "last_four": last_four, "amount_minor": minor, "paid_at": moment}


def billing(**changes: Any) -> dict[str, Any]:
    """Give somebody in Berlin."""
    return {
        "name": "Ada Okafor",
        "email": "ada@example.com",
        "street": ["Torstraße 140"],
        "city": "Berlin",
        "region": "",
        "postal_code": "10119",
        "country": "DE",
        "tax_ids": ["DE123456789"],
    } | changes
