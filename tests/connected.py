"""A merchant that is connected to the simulated company, with one customer whose history was imported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.retry import retry_payment
from paydesk.config.schedule import QUEUES
from paydesk.kit import clock
from paydesk.merchants.connect import seal
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection, Merchant
from paydesk.merchants.open import ConnectionWanted, connection_uuid, open_connection
from paydesk.sync.import_history import import_history
from paydesk.sync.inbox import store_webhook
from paydesk.work.queues import claim_of, work_one
from tests.simulator import SimulatedAccount, Simulator


@dataclass(frozen=True, kw_only=True)
class Connected:
    """The merchant here, its account there."""

    merchant: MerchantInSight
    connection: Connection
    account: SimulatedAccount
    customer: str

    def take_over(self) -> None:
        """Import what is new at the company."""
        import_history(merchant=self.merchant, connection=self.connection, on_progress=lambda _: None)

    def payment(self) -> Payment:
        """Give the one payment as it stands."""
        return Payment.objects.get(merchant_id=self.merchant.id)

    def attempts(self) -> list[Attempt]:
        """List its attempts in order."""
        return list(Attempt.objects.filter(merchant_id=self.merchant.id).order_by("number"))

    def charged(self) -> list[str]:
        """Name the references in our books, in order."""
        entries = LedgerEntry.objects.filter(merchant_id=self.merchant.id, kind="charge")
        return sorted(entries.values_list("reference", flat=True))

    def moved(self) -> list[str]:
        """Name the charges in the company's own journal, in order."""
        return sorted(row["charge_id"] for row in self.account.journal() if row["kind"] == "charge")

    def save_card(self, card: str) -> str:
        """Save a card there and take it over; gives our public id."""
        reference = self.account.method(self.customer, card)
        self.take_over()
        return PaymentMethod.objects.get(merchant_id=self.merchant.id, reference=reference).public_id

    def bill(self, reference: str) -> Payment:
        """Give one of several payments by the company's own reference."""
        return Payment.objects.get(merchant_id=self.merchant.id, reference=reference)

    def press(self, method: str = "", *, payment: Payment | None = None) -> Attempt:
        """Press "Pay now" as the customer; without a payment it is the one that is there."""
        payment = payment or self.payment()
        return retry_payment(
            merchant=self.merchant,
            customer_id=payment.customer_id or 0,
            payment_public_id=payment.public_id,
            method_public_id=method,
            asked_by=Attempt.AskedBy.CUSTOMER,
            return_url="http://127.0.0.1/back",
            now=clock.wall_now(),
        )

    def webhooks(self) -> list[tuple[bytes, dict[str, str]]]:
        """Give every webhook of the company so far: body and signed headers."""
        bodies = [event["body"] for event in self.account.events()]
        raw = [body.encode() if isinstance(body, str) else json.dumps(body).encode() for body in bodies]
        return [(body, self.account.signed(body)) for body in raw]

    def hear(self, *, after: int = 0) -> None:
        """Let the company's webhooks come, all but the first so many, and work off what is due."""
        for body, headers in self.webhooks()[after:]:
            store_webhook(
                merchant=self.merchant,
                connection_uuid=self.connection.uuid,
                body=body,
                headers=headers,
                now=clock.wall_now(),
            )
        work_off("inbox")


def connected(
    simulator: Simulator, *, slug: str = "clay", card: str = "insufficient_funds", kind: str = "billing"
) -> Connected:
    """Connect a merchant whose customer Ada has one bill of EUR 49.00 that her card has just tried to pay."""
    account = simulator.account(kind)
    customer = account.customer()
    account.method(customer, card, default=True)
    if kind == "billing":
        account.bill(customer, title="Studio membership")
    row = Merchant.objects.create(
        slug=slug, name="Clay", mode="test", support_email="help@clay.example", created_at=clock.wall_now()
    )
    merchant = merchant_by_id(row.id)
    wanted = ConnectionWanted(
        uuid=connection_uuid(merchant_id=row.id, gateway=f"simulated-{kind}", name="Main"),
        gateway=f"simulated-{kind}",
        name="Main",
        credentials=account.credentials,
        base_url=simulator.url,
    )
    scene = Connected(
        merchant=merchant,
        connection=open_connection(wanted, merchant=merchant, now=clock.wall_now()),
        account=account,
        customer=customer,
    )
    scene.take_over()
    return scene


def work_off(name: str) -> None:
    """Work off what is due now in one queue."""
    [queue] = [one for one in QUEUES if one.name == name]
    for taken in claim_of(queue, most=500, now=clock.wall_now()):
        work_one(queue, taken, clock=clock.wall_now)


def revoke_key(scene: Connected) -> None:
    """Let the company refuse the merchant's key from now on."""
    wrong = scene.account.credentials | {"api_key": "sim_sk_revoked"}
    Connection.objects.filter(merchant_id=scene.merchant.id).update(
        credentials=seal(scene.merchant.uuid, wrong)
    )


def grow_old(scene: Connected, age: timedelta) -> None:
    """Let the open attempt have been asked some time ago."""
    asked = clock.wall_now() - age
    Attempt.objects.filter(merchant_id=scene.merchant.id, state__in=Attempt.OPEN).update(
        created_at=asked, submitted_at=asked
    )


def owner_count(scene: Connected) -> int:
    """Count the customer records that were taken over."""
    return GatewayCustomer.objects.filter(merchant_id=scene.merchant.id).count()
