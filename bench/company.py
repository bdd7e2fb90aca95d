"""The simulated company with a merchant's history, imported; and what a benchmark wants of both."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bench.scene import say
from paydesk_simulator.webhooks import SIGNATURE_HEADER, sign
from tests.simulator import SimulatedAccount, start_simulator

CUSTOMERS = 200
BILLS_OF_EACH = 10


@dataclass(frozen=True, kw_only=True)
class Account:
    """The account at the company, its connection here, and the bills that webhooks are about."""

    company: SimulatedAccount
    merchant_id: int
    webhook_path: str
    bills: list[tuple[str, str]]

    def answer_after(self, milliseconds: int) -> None:
        """Let the company take this long for each answer from now on."""
        self.company.answer_after(milliseconds=milliseconds)

    def event(self, event_id: str, number: int) -> bytes:
        """Give the words of an event about one of the bills."""
        customer, bill = self.bills[number % len(self.bills)]
        named = {"type": "bill", "id": bill, "customer": customer}
        words = {
            "id": event_id,
            "kind": "bill.paid",
            "created_at": datetime.now(UTC).isoformat(),
            "object": named,
        }
        return json.dumps(words).encode()

    def signed(self, body: bytes) -> dict[str, str]:
        """Give the headers of a webhook that the company signed just now."""
        signature = sign(body, secret=self.company.webhook_secret, timestamp=int(time.time()))
        return {SIGNATURE_HEADER: signature, "Content-Type": "application/json"}

    def forget_events(self) -> None:
        """Empty the inbox."""
        from paydesk.sync.models import InboxEvent

        InboxEvent.objects.filter(merchant_id=self.merchant_id).delete()

    def hold_events(self, *, until: datetime) -> None:
        """Let everything in the inbox be due at a time."""
        from paydesk.sync.models import InboxEvent

        InboxEvent.objects.filter(merchant_id=self.merchant_id, worked_at=None).update(due_at=until)

    def waiting_count(self) -> int:
        """Count what is not worked off."""
        from paydesk.sync.models import InboxEvent

        return InboxEvent.objects.filter(merchant_id=self.merchant_id, worked_at=None).count()

    def due_count(self) -> int:
        """Count what waits, once its time has nearly come."""
        from paydesk.sync.models import InboxEvent

        soon = datetime.now(UTC) + timedelta(seconds=0.5)
        return InboxEvent.objects.filter(
            merchant_id=self.merchant_id, worked_at=None, due_at__lte=soon
        ).count()

    def require_all_well(self) -> None:
        """A benchmark of failures measures nothing."""
        from paydesk.sync.models import InboxEvent

        troubled = InboxEvent.objects.filter(merchant_id=self.merchant_id).exclude(trouble="")
        if troubled.exists():
            raise AssertionError(f"{troubled.count()} events had trouble: {troubled[0].trouble}")


@contextmanager
def running_company(slug: str) -> Iterator[Account]:
    """Run the company, and import what it knows into a merchant of ours."""
    with start_simulator() as simulator:
        company = simulator.account("billing")
        say(f"Seeding and importing {CUSTOMERS * BILLS_OF_EACH} payments")
        made = company.seed(*[_customer(number) for number in range(CUSTOMERS)])
        bills = [(customer["id"], bill) for customer in made for bill in customer["bills"]]
        yield _import(slug, company, bills)


def _import(slug: str, company: SimulatedAccount, bills: list[tuple[str, str]]) -> Account:
    from django.urls import reverse

    from paydesk.merchants.add import MerchantWanted, add_merchant
    from paydesk.merchants.find import merchant_by_id
    from paydesk.merchants.open import ConnectionWanted, open_connection
    from paydesk.sync.import_history import import_history

    now = datetime.now(UTC)
    wanted = MerchantWanted(slug=slug, name="Bench", support_email="bench@example.com", mode="test")
    merchant = merchant_by_id(add_merchant(wanted, now=now).id)
    connection = open_connection(
        ConnectionWanted(
            uuid=uuid4(),
            gateway="simulated-billing",
            name="Memberships",
            credentials=company.credentials,
            base_url=company.simulator.url,
        ),
        merchant=merchant,
        now=now,
    )
    import_history(merchant=merchant, connection=connection, on_progress=lambda _: None)
    path = f"/m/{slug}{reverse('webhook', args=[connection.uuid])}"
    return Account(company=company, merchant_id=merchant.id, webhook_path=path, bills=bills)


def _customer(number: int) -> dict[str, object]:
    bill = {"title": "Open studio membership", "amount_minor": 4_900, "currency": "EUR"}
    bills = [bill | {"at": _at(30 * turn + 1)} for turn in range(BILLS_OF_EACH)]
    return {"name": f"Customer {number}", "email": f"c{number}@example.com", "methods": [{}], "bills": bills}


def _at(days_ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days_ago)).isoformat()
