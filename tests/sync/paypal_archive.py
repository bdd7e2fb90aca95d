"""A large account at PayPal, whose subscriptions PayPal collects, and merchants that are connected to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Merchant
from paydesk.merchants.open import ConnectionWanted, connection_uuid, open_connection
from tests.doubles.paypal.running import start_paypal
from tests.paypal_account import PayPalAccount, open_account

_GATEWAY = "paypal-subscriptions"
_TRIES = 3


@dataclass(kw_only=True)
class PayPalArchive:
    """The account. Of every ten customers two have failed once, one fails now, and one owes two payments."""

    account: PayPalAccount
    cycles: int
    _wanted: list[dict[str, object]] = field(default_factory=list)

    def fill(self, customers: int) -> None:
        plan = self.account.plan(name="Clay box", minor=1900)
        for number in range(customers):
            one: dict[str, object] = {
                "plan": plan,
                "email": f"customer-{number}@example.com",
                "name": f"Customer {number}",
                "cycles": self.cycles,
            }
            kind = number % 10
            if kind in (1, 2):
                # With the last retry it works, or the next bill asks for both.
                one["declines"] = {2: _TRIES - 1 if kind == 1 else _TRIES}
            elif kind in (3, 4):
                one["behind"] = kind - 2
            self._wanted.append(one)
        self.account.subscriptions(self._wanted)

    def merchant(self, slug: str) -> MerchantInSight:
        """Make a merchant whose connection `Main` is to this account."""
        row = Merchant.objects.create(
            slug=slug, name=slug, mode="test", support_email="help@a.example", created_at=clock.wall_now()
        )
        merchant = merchant_by_id(row.id)
        wanted = ConnectionWanted(
            uuid=connection_uuid(merchant_id=row.id, gateway=_GATEWAY, name="Main"),
            gateway=_GATEWAY,
            name="Main",
            credentials=self.account.credentials,
            base_url=self.account.url,
        )
        open_connection(wanted, merchant=merchant, now=clock.wall_now())
        return merchant

    def totals(self) -> dict[str, dict[str, int]]:
        """Give the account's own books: what there is, and the money that moved."""
        moves = self.account.books()
        made = len(self._wanted)
        counts = {"customers": made, "methods": made, "subscriptions": made, "refunds": 0, "disputes": 0}
        counts |= {"payments": sum(map(self._collectibles, self._wanted)), "attempts": len(moves)}
        captured = sum(one["minor"] for one in moves if one["kind"] == "captured")
        return {"counts": counts, "moved": {"charge EUR": captured}}

    def requests(self) -> dict[str, int]:
        """Say how often PayPal was asked."""
        return {"all": len(self.account.journal())}

    def _collectibles(self, one: dict[str, object]) -> int:
        """Each cycle is one, but that which follows on one that failed with all its retries: it is of the same debt."""
        has_two_in_one = one.get("behind") == 2 or one.get("declines") == {2: _TRIES}
        return self.cycles - has_two_in_one


@contextmanager
def running_paypal_archive(contracts: Path, *, customers: int, bills: int) -> Iterator[PayPalArchive]:
    """Run it while the block runs: so many subscriptions, each billed so often."""
    with start_paypal(contracts) as running:
        archive = PayPalArchive(account=open_account(running), cycles=bills)
        archive.fill(customers)
        yield archive
        assert archive.account.violations() == []
