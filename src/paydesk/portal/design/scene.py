"""What the components of the design page show: made up, with long names, small units and every state."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from paydesk.billing.payments.models import Payment
from paydesk.gateways.records import SubscriptionState
from paydesk.portal.drawn import SHAPES
from paydesk.portal.reads.history import PastPayment

#: Always the same day, so that two pictures of the page can be compared.
NOW = datetime(2026, 12, 3, 9, 14, tzinfo=UTC)
LONG = "Jahresmitgliedschaft im Kaffeeröstereibesichtigungsfreundeskreis"
NOWHERE = "0000000000000000"
AMOUNTS = [(4900, "EUR"), (12_345_678, "JPY"), (1234, "KWD"), (0, "EUR"), (-1250, "EUR")]
METHODS = [
    ("visa", "4242", "card"),
    ("amex", "0005", "card"),
    ("sepa_debit", "3000", "bank_debit"),
    ("paypal", "", "wallet"),
]


def everything() -> dict[str, Any]:
    """Give all of it by the names of the template."""
    return {
        "now": NOW,
        "long": LONG,
        "amounts": AMOUNTS,
        "methods": METHODS,
        "shapes": SHAPES,
        "rows": rows(),
        "agreements": agreements(),
        "alerts": alerts(),
        "months": months(),
    }


def rows() -> list[PastPayment]:
    """Give a payment in each of its states, one with a long name, and one that was refunded in part."""
    states = [(state.value, 0, "Studio membership") for state in Payment.State]
    shown = [*states, ("paid", 1200, LONG), ("paid", 4900, "Kenya, 250 g × 4")]
    return [
        PastPayment(
            id=at,
            public_id=NOWHERE,
            title=title,
            number=f"INV-{at:05}",
            state=state,
            amount_minor=4900,
            refunded_minor=back,
            currency="EUR",
            due_at=NOW - timedelta(days=at),
            paid_at=None,
            order_public_id=NOWHERE,
            order_title=title,
            order_number="",
        )
        for at, (state, back, title) in enumerate(shown)
    ]


def agreements() -> list[SimpleNamespace]:
    """Give a plan, a subscription in each state, one that is being moved, and one that ends."""
    plan = _agreement("Espresso machine", total=(90000, 30000, 12), amount_minor=7500)
    states = [_agreement(state.value.replace("_", " "), state=state.value) for state in SubscriptionState]
    moving = _agreement("Tasting evenings", is_being_moved=True)
    return [plan, *states, moving, _agreement(LONG, is_ending=True, cancels_at=NOW + timedelta(days=31))]


def alerts() -> list[SimpleNamespace]:
    """Give what the overview can need somebody for."""
    declined = SimpleNamespace(
        decline_reason="insufficient_funds", method_brand="visa", method_last_four="4242", action_url="#main"
    )
    return [
        SimpleNamespace(need=need, payment=_owed(), attempt=declined)
        for need in ("pay", "pay_due", "confirm", "checking")
    ]


def months() -> SimpleNamespace:
    """Give a year of what is to come: some months with much, some with nothing."""
    amounts = [7500, 7500, 0, 90000, 7500, 7500, 0, 0, 45000, 7500, 7500, 7500]
    first = NOW.date().replace(day=1)
    return SimpleNamespace(
        currency="EUR",
        total_minor=sum(amounts),
        months=[
            SimpleNamespace(
                month=_later(first, at),
                count=1 if minor else 0,
                amount_minor=minor,
                share=100 * minor // max(amounts),
            )
            for at, minor in enumerate(amounts)
        ],
    )


def _later(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1)


def _owed() -> SimpleNamespace:
    return SimpleNamespace(
        public_id=NOWHERE,
        title="Studio membership",
        owed_minor=4900,
        currency="EUR",
        due_at=NOW - timedelta(days=2),
        next_attempt_at=NOW + timedelta(days=2),
        position=None,
        payments_total=None,
        can_be_paid=True,
        paid_elsewhere=None,
    )


def _agreement(name: str, *, total: tuple[int, int, int] | None = None, **given: Any) -> SimpleNamespace:
    total_minor, paid_minor, payments = total or (0, 0, None)
    state = given.get("state", SubscriptionState.ACTIVE.value)
    is_over = state in {SubscriptionState.CANCELED, SubscriptionState.COMPLETED}
    return SimpleNamespace(
        **{
            "public_id": NOWHERE,
            "name": name,
            "state": state,
            "amount_minor": 4900,
            "currency": "EUR",
            "interval_unit": "month",
            "interval_count": 1,
            "payments_total": payments,
            "payments_made": 4,
            "payments_left": 8,
            "stops_short": False,
            "paid_minor": paid_minor,
            "total_minor": total_minor,
            "is_ending": False,
            "is_being_moved": False,
            "is_over": is_over,
            "ended_at": NOW if is_over else None,
            "resumes_at": NOW + timedelta(days=60) if state == SubscriptionState.PAUSED else None,
            "cancels_at": None,
            "next_payment_at": NOW + timedelta(days=6),
            "method_brand": "visa",
            "method_last_four": "4242",
            "method_kind": "card",
        }
        | given
    )
