"""Each truth holds for books that are right, and is broken by what it is there to find."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F

from paydesk.billing.concerns.models import Concern
from paydesk.billing.holds.models import ChargeHold
from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Dispute, DueCharge, Payment, Refund
from paydesk.billing.subscriptions.models import Subscription
from paydesk.config.truths.check import watch_truths
from paydesk.events.models import Event
from paydesk.kit import clock
from paydesk.kit.money import Money
from tests import builders
from tests.billing.charging.scene import Collecting, collecting
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

Breaker = Callable[[Collecting], object]


@pytest.fixture
def scene(simulator: Simulator) -> Collecting:
    """A plan with fee and deposit of which two payments are made, and a subscription of which one was refunded."""
    scene = collecting(simulator)
    scene.start_plan(
        price=100_00, count=3, deposit=Money(10_00, "EUR"), deposit_day=scene.today(), fee=Money(1_00, "EUR")
    )
    scene.start()
    scene.run()
    heard = len(scene.webhooks())
    scene.account.api("/refunds", key="back", charge=scene.moved()[0], amount_minor=500, tag="")
    scene.hear(after=heard)
    return scene


def test_all_of_them_hold_for_books_that_are_right(scene: Collecting) -> None:
    assert scene.broken() == []


def _paid() -> Payment:
    return Payment.objects.filter(state="paid").order_by("id")[0]


def _second_charge(scene: Collecting) -> None:
    payment = _paid()
    builders.attempt(
        payment,
        state="succeeded",
        reference="ch_twice",
        origin="paydesk",
        amount_minor=payment.amount_minor,
    )


def _a_row_of_another(scene: Collecting) -> None:
    stranger = builders.customer(builders.merchant("other"))
    Payment.objects.filter(id=_paid().id).update(customer_id=stranger.id)


BREAKERS: dict[str, Breaker] = {
    "I01": _second_charge,
    "I02": lambda _: LedgerEntry.objects.filter(kind="charge").update(reference=F("id")),
    "I03": lambda _: LedgerLine.objects.filter(account="gateway").update(amount_minor=F("amount_minor") + 1),
    "I04": lambda _: LedgerLine.objects.filter(account="customer").update(amount_minor=F("amount_minor") + 1),
    "I05": lambda _: Attempt.objects.update(amount_minor=F("amount_minor") - 1),
    "I07": lambda _: Payment.objects.filter(id=_paid().id).update(state="due"),
    "I08": lambda _: Subscription.objects.update(
        state="canceled", ended_at=clock.wall_now() - timedelta(days=1)
    ),
    "I09": lambda _: Attempt.objects.update(state="unknown", due_at=None),
    "I11": lambda scene: [
        builders.attempt(_paid(), state="declined", asked_by="engine", origin="paydesk") for _ in range(9)
    ],
    "I12": _a_row_of_another,
    "I14": lambda scene: Event.objects.update(trouble="card 4242 4242 4242 4242"),
    "I15": lambda _: (
        DueCharge.objects.all().delete(),
        Payment.objects.filter(state="scheduled").update(due_at=clock.wall_now() - timedelta(days=1)),
    ),
    "I16": lambda _: Subscription.objects.filter(total_minor__isnull=False).update(
        total_minor=F("total_minor") + 1
    ),
    "I17": lambda _: Refund.objects.update(amount_minor=1_000_00),
    "I18": lambda _: PaymentMethod.objects.update(removed_at=clock.wall_now() - timedelta(days=1)),
    "I19": lambda _: Attempt.objects.update(
        state="unknown", created_at=clock.wall_now() - timedelta(days=2), due_at=clock.wall_now()
    ),
    "I20": lambda _: Payment.objects.filter(id=_paid().id).update(paid_minor=1),
}


@pytest.mark.parametrize("name", BREAKERS)
def test_what_breaks_it_is_found_and_named(name: str, scene: Collecting) -> None:
    BREAKERS[name](scene)

    assert name in scene.broken()


def test_the_rest_of_what_was_taken_in_part_waits_for_a_person(scene: Collecting) -> None:
    BREAKERS["I15"](scene)
    Payment.objects.filter(state="scheduled").update(paid_minor=1, contradicted_at=clock.wall_now())

    assert "I15" not in scene.broken()


def test_a_part_and_its_rest_are_no_second_charge(scene: Collecting) -> None:
    payment = _paid()
    Attempt.objects.filter(payment_id=payment.id).update(amount_minor=1)
    builders.attempt(payment, state="succeeded", reference="ch_rest", amount_minor=payment.amount_minor - 1)

    assert "I01" not in scene.broken()


@pytest.mark.parametrize("kind", ["refund", "dispute"])
def test_a_second_charge_that_went_back_is_none(scene: Collecting, kind: str) -> None:
    _second_charge(scene)
    payment = _paid()
    back = {"reference": "back_2", "amount_minor": payment.amount_minor, "created_at": clock.wall_now()}
    mine = {"merchant_id": payment.merchant_id, "connection_id": payment.connection_id, "currency": "EUR"}
    if kind == "refund":
        Refund.objects.create(payment_id=payment.id, state="succeeded", **mine, **back)
    else:
        Dispute.objects.create(payment_id=payment.id, state="lost", **mine, **back)

    assert "I01" not in scene.broken()


def test_of_what_was_found_again_nobody_knows_who_had_asked(scene: Collecting) -> None:
    BREAKERS["I08"](scene)
    assert "I08" in scene.broken()
    Attempt.objects.update(found_at=clock.wall_now())

    assert "I08" not in scene.broken()


def test_a_broken_truth_stops_charging_until_it_holds_again(scene: Collecting) -> None:
    Subscription.objects.filter(total_minor__isnull=False).update(total_minor=F("total_minor") + 1)
    watch_truths(clock.wall_now())
    assert "I16" in ChargeHold.objects.get().why
    assert Concern.objects.get().kind == "truth_broken"
    moved = scene.moved()

    Payment.objects.filter(state="scheduled").update(due_at=clock.wall_now())
    DueCharge.objects.filter(due_at__isnull=False).update(due_at=clock.wall_now())
    scene.run_once()
    assert scene.moved() == moved

    Subscription.objects.filter(total_minor__isnull=False).update(total_minor=F("total_minor") - 1)
    watch_truths(clock.wall_now())

    assert ChargeHold.objects.get().released_at is not None
    assert Concern.objects.get().resolved_at is not None


def test_the_command_says_what_is_broken_and_ends_with_1(
    scene: Collecting, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("truths", merchant=scene.merchant.slug)
    assert "truths hold" in capsys.readouterr().out

    LedgerLine.objects.filter(account="customer").update(amount_minor=F("amount_minor") + 1)
    with pytest.raises(SystemExit) as ended:
        call_command("truths", merchant=scene.merchant.slug)

    assert ended.value.code == 1
    assert "I04 is broken" in capsys.readouterr().out
