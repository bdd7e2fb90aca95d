"""A merchant's account at the double of PayPal: everything that a test may do to it, and read of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from paydesk.gateways.contract import Settings
from tests.doubles.paypal.running import Json, Merchant, PayPalDouble, start_paypal

#: Numbers that the card fields and `enter_card` take, by what they do.
GOOD = "4111111111111111"
DECLINED_WHEN_CHARGED = "4000000000000002"
DECLINED_BY_PROCESSOR = "4000000000009995"  # the capture itself is DECLINED, with the processor's answer
NEEDS_3D_SECURE = "4000000000003220"  # each time it is charged
NEEDS_3D_SECURE_TO_SAVE = "4000000000003063"


@dataclass(kw_only=True)
class PayPalAccount:
    """One merchant's account at PayPal, and everything that a test may do to it. Amounts are minor units.

    A method's or a wallet's behaviour is one of: good, pending, asks (PAYER_ACTION_REQUIRED), declined (422
    INSTRUMENT_DECLINED), declined:CODE (a capture that the processor declined), refused:ISSUE (any other 422).
    """

    double: PayPalDouble
    client_id: str
    client_secret: str
    webhook_id: str
    #: What a test asked against the contract on purpose; the fixture expects nothing else.
    expected_violations: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.merchant = Merchant(url=self.url, client_id=self.client_id, client_secret=self.client_secret)

    @property
    def url(self) -> str:
        """Give PayPal's address."""
        return self.double.url

    @property
    def credentials(self) -> dict[str, str]:
        """Give what a connection needs."""
        known = {"client_id": self.client_id, "client_secret": self.client_secret}
        return known | {"webhook_id": self.webhook_id}

    def settings(self, **options: str) -> Settings:
        """Give what a gateway is made with. Its clock is the account's own; it trusts this PayPal's root."""
        return Settings(
            base_url=self.url,
            credentials=self.credentials,
            options={"webhook_ca": self.double.root_certificate, **options},
            now=self.now,
            timeout=timedelta(seconds=10),
        )

    # Time.

    clock_ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """Tell the account's time."""
        return datetime.now(UTC) + self.clock_ahead

    def advance(self, **period: float) -> None:
        """Put the account's clock forward (`days=5`); PayPal collects what falls due on the way."""
        ahead = timedelta(**period)
        self._control("clock", seconds=ahead.total_seconds())
        self.clock_ahead += ahead

    def lag(self, **period: float) -> None:
        """Say how far behind Transaction Search is; `lag()` makes it current. It begins with three hours."""
        self._control("settings", lag_seconds=timedelta(**period).total_seconds())

    # Subscriptions.

    def plan(self, **terms: Any) -> str:
        """Make a plan; gives its id.

        Terms: `name`, `minor`, `currency`, `unit` (DAY, WEEK, MONTH, YEAR), `count` of units, `total_cycles` (0: no
        end), `threshold` (payment failures until PayPal suspends; 0: never), `auto_bill` (what is outstanding comes
        with the next payment).
        """
        usual = {"name": "Pro", "minor": 1900, "currency": "EUR", "unit": "MONTH", "count": 1}
        more = {"total_cycles": 0, "threshold": 0, "auto_bill": True}
        return str(self._control("plan", **{**usual, **more, **terms})["id"])

    def subscription(self, plan: str = "", **fields: Any) -> str:
        """Make one subscription with its history (see `subscriptions`), to a plan of its own unless one is given."""
        return self.subscriptions([{"plan": plan or self.plan(), **fields}])[0]

    def subscriptions(self, wanted: Sequence[Mapping[str, Any]]) -> list[str]:
        """Make many subscriptions at once; gives their ids in the same order.

        Fields: `plan`, `email`, `name`, `cycles` (billed so far, 1), `days_since` the last of them (12),
        `behind` (how many of the last cycles failed at every try), `declines` ({cycle from 1: how many of its
        three tries fail}), `funding` (how the wallet behaves from now on), `quantity`, `custom_id`, `started`
        (instead of `days_since`).
        """
        usual = {"email": "ada@example.com", "name": "Ada Example", "cycles": 1, "days_since": 12}
        made: list[str] = self._control("subscribe", subscriptions=[{**usual, **one} for one in wanted])[
            "ids"
        ]
        return made

    def set_funding(self, subscription: str, behaviour: str) -> None:
        """Let the wallet of a subscription pay (`good`), or not (`declined`)."""
        self._control("change-subscription", id=subscription, funding=behaviour)

    def set_outstanding(self, subscription: str, minor: int) -> None:
        """Set what is outstanding, as a merchant may at PayPal."""
        self._control("change-subscription", id=subscription, outstanding_minor=minor)

    def set_price(self, subscription: str, minor: int, currency: str) -> None:
        """Let a subscription cost something else from its next payment on; nothing is outstanding then."""
        self._control("change-subscription", id=subscription, minor=minor, currency=currency)

    def end_at_paypal(self, subscription: str, status: str = "CANCELLED") -> None:
        """Let the payer cancel (or the merchant suspend) in PayPal's own pages."""
        self._control("change-subscription", id=subscription, status=status)

    # The vault.

    def card(self, customer: str, behaviour: str = "good", **details: str) -> str:
        """Save a card of a customer; gives the payment token."""
        usual = {"last_digits": "1111", "brand": "VISA", "expiry": "2034-12"}
        card = {**usual, **details}
        made = self._control("method", kind="card", customer=customer, behaviour=behaviour, **card)
        return str(made["id"])

    def wallet(self, customer: str, behaviour: str = "good", email: str = "ada@example.com") -> str:
        """Save a PayPal account of a customer; gives the payment token."""
        made = self._control("method", kind="paypal", customer=customer, behaviour=behaviour, email=email)
        return str(made["id"])

    def enter_card(self, setup_token: str, number: str = GOOD, *, expiry: str = "2034-12") -> str:
        """Do what a customer does in PayPal's card fields; gives the set-up token's status."""
        return str(self._control("enter", id=setup_token, card=number, expiry=expiry)["status"])

    def answer_payer_action(self, order: str, *, confirm: bool = True) -> None:
        """Answer what an order wants of its payer; what no longer waits takes no notice."""
        self._control("payer-action", id=order, confirm=confirm)

    def forget_order(self, order: str) -> None:
        """Let PayPal drop an order that was never captured, as it does after some time."""
        self._control("forget-order", id=order)

    def settle_pending(self, capture: str, *, status: str = "COMPLETED") -> None:
        """Let a pending capture, or a pending transaction of a subscription, end as COMPLETED or DECLINED."""
        self._control("settle", id=capture, status=status)

    # What goes wrong.

    def fault(self, kind: str, path: str = ".*", *, method: str = "*", times: int = 1, **more: float) -> None:
        """Let requests go wrong, `times` times (0: until `no_faults`). `path` is a pattern of the whole path.

        Kinds: `lost_before`, `lost_after` (it is done, and the answer is lost), `silent`, `slow` (with
        `seconds`: done at once, answered late), or a status as text (`503`, `429` with `retry_after`).
        """
        self._control("fault", kind=kind, path=path, method=method, times=times, **more)

    def no_faults(self) -> None:
        """Let everything work again."""
        self._control("fault", clear=True)

    @contextmanager
    def losing_answers(self, *paths: str) -> Iterator[None]:
        """While it is open, what is posted to these paths is done, and every answer is lost."""
        for path in paths or (".*/capture", ".*/refund", "/v2/checkout/orders"):
            self.fault("lost_after", path, method="POST", times=0)
        yield
        self.no_faults()

    def forget_tokens(self) -> None:
        """Let every OAuth token mean nothing any more."""
        self._control("settings", forget_tokens=True)

    def forget_keys(self) -> None:
        """Let every PayPal-Request-Id mean nothing any more."""
        self._control("settings", forget_keys=True)

    # Books and records.

    def books(self) -> list[Json]:
        """Give every movement of money.

        Each says: at, kind (captured, pending, declined, refunded), minor, currency, payer, reference, about, custom.
        """
        return self._read("books")

    def captured(self, payer: str) -> list[Json]:
        """Give what was taken from a vault customer or by a subscription, refunded or not."""
        return [one for one in self.books() if one["payer"] == payer and one["kind"] == "captured"]

    def refunded(self, reference: str) -> int:
        """Give how much of a capture or a transaction went back."""
        return sum(
            one["minor"] for one in self.books() if one["about"] == reference and one["kind"] == "refunded"
        )

    def refund(self, reference: str, minor: int) -> str:
        """Refund a capture or a subscription's transaction in PayPal's own pages; gives the refund's id."""
        return str(self._control("refund", id=reference, minor=minor)["id"])

    def violations(self) -> list[str]:
        """Say what was asked or answered against PayPal's published files."""
        return self._read("violations")

    def journal(self) -> list[Json]:
        """Give every request that was asked of the API: method, path with query, body, key."""
        return self._read("journal")

    # Webhooks.

    def send_webhooks_to(self, url: str, *, delivery: str = "on") -> None:
        """Deliver webhooks from now on; `delivery`: on, off, doubled, reversed (the last first)."""
        self._control("settings", webhook_url=url, delivery=delivery)

    def events(self) -> list[Json]:
        """Give every event, oldest first, as it is delivered."""
        return self._read("events")

    def deliveries(self) -> list[Json]:
        """Give every delivery: id, type, status (0: nobody answered)."""
        return self._read("deliveries")

    def signed(self, body: bytes, *, at: datetime | None = None, webhook_id: str = "") -> dict[str, str]:
        """Give the headers of a webhook with this body. Another webhook's id makes the signature wrong for ours."""
        seconds = (at - self.now()).total_seconds() if at else 0
        asked = {"body": body.decode(), "seconds": seconds, "webhook_id": webhook_id}
        return dict(self._control("sign", **asked))

    # The API, as its merchant.

    def api(
        self, method: str, path: str, body: Any = None, *, key: str = "", whole: bool = True
    ) -> tuple[int, Any]:
        """Call PayPal's own API; gives the status and the JSON of the answer. `whole`: the whole representation."""
        return self.merchant.api(method, path, body, key=key, whole=whole)

    def _control(self, verb: str, /, **asked: Any) -> Json:
        return self.double.control(f"accounts/{self.client_id}/{verb}", **asked)

    def _read(self, name: str) -> list[Any]:
        rows: list[Any] = self._control("read", list=name)["rows"]
        return rows


def open_account(double: PayPalDouble) -> PayPalAccount:
    """Open an account of its own at a PayPal that runs."""
    made = double.open_account()
    return PayPalAccount(
        double=double,
        client_id=made["client_id"],
        client_secret=made["client_secret"],
        webhook_id=made["webhook_id"],
    )


@pytest.fixture(scope="session")
def paypal_double(contracts: Path) -> Iterator[PayPalDouble]:
    """One PayPal for the session; each test opens an account of its own there. Its tests are marked `contracts`."""
    with start_paypal(contracts) as running:
        yield running


@pytest.fixture
def paypal_account(paypal_double: PayPalDouble) -> Iterator[PayPalAccount]:
    """Open an account for one test, and fail it when anything was asked or answered against the contract."""
    account = open_account(paypal_double)
    yield account
    assert account.violations() == account.expected_violations
