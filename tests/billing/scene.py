"""A merchant with one connection and one customer, and the records that its payment company would give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from paydesk.billing.customers.link import link_customer
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
from paydesk.billing.payments.mirrored.collectible import mirror_collectible
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.database.transactions import in_transaction
from paydesk.events.models import Event
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import (
    Advice,
    AttemptRecord,
    CollectibleRecord,
    CollectibleState,
    CustomerRecord,
    Decline,
    DeclineReason,
    Outcome,
    Verdict,
)
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection, Merchant

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
PRICE = Money(4900, "EUR")
NO_FUNDS = Decline(reason=DeclineReason.INSUFFICIENT_FUNDS, advice=Advice.RETRY, code="nsf")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Who pays whom, through which company."""

    merchant: MerchantInSight
    connection: Connection
    owner: GatewayCustomer

    def mirror(
        self, record: CollectibleRecord, *, observed_at: datetime = NOW, is_news: bool = True
    ) -> Payment:
        """Take over what the company said when it was asked at `observed_at`."""
        return in_transaction(
            lambda: mirror_collectible(
                connection=self.connection,
                owner=self.owner,
                record=record,
                capabilities=[Capability.RETRY_COLLECTIBLE],
                observed_at=observed_at,
                now=NOW,
                is_news=is_news,
            )
        )

    def payment(self) -> Payment:
        """Give the scene's one payment as it stands."""
        return Payment.objects.get(merchant_id=self.merchant.id)

    def attempts(self) -> list[Attempt]:
        """List all attempts in their order."""
        return list(Attempt.objects.filter(merchant_id=self.merchant.id).order_by("number"))

    def open_attempt(self, payment: Payment, *, state: str = Attempt.State.SUBMITTED) -> Attempt:
        """Make an attempt of ours that is on its way, as `retry_payment` leaves it before the answer."""
        Payment.objects.filter(merchant_id=self.merchant.id, id=payment.id).update(state="processing")
        return Attempt.objects.create(
            merchant_id=self.merchant.id,
            connection_id=self.connection.id,
            payment_id=payment.id,
            number=len(self.attempts()) + 1,
            origin=Attempt.Origin.PAYDESK,
            asked_by=Attempt.AskedBy.CUSTOMER,
            state=state,
            amount_minor=PRICE.minor,
            currency=PRICE.currency,
            created_at=NOW,
            submitted_at=NOW,
            due_at=NOW + timedelta(minutes=1),
        )

    def books(self) -> list[tuple[str, str, int]]:
        """List kind, reference and moved amount of every entry, which must each add up to zero."""
        found = []
        for entry in LedgerEntry.objects.filter(merchant_id=self.merchant.id).order_by("kind", "reference"):
            lines = LedgerLine.objects.filter(merchant_id=self.merchant.id, entry_id=entry.id)
            amounts = [line.amount_minor for line in lines]
            assert sum(amounts) == 0
            found.append((entry.kind, entry.reference, max(amounts)))
        return found

    def events(self) -> list[str]:
        """Name what was announced, in order."""
        return list(
            Event.objects.filter(merchant_id=self.merchant.id).order_by("id").values_list("name", flat=True)
        )


def a_scene(slug: str = "shop") -> Scene:
    """Make the merchant, its connection and its customer."""
    merchant = Merchant.objects.create(
        slug=slug, name="Shop", mode="test", support_email="help@example.com", created_at=NOW
    )
    connection = Connection.objects.create(
        merchant=merchant, gateway="simulated-billing", name="Main", credentials=b"", created_at=NOW
    )
    owner = link_customer(
        connection=connection,
        record=CustomerRecord(reference="cus_1", email="ada@example.com", name="Ada"),
        now=NOW,
    )
    return Scene(merchant=merchant_by_id(merchant.id), connection=connection, owner=owner)


def a_collectible(**changes: object) -> CollectibleRecord:
    """Give a bill over EUR 49.00 whose last try was declined."""
    bill = CollectibleRecord(
        reference="bill_1",
        customer_reference="cus_1",
        state=CollectibleState.FAILED,
        amount=PRICE,
        created_at=NOW - timedelta(days=2),
        due_at=NOW - timedelta(days=2),
        title="Studio membership",
        number="B-0001",
        attempts=[declined("ch_1")],
    )
    return replace(bill, **changes)  # type: ignore[arg-type]


def declined(reference: str, *, tag: str = "") -> AttemptRecord:
    """Give a try that the bank declined."""
    outcome = Outcome(verdict=Verdict.DECLINED, reference=reference, decline=NO_FUNDS, occurred_at=NOW)
    return AttemptRecord(reference=reference, outcome=outcome, created_at=NOW - timedelta(days=2), tag=tag)


def succeeded(reference: str, *, tag: str = "") -> AttemptRecord:
    """Give a try that moved the money."""
    outcome = Outcome(verdict=Verdict.SUCCEEDED, reference=reference, amount=PRICE, occurred_at=NOW)
    return AttemptRecord(reference=reference, outcome=outcome, created_at=NOW, tag=tag)


def a_paid_collectible(*attempts: AttemptRecord) -> CollectibleRecord:
    """Give the same bill, paid by the last of these tries."""
    return a_collectible(state=CollectibleState.PAID, paid_at=NOW, attempts=[declined("ch_1"), *attempts])
