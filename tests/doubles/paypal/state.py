"""What the double knows of a merchant's account, what a call is, and the two kinds of answers."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.doubles.paypal.amounts import Amount

if TYPE_CHECKING:
    from tests.doubles.paypal.billing import Plan, Subscription
    from tests.doubles.paypal.captures import Capture, Refund
    from tests.doubles.paypal.orders import Order
    from tests.doubles.paypal.vault import PaymentToken, SetupToken

Json = dict[str, Any]

#: "Payment refund, initiated by merchant", in PayPal's table of transaction event codes.
REFUND_CODE = "T1107"
_LETTERS = string.digits + string.ascii_uppercase
#: PayPal's payer ids have neither 0, 1, I nor O.
_PAYER_LETTERS = "".join(letter for letter in _LETTERS if letter not in "01IO")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is sent back. `again` makes the body anew when the same key asks again: PayPal says the latest state."""

    status: int = 200
    body: Any = None
    again: Callable[[], Any] | None = None


class Refusal(Exception):
    """A clear no, in PayPal's form."""

    def __init__(
        self,
        status: int,
        issue: str,
        description: str = "",
        *,
        links: list[Json] | None = None,
        kept: bool = True,
    ) -> None:
        super().__init__(issue)
        self.status = status
        self.issue = issue
        self.description = description
        self.links = links or []
        #: False: the same key may bring another answer later (the payer has to act first).
        self.kept = kept and status == 422

    def answer(self) -> Answer:
        name, message = _NAMES[self.status]
        details = [{"issue": self.issue, "description": self.description or self.issue}]
        body = {"name": name, "message": message, "debug_id": some_id(13), "details": details}
        return Answer(status=self.status, body=body | {"links": self.links})


_NAMES = {
    400: ("INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema."),
    404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    409: ("RESOURCE_CONFLICT", "The server has detected a conflict while processing this request."),
    422: (
        "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, or failed business validation.",
    ),
    429: ("RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."),
    500: ("INTERNAL_SERVER_ERROR", "An internal server error has occurred."),
    503: ("SERVICE_UNAVAILABLE", "Service Unavailable."),
}


def unknown() -> Refusal:
    """Say that nothing has such an id."""
    return Refusal(
        404, "INVALID_RESOURCE_ID", "Specified resource ID does not exist. Please check and retry."
    )


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that was held to the contract already. `url` is the double's own address."""

    account: Account
    url: str
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Json = field(default_factory=dict)
    body: Any = None
    key: str = ""
    whole: bool = False  # Prefer: return=representation

    @property
    def id(self) -> str:
        return next(iter(self.ids.values()))

    @property
    def now(self) -> datetime:
        return self.account.now()

    def link(self, rel: str, path: str, method: str = "GET") -> Json:
        return {"href": f"{self.url}{path}", "rel": rel, "method": method}


@dataclass(frozen=True, kw_only=True)
class Move:
    """A line of the account's books: money that was taken, given back, or asked for in vain."""

    at: datetime
    kind: str  # captured, pending, declined, refunded
    amount: Amount
    payer: str  # the vault's customer, or the subscription
    reference: str  # the transaction, the capture or the refund
    about: str = ""  # the order, the subscription, or the transaction that was refunded
    custom: str = ""
    code: str = "T0006"  # PayPal's transaction event code


@dataclass(kw_only=True)
class Account:
    """One merchant's account: credentials, clock, and everything that was made."""

    client_id: str
    client_secret: str
    webhook_id: str
    clock_offset: timedelta = timedelta()
    lag: timedelta = timedelta(hours=3)
    token_seconds: int = 32_400
    webhook_url: str = ""
    delivery: str = "on"  # on, off, doubled, reversed
    tokens: dict[str, datetime] = field(default_factory=dict)
    keys: dict[tuple[str, str], Any] = field(default_factory=dict)
    faults: list[Json] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    journal: list[Json] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    plans: dict[str, Plan] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    setup_tokens: dict[str, SetupToken] = field(default_factory=dict)
    payment_tokens: dict[str, PaymentToken] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    captures: dict[str, Capture] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    event_moments: set[datetime] = field(default_factory=set)
    deliveries: list[Json] = field(default_factory=list)
    to_deliver: list[Json] = field(default_factory=list)

    def now(self) -> datetime:
        """Tell the account's time: the real one, put forward by the control door."""
        return datetime.now(UTC) + self.clock_offset

    def has_token(self, token: str) -> bool:
        return token in self.tokens and self.now() < self.tokens[token]

    def happened(self, event_type: str, resource_type: str, resource: Json, *, at: datetime) -> None:
        """Note an event, at a moment of its own: the list is paged by time."""
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        while at in self.event_moments:
            at += timedelta(milliseconds=1)
        self.event_moments.add(at)
        event = {
            "at": at,
            "id": f"WH-{some_id(17)}-{some_id(17)}",
            "event_version": "1.0",
            "create_time": written(at),
            "resource_type": resource_type,
            "resource_version": "2.0",
            "event_type": event_type,
            "summary": event_type.replace(".", " ").capitalize(),
            "resource": resource,
        }
        self.events.append(event)
        self.to_deliver.append(event)


def some_id(length: int = 17) -> str:
    """Make an id such as PayPal's: letters and digits."""
    return "".join(random.choices(_LETTERS, k=length))  # noqa: S311 - nobody has to guess it


def some_payer() -> str:
    """Make an id of a payer's account."""
    return "".join(random.choices(_PAYER_LETTERS, k=13))  # noqa: S311 - nobody has to guess it


def written(moment: datetime) -> str:
    """Write a moment as PayPal does, in UTC; with milliseconds only where there are some."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00").removesuffix(".000") + "Z"


def moment_of(text: str) -> datetime:
    """Read a moment."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
