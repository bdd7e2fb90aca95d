"""Read a customer's subscriptions and payment plans."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.database.compiled import CompiledQuery
from paydesk.database.together import Ask
from paydesk.gateways.records import SubscriptionState
from paydesk.merchants.models import Connection


class Agreement(NamedTuple):
    """A subscription; with `payments_total` it is a payment plan. `total_kept` and `paid_kept`: of a plan of ours."""

    id: int
    public_id: str
    collected_by: str
    name: str
    state: str
    amount_minor: int
    currency: str
    interval_unit: str
    interval_count: int
    payments_total: int | None
    payments_made: int
    next_payment_at: datetime | None
    next_amount_minor: int | None
    started_at: datetime
    cancels_at: datetime | None
    resumes_at: datetime | None
    ended_at: datetime | None
    moving_since: datetime | None
    manage_url: str
    connection_id: int
    total_kept: int | None
    paid_kept: int
    anchor_date: date | None
    shifted_count: int
    deposit_minor: int
    fee_minor: int
    waived_minor: int
    capabilities: list[str]
    order_id: int
    order_public_id: str
    order_title: str
    order_number: str
    connection_removed_at: datetime | None
    method_kind: str | None
    method_brand: str | None
    method_last_four: str | None
    method_expires_month: int | None
    method_expires_year: int | None
    # How the move to another way of paying stands that is under way, if one is.
    move_state: str | None
    # Its merchant is connected to another company as well.
    has_another_company: bool

    @property
    def is_ours(self) -> bool:
        """Say whether Paydesk collects it."""
        return self.collected_by == Subscription.CollectedBy.PAYDESK

    @property
    def is_over(self) -> bool:
        """Say whether nothing more will be charged."""
        return self.state in ENDED

    @property
    def is_ending(self) -> bool:
        """Say whether it runs now and will end on a date."""
        return self.cancels_at is not None and not self.is_over and not self.is_being_moved

    @property
    def is_being_moved(self) -> bool:
        """Say whether its company only holds it, while it moves to another way of paying: it goes on there."""
        return self.moving_since is not None and not self.is_over

    @property
    def stops_short(self) -> bool:
        """Say whether it was cancelled: what was still to come of it is not charged."""
        return self.is_ending or self.state == SubscriptionState.CANCELED

    @property
    def payments_left(self) -> int:
        """Give how many payments of a plan remain."""
        return max(0, (self.payments_total or 0) - self.payments_made)

    @property
    def paid_minor(self) -> int:
        """Give what has been paid of a plan."""
        return self.paid_kept if self.is_ours else self.payments_made * self.amount_minor

    @property
    def left_minor(self) -> int:
        """Give what remains of a plan; what of its fee was let off does not."""
        return max(0, self.total_minor - self.paid_minor)

    @property
    def total_minor(self) -> int:
        """Give what a plan comes to: its payments differ where Paydesk collects, and what was let off is none of it."""
        if self.total_kept is not None:
            return self.total_kept - self.waived_minor
        return (self.payments_total or 0) * self.amount_minor

    @property
    def next_minor(self) -> int:
        """Give the amount of the next payment."""
        return self.amount_minor if self.next_amount_minor is None else self.next_amount_minor


#: What pays a subscription that names no method of its own: the customer's default at its company.
_DEFAULT = PaymentMethod.objects.filter(
    merchant_id=OuterRef("merchant_id"),
    connection_id=OuterRef("connection_id"),
    customer_id=OuterRef("customer_id"),
    is_default=True,
    removed_at__isnull=True,
).order_by("-id")


def _of_method(name: str) -> Coalesce:
    return Coalesce(f"payment_method__{name}", Subquery(_DEFAULT.values(name)[:1]))


_MOVE = Move.objects.filter(
    merchant_id=OuterRef("merchant_id"), source_id=OuterRef("id"), state__in=Move.OPEN
).values("state")[:1]
_ANOTHER_COMPANY = Connection.objects.filter(
    merchant_id=OuterRef("merchant_id"), removed_at__isnull=True
).exclude(id=OuterRef("connection_id"))
_OWN_COLUMNS = Agreement._fields[: Agreement._fields.index("total_kept")]
#: Whoever keeps the date.
_HELD_HERE = {
    "cancels_at": Coalesce("cancels_at", "held_end_at"),
    "resumes_at": Coalesce("resumes_at", "held_resume_at"),
}
_COLUMNS: tuple[str | Coalesce | Subquery, ...] = (
    *(_HELD_HERE.get(name, name) for name in _OWN_COLUMNS),
    "total_minor",
    "paid_minor",
    "anchor_date",
    "shifted_count",
    "deposit_minor",
    "fee_minor",
    "waived_minor",
    "capabilities",
    "order_id",
    "order__public_id",
    "order__title",
    "order__number",
    "connection__removed_at",
    *(_of_method(name) for name in ("kind", "brand", "last_four", "expires_month", "expires_year")),
    Subquery(_MOVE),
    Exists(_ANOTHER_COMPANY),
)
_ALL = CompiledQuery(
    build=lambda merchant_id, customer_id: (
        Subscription.objects.filter(merchant_id=merchant_id, customer_id=customer_id)
        .order_by("-started_at", "-id")
        .values_list(*_COLUMNS)
    ),
    into=Agreement,
    slots={"merchant_id": int, "customer_id": int},
)
_ONE = CompiledQuery(
    build=lambda merchant_id, customer_id, public_id: Subscription.objects.filter(
        merchant_id=merchant_id, customer_id=customer_id, public_id=public_id
    ).values_list(*_COLUMNS),
    into=Agreement,
    slots={"merchant_id": int, "customer_id": int, "public_id": str},
)


def ask_agreements(*, merchant_id: int, customer_id: int) -> Ask:
    """Ask for them all, the newest first."""
    return Ask(_ALL, {"merchant_id": merchant_id, "customer_id": customer_id})


def agreements(*, merchant_id: int, customer_id: int) -> list[Agreement]:
    """Give them all: what runs first, then what is over, the newest first."""
    found = _ALL.rows(merchant_id=merchant_id, customer_id=customer_id)
    return sorted(found, key=lambda agreement: agreement.is_over)


def one_agreement(*, merchant_id: int, customer_id: int, public_id: str) -> Agreement | None:
    """Give one of the customer's own."""
    return _ONE.first(merchant_id=merchant_id, customer_id=customer_id, public_id=public_id)
