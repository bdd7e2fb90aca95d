"""Ada, whose card at one company is declined, and who may have a backup there and at another company."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta

from paydesk.billing.backups.begin import begin_backup
from paydesk.billing.backups.choose import choose_backup, give_up_backup
from paydesk.billing.backups.models import BackupChoice, BackupTry
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.events.models import Event
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.merchants.open import ConnectionWanted, connection_uuid, open_connection
from paydesk.merchants.policies import set_policies
from paydesk.sync.import_history import import_history
from tests.billing.charging.scene import Collecting, collecting
from tests.connected import work_off
from tests.simulator import SimulatedAccount, Simulator


@dataclass(frozen=True, kw_only=True)
class StandingBy(Collecting):
    """The scene, and what Ada does in it. `other`: an account at a second company, where she is known as well."""

    other: SimulatedAccount
    other_connection: Connection
    other_customer: str

    @property
    def customer_id(self) -> int:
        """Give Ada's id; she is one customer of the merchant's."""
        return self.owner().customer_id or 0

    def card(self, name: str = "good") -> PaymentMethod:
        """Save a card where her first one is."""
        return PaymentMethod.objects.get(merchant_id=self.merchant.id, public_id=self.save_card(name))

    def other_card(self, name: str = "good") -> PaymentMethod:
        """Save a card at the other company."""
        reference = self.other.method(self.other_customer, name)
        self.take_over_other()
        return PaymentMethod.objects.get(merchant_id=self.merchant.id, reference=reference)

    def take_over_other(self) -> None:
        """Read what is new at the other company."""
        import_history(merchant=self.merchant, connection=self.other_connection, on_progress=lambda _: None)

    def choose(self, method: PaymentMethod, subscription: Subscription | None = None) -> BackupChoice:
        """Choose it as the backup, for everything unless told otherwise."""
        return choose_backup(
            merchant=merchant_by_id(self.merchant.id),
            customer_id=self.customer_id,
            method_public_id=method.public_id,
            subscription_public_id=subscription.public_id if subscription else "",
            now=clock.wall_now(),
        )

    def give_up(self, subscription: Subscription | None = None) -> bool:
        """Take it back."""
        return give_up_backup(
            merchant=merchant_by_id(self.merchant.id),
            customer_id=self.customer_id,
            subscription_public_id=subscription.public_id if subscription else "",
            now=clock.wall_now(),
        )

    def allow(self, **policies: str) -> None:
        """Let the merchant change its policies."""
        set_policies(merchant_id=self.merchant.id, given=policies)

    def decline(self) -> Payment:
        """Let the charge run ask for what is due today, which is declined; no backup is tried yet."""
        self.run_once()
        return Payment.objects.get(merchant_id=self.merchant.id, position=1)

    def try_backup(self) -> BackupTry:
        """Let the worker do all that follows from a decline, and give the try."""
        self.go_on()
        return self.backup()

    def go_on(self) -> None:
        """Let the worker do what follows from what happened."""
        work_off("events")
        work_off("backups")
        work_off("events")

    def later(self) -> BackupTry:
        """Let what waits for its next look be looked at now."""
        self.look_up()
        BackupTry.objects.filter(merchant_id=self.merchant.id, due_at__isnull=False).update(
            due_at=clock.wall_now(), lease_until=None
        )
        return self.try_backup()

    def backup(self) -> BackupTry:
        """Give the one try as it stands."""
        return BackupTry.objects.select_related("attempt").get(merchant_id=self.merchant.id)

    def first(self) -> Payment:
        """Give the first payment of the agreement as it stands."""
        return Payment.objects.get(merchant_id=self.merchant.id, position=1)

    def covers(self) -> list[Payment]:
        """List payments that were opened at the other company, the oldest first."""
        rows = Payment.objects.filter(merchant_id=self.merchant.id, connection_id=self.other_connection.id)
        return list(rows.order_by("id"))

    def tries(self) -> list[tuple[str, str]]:
        """List every attempt by who asked and how it stands, the oldest first."""
        rows = Attempt.objects.filter(merchant_id=self.merchant.id).order_by("id")
        return list(rows.values_list("asked_by", "state"))

    def moved_everywhere(self) -> list[str]:
        """Name the charges in both companies' journals."""
        rows = [*self.account.journal(), *self.other.journal()]
        return sorted(row["charge_id"] for row in rows if row["kind"] == "charge")

    def say_again(self) -> None:
        """Deliver every event a second time, as after a kill."""
        for event in Event.objects.filter(merchant_id=self.merchant.id, name="payment.failed"):
            begin_backup(event, clock.wall_now())


def standing_by(
    simulator: Simulator, *, card: str = "insufficient_funds", slug: str = "clay", kind: str = "vault"
) -> StandingBy:
    """Connect the merchant to two companies, at both of which Ada is a customer; at the second she has no card yet."""
    found = collecting(simulator, card=card, slug=slug, kind=kind)
    other = simulator.account("vault")
    customer = other.customer()
    wanted = ConnectionWanted(
        uuid=connection_uuid(merchant_id=found.merchant.id, gateway="simulated-vault", name="Second"),
        gateway="simulated-vault",
        name="Second",
        credentials=other.credentials,
        base_url=simulator.url,
    )
    scene = StandingBy(
        **{field.name: getattr(found, field.name) for field in fields(Collecting)},
        other=other,
        other_connection=open_connection(wanted, merchant=found.merchant, now=clock.wall_now()),
        other_customer=customer,
    )
    scene.take_over_other()
    return scene


def grow_old(row: BackupTry, by: timedelta) -> None:
    """Let a try have begun some time ago."""
    BackupTry.objects.filter(merchant_id=row.merchant_id, id=row.id).update(created_at=row.created_at - by)
