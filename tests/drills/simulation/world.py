"""The world of one run: a merchant that collects by itself, its company, a customer with cards, and agreements."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from paydesk.billing.arrangements.start import AgreementWanted, start_agreement
from paydesk.billing.backups.models import BackupChoice
from paydesk.billing.customers.models import Customer, CustomerEmail, GatewayCustomer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.connect import seal
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection, Merchant
from tests.drills.simulation.company.company import Company
from tests.drills.simulation.company.gateway import COMPANIES, NAME
from tests.drills.simulation.company.network import Network
from tests.drills.simulation.company.objects import Happening
from tests.drills.simulation.company.virtual_clock import VirtualClock
from tests.drills.simulation.database import Backup
from tests.drills.simulation.focus import Focus
from tests.drills.simulation.processes import Process, Processes

ADDRESS = "https://company.example"
ADA = "cus_ada"
#: Before the ends of months, a leap day, and nights on which clocks are changed.
BEGINNINGS = (
    datetime(2026, 1, 30, 21, tzinfo=UTC),
    datetime(2026, 3, 27, 20, tzinfo=UTC),
    datetime(2026, 10, 23, 9, tzinfo=UTC),
    datetime(2028, 2, 27, 12, tzinfo=UTC),
    datetime(2026, 12, 30, 23, tzinfo=UTC),
    datetime(2026, 4, 23, 15, tzinfo=UTC),
)
ZONES = ("Europe/Berlin", "America/Santiago", "Africa/Cairo", "Pacific/Auckland", "UTC", "America/New_York")
CURRENCIES = ("EUR", "JPY", "KWD")
#: What a second card does when it is asked in the place of the first.
_BACKUPS = ("good", "good", "slow", "asks", "flaky", "no_money")


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The ids of what a world is made with."""

    merchant_id: int
    connection_id: int
    customer_id: int
    owner_id: int


@dataclass(kw_only=True)
class World:
    """All that a run has, and what it has written down."""

    seed: int
    focus: Focus
    chance: Random
    clock: VirtualClock
    company: Company
    network: Network
    processes: Processes
    workers: list[Process]
    doors: list[Process]
    rows: Rows
    zone: str
    currency: str
    history: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    undelivered: list[Happening] = field(default_factory=list)
    wanted: list[AgreementWanted] = field(default_factory=list)
    #: By the reference of a payment that is skipped: since when.
    skipped: dict[str, datetime] = field(default_factory=dict)
    quotes: list[str] = field(default_factory=list)
    backup: Backup | None = None
    backup_at: datetime | None = None
    restored_count: int = 0
    acts_meet_their_fate: bool = True
    calm_since: datetime | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    def say(self, words: str) -> None:
        """Write a step into the history."""
        self.history.append(f"{self.clock.now:%Y-%m-%d %H:%M:%S} {words}")

    def is_calm(self) -> bool:
        """Say whether nothing goes wrong any more."""
        return self.calm_since is not None

    def merchant(self) -> MerchantInSight:
        """Give the merchant as it stands."""
        return merchant_by_id(self.rows.merchant_id)

    def today(self) -> date:
        """Give the merchant's calendar day."""
        return clock.local_date(self.clock.now, zone=self.zone)

    def everybody(self) -> list[Process]:
        """List every process."""
        return [*self.workers, *self.doors]


def by_chance(seed: int | str) -> Random:
    """Give chance that is the same each time; nothing here is secret."""
    return Random(seed)  # noqa: S311


def build_world(seed: int, chance: Random, focus: Focus) -> World:
    """Make a world; the same seed makes the same one. The database is empty, and the clock is its clock."""
    virtual = VirtualClock(chance.choice(BEGINNINGS))
    clock.wall_now = virtual.wall_now
    processes = Processes()
    company = Company(virtual, by_chance(f"{seed} company"))
    network = Network(virtual, by_chance(f"{seed} network"), places=processes.place)
    COMPANIES[ADDRESS] = (company, network)
    zone, currency = chance.choice(ZONES), chance.choice(CURRENCIES)
    network.faults, network.faulty_share = dict(focus.faults), focus.faulty_share
    world = World(
        seed=seed,
        focus=focus,
        chance=chance,
        clock=virtual,
        company=company,
        network=network,
        processes=processes,
        workers=[Process("worker A"), Process("worker B"), Process("worker C")],
        doors=[Process("door A"), Process("door B")],
        zone=zone,
        currency=currency,
        rows=_rows(seed, zone, virtual.now),
    )
    company.add_method(ADA, focus.card, is_default=True)
    if focus.has_backup:
        company.add_method(ADA, by_chance(f"{seed} backup").choice(_BACKUPS), is_default=False)
    company.happened.clear()
    company.on_event = world.undelivered.append
    _mirror_methods(world)
    if focus.has_backup:
        _choose_backup(world)
    world.say(f"{zone}, {currency}; Ada's card: {focus.card}")
    return world


def _rows(seed: int, zone: str, now: datetime) -> Rows:
    # Made of the seed: so are keys and marks, and the order in which rows are found.
    given = by_chance(f"{seed} names")
    uuid = UUID(int=given.getrandbits(128), version=4)
    merchant = Merchant.objects.create(
        uuid=uuid,
        slug="clay",
        name="Clay & Kiln",
        mode="live",
        time_zone=zone,
        support_email="help@clay.example",
        created_at=now,
    )
    connection = Connection.objects.create(
        merchant_id=merchant.id,
        uuid=UUID(int=given.getrandbits(128), version=4),
        gateway=NAME,
        name="Vault",
        base_url=ADDRESS,
        credentials=seal(uuid, {"api_key": "key"}),
        created_at=now,
    )
    ada = Customer.objects.create(merchant_id=merchant.id, name="Ada Okafor", created_at=now)
    CustomerEmail.objects.create(
        merchant_id=merchant.id, customer_id=ada.id, address="ada@example.com", normalized="ada@example.com"
    )
    owner = GatewayCustomer.objects.create(
        merchant_id=merchant.id, connection_id=connection.id, customer_id=ada.id, reference=ADA
    )
    return Rows(merchant_id=merchant.id, connection_id=connection.id, customer_id=ada.id, owner_id=owner.id)


def _mirror_methods(world: World) -> None:
    for method in world.company.methods.values():
        PaymentMethod.objects.create(
            merchant_id=world.rows.merchant_id,
            connection_id=world.rows.connection_id,
            gateway_customer_id=world.rows.owner_id,
            customer_id=world.rows.customer_id,
            reference=method.reference,
            kind="card",
            brand="visa",
            last_four="4242",
            is_default=method.is_default,
        )


def _choose_backup(world: World) -> None:
    """She has done so before the first backup of the database, so that no restore takes it back."""
    BackupChoice.objects.create(
        merchant_id=world.rows.merchant_id,
        customer_id=world.rows.customer_id,
        payment_method=PaymentMethod.objects.get(merchant_id=world.rows.merchant_id, is_default=False),
        chosen_at=world.clock.now,
    )


def wish(world: World) -> AgreementWanted:
    """Think of an agreement: a plan of two to four payments, or a subscription."""
    chance, number = world.chance, len(world.wanted) + 1
    owner = GatewayCustomer.objects.select_related("connection").get(
        merchant_id=world.rows.merchant_id, id=world.rows.owner_id
    )
    unit, count = chance.choice((("month", 1), ("month", 1), ("week", 1), ("day", 10), ("year", 1)))
    first_day = world.today() + timedelta(days=chance.choice((0, 0, 0, 1, 2, 5)))
    common: dict[str, Any] = {
        "owner": owner,
        "name": f"Agreement {number}",
        "interval_unit": unit,
        "interval_count": count,
        "first_day": first_day,
        "reference": f"order-{number}",
        "method": _own_method(world) if chance.random() < 0.3 else None,
    }
    if chance.random() >= world.focus.plans_share:
        has_trial = chance.random() < 0.2
        return AgreementWanted(
            price=Money(chance.randint(100, 9_999), world.currency), has_trial=has_trial, **common
        )
    deposit = Money(chance.randint(1, 500), world.currency) if chance.random() < 0.3 else None
    fee = Money(chance.randint(1, 300), world.currency) if chance.random() < 0.3 else None
    return AgreementWanted(
        price=Money(chance.randint(1_000, 50_000), world.currency),
        payments_count=chance.randint(2, 4),
        deposit=deposit,
        deposit_day=world.today() if deposit else None,
        fee=fee,
        **common,
    )


def _own_method(world: World) -> PaymentMethod | None:
    mine = PaymentMethod.objects.filter(merchant_id=world.rows.merchant_id, removed_at__isnull=True)
    return mine.order_by("-id").first()


def start(world: World, wanted: AgreementWanted) -> Subscription:
    """Start it with the verb; twice is once. Its method may be gone, or not known yet after a restore."""
    method = PaymentMethod.objects.filter(
        merchant_id=world.rows.merchant_id,
        reference=wanted.method.reference if wanted.method else "",
        removed_at__isnull=True,
    ).first()
    return start_agreement(
        merchant=world.merchant(), wanted=replace(wanted, method=method), now=world.clock.now
    )
