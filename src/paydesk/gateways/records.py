"""What a payment company says, in our words: verdicts, declines and the records of its objects.

Frozen and keyword-only; times are UTC, references are the company's own, `Money` is in ISO 4217 minor units.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from paydesk.kit.money import Money

Record = TypeVar("Record")


class Verdict(StrEnum):
    """What a company said about money. Only SUCCEEDED is a yes, only DECLINED is a no."""

    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    NEEDS_CUSTOMER = "needs_customer"
    PENDING = "pending"
    UNKNOWN = "unknown"
    NEVER_SEEN = "never_seen"  # only from a look-up: the company never got the ask


class DeclineReason(StrEnum):
    """Why a bank or company said no, in words that every gateway's table maps to."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    EXPIRED_CARD = "expired_card"
    INCORRECT_DETAILS = "incorrect_details"  # number, date, security code, address
    LOST_OR_STOLEN = "lost_or_stolen"
    LIMIT_EXCEEDED = "limit_exceeded"
    NOT_PERMITTED = "not_permitted"  # the bank does not allow this kind of payment on this card
    AUTHENTICATION_FAILED = "authentication_failed"
    METHOD_GONE = "method_gone"  # the vaulted method no longer exists
    SUSPECTED_FRAUD = "suspected_fraud"
    TRY_LATER = "try_later"  # the bank or network could not answer
    REVOKED = "revoked"  # the customer told the bank to stop
    OTHER = "other"


class Advice(StrEnum):
    """What to do after a decline: RETRY and RETRY_LATER are soft, the others are hard."""

    RETRY = "retry"
    RETRY_LATER = "retry_later"
    OTHER_METHOD = "other_method"
    STOP = "stop"


class MethodKind(StrEnum):
    CARD = "card"
    BANK_DEBIT = "bank_debit"
    WALLET = "wallet"


class SubscriptionState(StrEnum):
    INCOMPLETE = "incomplete"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    UNPAID = "unpaid"
    CANCELED = "canceled"
    COMPLETED = "completed"


class CollectibleState(StrEnum):
    """How a collectible object (an invoice, a charge without one) stands at the company."""

    DUE = "due"  # open, not yet tried
    PROCESSING = "processing"
    FAILED = "failed"  # open, the last try was declined
    PAID = "paid"
    CANCELED = "canceled"  # void
    WRITTEN_OFF = "written_off"  # uncollectible


class SettledBy(StrEnum):
    """What paid a payment when no attempt did."""

    ATTEMPT = "attempt"
    BALANCE = "balance"
    EXTERNAL = "external"  # paid elsewhere
    ZERO = "zero"


#: The code of a charge that somebody ended before a bank had said no. No gateway uses it for anything else.
CALLED_OFF = "canceled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decline:
    """A clear no. `code` is the company's own word, for staff; the customer reads our sentence for the reason."""

    reason: DeclineReason
    advice: Advice
    code: str = ""
    retry_not_before: datetime | None = None

    @property
    def is_called_off(self) -> bool:
        """Say whether the charge was ended without a bank's no: nothing was charged, and nobody refused it."""
        return self.code == CALLED_OFF


@dataclass(frozen=True, kw_only=True, slots=True)
class MethodRecord:
    """A saved way to pay as the company has it: never more than brand, last four and expiry."""

    reference: str
    kind: MethodKind = MethodKind.CARD
    brand: str = ""
    last_four: str = ""
    expires_year: int | None = None
    expires_month: int | None = None
    is_default: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a company said about one charge or refund. `reference` is the money's own (a charge), once it has one."""

    verdict: Verdict
    reference: str = ""
    amount: Money | None = None
    decline: Decline | None = None
    action_url: str = ""  # with NEEDS_CUSTOMER: where the customer confirms (3-D Secure)
    wait_until: datetime | None = None  # with PENDING: when the company expects to know
    method: MethodRecord | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerRecord:
    reference: str
    email: str
    name: str = ""
    created_at: datetime | None = None
    is_deleted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LineRecord:
    """One line; `amount` is the line's total without the taxes that come on top, and before discounts."""

    title: str
    amount: Money
    quantity: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriptionRecord:
    """A standing agreement that the company collects. `interval_unit` is day, week, month or year."""

    reference: str
    customer_reference: str
    name: str
    state: SubscriptionState
    amount: Money
    interval_unit: str
    interval_count: int
    started_at: datetime
    payments_total: int | None = None  # None: open-ended
    payments_made: int = 0
    next_payment_at: datetime | None = None
    next_amount: Money | None = None
    method_reference: str = ""  # what it names for itself; empty: the customer's default pays it
    cancels_at: datetime | None = None
    ended_at: datetime | None = None
    resumes_at: datetime | None = None
    trial_ends_at: datetime | None = None
    is_discounted: bool = False  # something is taken off, be it known how much or not
    discount_percent: int = 0  # so much less than `amount` is billed, before `discount_ends_at`
    discount_ends_at: datetime | None = None  # None: for good
    has_known_amounts: bool = True  # False: taxes, measured use and other things are known with each bill
    lines: Sequence[LineRecord] = ()  # what it is made of, where that is more than one thing
    manage_url: str = ""  # where the customer changes at the company what pays it, if nobody else can


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxRecord:
    """One tax of a bill. `percentage` is a decimal text ("19", "7.7") or empty; `is_included`: in the lines already."""

    title: str
    amount: Money
    percentage: str = ""
    is_included: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class BillingDetails:
    """Whom a bill is made out to, as it stood on that bill. `country` is ISO 3166-1 alpha-2."""

    name: str = ""
    email: str = ""
    street: Sequence[str] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    tax_ids: Sequence[str] = ()

    @property
    def has_address(self) -> bool:
        """Say whether any part of an address is there; the country alone is none."""
        return any((self.street, self.city, self.region, self.postal_code))


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptRecord:
    """One try of the company to collect. `tag` is ours when we asked for it (R4)."""

    reference: str
    outcome: Outcome
    created_at: datetime
    tag: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RefundRecord:
    """Money that goes back. `tag` is ours when we asked for it."""

    reference: str
    amount: Money
    state: str  # pending, succeeded, failed
    created_at: datetime
    charge_reference: str = ""
    tag: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DisputeRecord:
    reference: str
    amount: Money
    state: str  # open, won, lost; inquiry (the bank only asks; no money has left), closed (and asks no more)
    created_at: datetime
    charge_reference: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectibleRecord:
    """A collectible object whole, with every try and refund. `number` is the company's.

    Where lines are known: lines - discounts + taxes that are not included - balance_applied = amount."""

    reference: str
    customer_reference: str  # empty: a guest paid, and the company keeps no customer
    state: CollectibleState
    amount: Money
    created_at: datetime
    due_at: datetime
    title: str
    number: str = ""
    subscription_reference: str = ""
    owed: Money | None = None  # what is still to be paid of an open one, after part payments; None: all of it
    paid_at: datetime | None = None
    settled_by: SettledBy | None = None
    next_attempt_at: datetime | None = None
    lines: Sequence[LineRecord] = ()
    discounts: Sequence[LineRecord] = ()  # amounts above zero
    taxes: Sequence[TaxRecord] = ()
    balance_applied: Money | None = None  # taken from the customer's balance; below zero: an old debt added
    billing: BillingDetails | None = None
    method_reference: str = ""  # the method that this bill names for itself, while it is open
    debt_ends: bool = (
        False  # owed no more once its subscription has ended, and not tried while that is paused
    )
    attempts: Sequence[AttemptRecord] = ()
    refunds: Sequence[RefundRecord] = ()
    disputes: Sequence[DisputeRecord] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[Record]):
    """One page of a listing, and the cursor of the next; an empty cursor ends it."""

    records: Sequence[Record]
    next_cursor: str = ""


def all_pages(ask: Callable[[str], Page[Record]]) -> list[Record]:
    """Read a listing to its end; `ask` gets the cursor of a page, at first an empty one."""
    page = ask("")
    found = list(page.records)
    while page.next_cursor:
        page = ask(page.next_cursor)
        found += page.records
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentLink:
    title: str
    url: str
