"""The promise between Paydesk and a payment company, in our words.

A gateway translates; it keeps no state, writes no row and decides nothing about our books. Every method may raise
`GatewayUnreachable` (no clear answer: for money that means doubt, never failure), `GatewayRefused` (a clear no to a
request that moves no money) and `NotOffered` (the capability is missing; asking anyway is our bug). Amounts are `Money`
in ISO 4217 minor units whatever the company uses; times are UTC; references are the company's own identifiers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol

from paydesk.gateways.method_setup import FinishedSetup, MethodSetup, MethodSetupRequest
from paydesk.gateways.records import (
    BillingDetails,
    CollectibleRecord,
    CustomerRecord,
    DisputeRecord,
    DocumentLink,
    MethodRecord,
    Outcome,
    Page,
    RefundRecord,
    SubscriptionRecord,
)
from paydesk.kit.money import Money


class GatewayUnreachable(Exception):
    """No clear answer: time-out, reset, 5xx, 409, 429 or anything unexpected. What was asked may have happened."""


class GatewayBusy(GatewayUnreachable):
    """The company asks us to slow down (429). `retry_after` is what it said, or our own guess."""

    def __init__(self, words: str, *, retry_after: timedelta) -> None:
        super().__init__(words)
        self.retry_after = retry_after


class GatewayRefused(Exception):
    """A clear no to a request that moves no money; the words are for staff, scrubbed."""


class NotOffered(Exception):
    """This gateway, or this object at it, lacks the capability. Pages ask `capabilities` first."""


class BadSignature(Exception):
    """A webhook that the company did not sign, or signed too long ago."""


class Capability(StrEnum):
    """What a gateway can do with one object; asked before anything is shown to a customer."""

    LIST_CUSTOMERS = "list_customers"  # it keeps customers, each with address and name, and lists them all
    UPDATE_CUSTOMER = "update_customer"  # whom the next bills are made out to
    SET_UP_METHOD = "set_up_method"  # begin and finish, on the company's page or in its fields
    SET_DEFAULT_METHOD = "set_default_method"
    SET_SUBSCRIPTION_METHOD = "set_subscription_method"  # one method for each subscription
    REMOVE_METHOD = "remove_method"
    CHARGE_OFF_SESSION = "charge_off_session"  # a charge of our own to a vaulted method
    RETRY_COLLECTIBLE = "retry_collectible"  # pay now what the company itself collects
    # What is open of it is owed no more once its subscription has ended, and not tried while that is paused.
    DEBT_ENDS = "debt_ends"
    REFUND = "refund"
    CANCEL_NOW = "cancel_now"
    SCHEDULE_CANCEL = "schedule_cancel"
    UNDO_CANCEL = "undo_cancel"
    PAUSE = "pause"
    PAUSE_UNTIL = "pause_until"  # it keeps the day on which a pause ends; elsewhere Paydesk does
    RESUME = "resume"
    DISCOUNT = "discount"
    KNOWN_AMOUNTS = "known_amounts"  # each amount to come is `amount`, less the share that its discount names
    DOCUMENTS = "documents"
    FIND_BY_TAG = "find_by_tag"
    LIST_EVENTS = "list_events"  # the company keeps its events, so that lost webhooks can be made up for


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything a gateway is made with: nothing is read from the environment, the clock is handed in.

    `credentials` and `options` have the keys that the gateway's `CREDENTIALS` and `OPTIONS` name. `now` is wall time:
    signatures, time-outs and key memory are about machines; the company has its own idea of business time.
    """

    base_url: str
    credentials: Mapping[str, str]
    options: Mapping[str, str] = field(default_factory=dict)
    now: Callable[[], datetime]
    timeout: timedelta = timedelta(seconds=20)


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Whose account it is, in the company's words, and whether its money is play money; None: it does not tell."""

    name: str
    is_test: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeRequest:
    """Move money once. With `collectible` the company's own object is paid; without it a fresh charge is made (R4).

    `key` is deterministic (R3), `tag` is the attempt's public id and travels with every object that is made.
    """

    key: str
    tag: str
    amount: Money
    customer_reference: str
    method_reference: str  # empty: the method that the company has on file for it
    collectible: str = ""
    description: str = ""
    on_session: bool = True  # the customer is there and can confirm with the bank
    return_url: str = ""  # where the customer comes back to after a 3-D Secure step


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedCharge:
    """A charge that exists at the company (`reference`) and has moved no money yet; kept before it is confirmed."""

    request: ChargeRequest
    reference: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeQuery:
    """Look one charge up, by what we know of it. `asked_at` is when the money was asked for."""

    reference: str = ""
    tag: str = ""
    collectible: str = ""
    asked_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RefundRequest:
    key: str
    tag: str
    charge_reference: str
    amount: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookEvent:
    """A webhook whose signature was good. `kind` is the company's word for it."""

    event_id: str
    kind: str
    body: bytes
    created_at: datetime


class ObjectKind(StrEnum):
    CUSTOMER = "customer"
    SUBSCRIPTION = "subscription"
    COLLECTIBLE = "collectible"
    CHARGE = "charge"  # a charge of ours without a collectible: looked up by its attempt
    REFUND = "refund"
    DISPUTE = "dispute"
    METHOD_SETUP = "method_setup"


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectReference:
    """An object to read again because a webhook named it."""

    kind: ObjectKind
    reference: str
    tag: str = ""


class Gateway(Protocol):
    """One instance is one connection: made with its `Settings`, used by many threads, without state of its own."""

    NAME: ClassVar[str]
    TITLE: ClassVar[str]
    CREDENTIALS: ClassVar[Sequence[str]]
    OPTIONS: ClassVar[Sequence[str]]
    #: How long the company remembers a key, by operation (R5): `charge`, `refund`, `method`, `subscription`.
    KEY_MEMORY: ClassVar[Mapping[str, timedelta]]
    #: How long what was read is believed: short where webhooks are known to go missing.
    STALE_AFTER: ClassVar[timedelta]
    #: For so long after it was made a charge may be missing in `list_history`.
    LISTING_LAG: ClassVar[timedelta]

    def __init__(self, settings: Settings) -> None: ...
    def capabilities(
        self, subject: CollectibleRecord | SubscriptionRecord | MethodRecord | None = None
    ) -> frozenset[Capability]:
        """Say what can be done with one object, or with the connection as a whole. Asks no network."""

    def check(self) -> Account:
        """Read whose account this connection leads to; raises when the credentials are not good."""

    def create_customer(self, *, email: str, name: str, key: str) -> CustomerRecord: ...
    def update_customer(self, *, customer_reference: str, details: BillingDetails, key: str) -> None:
        """Let the next bills be made out so: name and address, of which an empty one leaves what is there.

        An address is taken whole. E-mail address and tax ids are not told: both stay what they are.
        """

    def begin_method_setup(self, request: MethodSetupRequest) -> MethodSetup: ...
    def finish_method_setup(self, reference: str) -> FinishedSetup:
        """Read how a set-up stands, make the method usable for that customer, and give it. Safe to ask again."""

    def list_methods(self, customer_reference: str) -> Sequence[MethodRecord]: ...
    def set_default_method(self, *, customer_reference: str, method_reference: str, key: str) -> None:
        """Make a method the one that pays whatever names none of its own; open bills of no subscription follow it.

        A subscription that names a method of its own keeps it: see `set_subscription_method`.
        """

    def set_subscription_method(
        self, *, subscription_reference: str, method_reference: str, key: str
    ) -> SubscriptionRecord:
        """Let a method pay one subscription, with every open bill of it, and give the subscription as it is then."""

    def remove_method(self, *, method_reference: str, key: str) -> None: ...

    def list_customers(self, *, cursor: str = "") -> Page[CustomerRecord]:
        """List every customer; the order is the same each time, so that an import goes on where it was."""

    def list_subscriptions(
        self, customer_reference: str, *, cursor: str = ""
    ) -> Page[SubscriptionRecord]: ...
    def list_history(self, customer_reference: str, *, cursor: str = "") -> Page[CollectibleRecord]:
        """List every collectible of one customer, whole, normalised."""

    def read_customer(self, reference: str) -> CustomerRecord | None: ...
    def read_collectible(self, reference: str) -> CollectibleRecord | None:
        """Read one collectible whole, or None when the company does not know it (yet)."""

    def read_subscription(self, reference: str) -> SubscriptionRecord | None: ...

    def prepare_charge(self, request: ChargeRequest) -> PreparedCharge: ...
    def confirm_charge(self, prepared: PreparedCharge) -> Outcome:
        """Move the money, once for each key. Raises GatewayUnreachable for every answer that is not clear."""

    def find_charge(self, query: ChargeQuery) -> Outcome:
        """Look up without moving anything; NEVER_SEEN only when the company surely did not get the ask."""

    def cancel_charge(self, reference: str) -> Outcome:
        """Make sure that a charge which waits for the customer can no longer succeed; gives how it ended.

        DECLINED as `records.CALLED_OFF` when it ended without money; SUCCEEDED when the customer was quicker. Where the
        company ends the step of a collectible only together with the collectible (Stripe), DECLINED says that this try
        is over for us: another method takes its place, and the collectible is paid once either way.
        """

    def refund(self, request: RefundRequest) -> RefundRecord: ...
    def find_refund(
        self, *, reference: str = "", tag: str = "", charge_reference: str = ""
    ) -> RefundRecord | None: ...
    def read_dispute(self, reference: str) -> DisputeRecord | None: ...

    def cancel_now(self, *, subscription_reference: str, key: str) -> SubscriptionRecord: ...
    def schedule_cancel(self, *, subscription_reference: str, key: str) -> SubscriptionRecord: ...
    def undo_cancel(self, *, subscription_reference: str, key: str) -> SubscriptionRecord: ...
    def pause(
        self, *, subscription_reference: str, until: datetime | None, key: str
    ) -> SubscriptionRecord: ...
    def resume(self, *, subscription_reference: str, key: str) -> SubscriptionRecord: ...
    def discount(
        self, *, subscription_reference: str, percent: int, payments: int, key: str
    ) -> SubscriptionRecord:
        """Take whole per cent off the next so many payments of a subscription that costs its usual price now."""

    def documents(self, collectible_reference: str) -> Sequence[DocumentLink]: ...

    def list_events(self, *, cursor: str = "") -> Page[WebhookEvent]:
        """List what happened at this account, the newest first, as far back as the company keeps it."""

    def verify_webhook(self, *, body: bytes, headers: Mapping[str, str]) -> WebhookEvent:
        """Check the signature over the raw bytes; raises BadSignature. Header names are lower case.

        Raises GatewayUnreachable where what the company signs with had to be fetched, and could not be.
        """

    def webhook_references(self, event: WebhookEvent) -> Sequence[ObjectReference]:
        """Name what the event says has changed; an unknown kind names nothing and is kept and counted."""

    def scrub(self, transcript: str) -> str:
        """Take every secret, card number and security code out of a transcript."""
