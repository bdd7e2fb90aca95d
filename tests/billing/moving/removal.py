"""A merchant with a company that collects and one that keeps cards; Ada wants to be moved to the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from paydesk.billing.arrangements.ending.held_end import HEAD_START
from paydesk.billing.arrangements.moving.begin import MovePreview, begin_move, preview_move
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.undo import undo_move
from paydesk.billing.arrangements.start import start_agreement
from paydesk.billing.arrangements.wanted import AgreementWanted
from paydesk.billing.concerns.models import Concern
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.charging.silence import SILENCE
from paydesk.billing.payments.models import Attempt, DueCharge
from paydesk.billing.subscriptions.models import Subscription
from paydesk.config.truths.check import check_truths
from paydesk.events.models import Event
from paydesk.gateways.contract import GatewayRefused, GatewayUnreachable
from paydesk.gateways.simulated.gateway import BillingGateway, VaultGateway
from paydesk.kit import clock
from paydesk.kit.clock import local_date
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.merchants.move_clock import move_clock
from paydesk.merchants.open import ConnectionWanted, connection_uuid, open_connection
from paydesk.sync.import_history import import_history
from tests.connected import Connected, connected, work_off
from tests.simulator import SimulatedAccount, Simulator

#: What the worker works off after each event of a move, in this order; a few rounds settle it.
_QUEUES = ("events", "moves", "charges", "events", "moves")


@dataclass(frozen=True, kw_only=True)
class Removal:
    """`old`: the company that collects the studio; `vault`: the one that keeps Ada's card."""

    old: Connected
    vault: SimulatedAccount
    vault_customer: str
    there: Connection

    @property
    def shop(self) -> MerchantInSight:
        """Give the merchant with its clock as it goes now."""
        return merchant_by_id(self.old.merchant.id)

    @property
    def studio(self) -> Subscription:
        """Give the old agreement."""
        return Subscription.objects.get(
            merchant_id=self.shop.id, name="Studio", connection_id=self.old.connection.id
        )

    @property
    def new_one(self) -> Subscription:
        """Give the agreement that takes its place."""
        return Subscription.objects.get(merchant_id=self.shop.id, collected_by="paydesk")

    @property
    def move(self) -> Move:
        """Give the latest move."""
        return Move.objects.filter(merchant_id=self.shop.id).latest("id")

    @property
    def card(self) -> PaymentMethod:
        """Give Ada's latest card at the vault."""
        mine = PaymentMethod.objects.filter(merchant_id=self.shop.id, connection_id=self.there.id)
        return mine.latest("id")

    def save_card(self, card: str) -> PaymentMethod:
        """Save another card there."""
        self.vault.method(self.vault_customer, card)
        import_history(merchant=self.shop, connection=self.there, on_progress=lambda _: None)
        return self.card

    def named(self) -> dict[str, Any]:
        """Name the old agreement, as the verbs take it."""
        return {
            "merchant": self.shop,
            "customer_id": self.studio.customer_id or 0,
            "subscription_public_id": self.studio.public_id,
        }

    def look(self) -> MovePreview:
        """See what a move would come to."""
        return preview_move(**self.named(), method_public_id=self.card.public_id)

    def begin(self) -> Move:
        """Press "Move it"."""
        return begin_move(**self.named(), method_public_id=self.card.public_id, now=clock.wall_now())

    def undo(self) -> Move | None:
        """Press "Keep it as it is"."""
        return undo_move(**self.named(), now=clock.wall_now())

    @property
    def kiln(self) -> Subscription:
        """Give the plan that Paydesk charges."""
        return Subscription.objects.get(merchant_id=self.shop.id, name="Kiln hours")

    def start_kiln(self) -> None:
        """Let Paydesk charge kiln hours, a plan of four, to Ada's card at the old company, the first time at once."""
        owner = GatewayCustomer.objects.select_related("connection").get(
            merchant_id=self.shop.id, id=self.studio.gateway_customer_id or 0
        )
        wanted = AgreementWanted(
            owner=owner,
            name="Kiln hours",
            price=Money(12000, "EUR"),
            interval_unit="month",
            interval_count=1,
            first_day=local_date(self.shop.business_now(), zone=self.shop.time_zone),
            payments_count=4,
        )
        start_agreement(merchant=self.shop, wanted=wanted, now=clock.wall_now())
        self.work()

    def move_kiln(self) -> Move:
        """Press "Move it" for them."""
        return begin_move(
            merchant=self.shop,
            customer_id=self.kiln.customer_id or 0,
            subscription_public_id=self.kiln.public_id,
            method_public_id=self.card.public_id,
            now=clock.wall_now(),
        )

    def pass_time(self, **period: float) -> None:
        """Let it pass here and at both companies, and let the worker do what is due."""
        self.old.account.advance(**period)
        self.vault.advance(**period)
        self.only_here(**period)
        self.work()

    def hold_late(self) -> None:
        """Let the old company carry out what it was asked and has not answered."""
        self.old.account.api(f"/subscriptions/{self.studio.reference}/schedule-cancel", key="late")

    def only_here(self, **period: float) -> None:
        """Put the merchant's clock forward, and nobody else's."""
        move_clock(merchant_id=self.shop.id, by=timedelta(**period), now=clock.wall_now())

    def work(self) -> None:
        """Let the worker do what is due, and what follows from it."""
        for name in _QUEUES:
            work_off(name)

    def again(self) -> None:
        """Let the pauses pass that follow on a silence, and work on."""
        long_ago = clock.wall_now() - timedelta(minutes=10)
        mine = {"merchant_id": self.shop.id, "due_at__isnull": False}
        now = self.shop.business_now()
        Move.objects.filter(**mine, acts_at__lte=now).update(due_at=long_ago, lease_until=None)
        Move.objects.filter(**mine, hold_asked_at__isnull=False).update(hold_asked_at=long_ago)
        DueCharge.objects.filter(**mine, payment__due_at__lte=now).update(due_at=long_ago)
        Attempt.objects.filter(**mine).update(due_at=long_ago)
        SILENCE.broken(self.there.id)
        self.work()

    def until_it_acts(self) -> float:
        """Give the hours until the old one is to be held."""
        next_at = self.studio.next_payment_at
        assert next_at
        return (next_at - HEAD_START - self.shop.business_now()) / timedelta(hours=1) + 0.1

    def collected(self) -> list[int]:
        """List what the old company took for the studio, in the order of time."""
        history = self.old.account.api(f"/customers/{self.old.customer}/history")["rows"]
        mine = {bill["id"] for bill in history if bill.get("subscription")}
        return [row["amount_minor"] for row in self.old.account.journal() if row["bill_id"] in mine]

    def charged(self) -> list[int]:
        """List what was charged at the vault, in the order of time."""
        return [row["amount_minor"] for row in self.vault.journal() if row["kind"] == "charge"]

    def at_company(self) -> str:
        """Say how the studio stands at the old company."""
        [row] = self.old.account.api(f"/customers/{self.old.customer}/subscriptions")["rows"]
        return str(row["status"])

    def told(self) -> list[str]:
        """List what was told of the move, in order."""
        events = Event.objects.filter(merchant_id=self.shop.id, name="subscription.moved").order_by("id")
        return [event.subject["what"] for event in events]

    def concerns(self) -> list[str]:
        """List what a person has to look at."""
        mine = Concern.objects.filter(merchant_id=self.shop.id, resolved_at__isnull=True)
        return sorted(mine.values_list("kind", flat=True))

    def is_true(self) -> bool:
        """Say whether the books hold."""
        assert check_truths(self.shop, now=clock.wall_now()) == []
        return True


def removal(
    simulator: Simulator,
    *,
    card: str = "good",
    new_card: str = "good_mastercard",
    is_wallet: bool = False,
    slug: str = "clay",
    **terms: Any,
) -> Removal:
    """Let Ada's studio cost EUR 19.00 a month at the old company; her other card is at the vault."""
    old = connected(simulator, card=card, slug=slug)
    if is_wallet:
        old.account.control(is_wallet=True)
    old.account.subscription(old.customer, name="Studio", **terms)
    old.take_over()
    vault = simulator.account("vault")
    vault_customer = vault.customer()
    vault.method(vault_customer, new_card, default=True)
    there = open_connection(
        ConnectionWanted(
            uuid=connection_uuid(merchant_id=old.merchant.id, gateway="simulated-vault", name="Cards"),
            gateway="simulated-vault",
            name="Cards",
            credentials=vault.credentials,
            base_url=simulator.url,
        ),
        merchant=old.merchant,
        now=clock.wall_now(),
    )
    import_history(merchant=old.merchant, connection=there, on_progress=lambda _: None)
    return Removal(old=old, vault=vault, vault_customer=vault_customer, there=there)


def begin_in_silence(
    ada: Removal, monkeypatch: pytest.MonkeyPatch, *verbs: str, hours: Sequence[float] = ()
) -> None:
    """Begin a move, and let its time come, and these hours more, while the old company does not answer these."""
    ada.begin()
    with monkeypatch.context() as patch:
        silence(patch, BillingGateway, *verbs)
        ada.pass_time(hours=ada.until_it_acts())
        for more in hours:
            ada.pass_time(hours=more)


def refuse(monkeypatch: pytest.MonkeyPatch, *verbs: str) -> None:
    """Let the old company say no to these."""

    def no(*_: object, **__: object) -> Any:
        raise GatewayRefused("not now")

    for verb in verbs:
        monkeypatch.setattr(BillingGateway, verb, no)


def silence(monkeypatch: pytest.MonkeyPatch, company: type[VaultGateway], *verbs: str) -> None:
    """Let a company not answer these."""

    def nothing(*_: object, **__: object) -> Any:
        raise GatewayUnreachable("no answer")

    for verb in verbs:
        monkeypatch.setattr(company, verb, nothing)
