"""A payment about which a company's answers do not agree becomes a concern, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.concerns.look import all_concerns, open_concerns
from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.resolve import resolve_concern
from paydesk.billing.payments.record import record_outcome
from paydesk.config.reactions import deliver_event
from paydesk.events.models import Event
from paydesk.gateways.records import Outcome, Verdict
from paydesk.work.claim import claim, finish
from tests.billing.scene import NOW, PRICE, Scene, a_collectible, a_paid_collectible, a_scene, succeeded

pytestmark = pytest.mark.django_db


def deliver(scene: Scene) -> None:
    """Let the worker deliver what has happened."""
    at = NOW + timedelta(minutes=1)
    for taken in claim(Event, most=100, lease=timedelta(minutes=1), now=at):
        deliver_event(taken, at)
        finish(Event, taken)


def charged_twice(scene: Scene) -> None:
    """Let the company say that it has charged for one bill twice."""
    scene.mirror(a_paid_collectible(succeeded("ch_2"), succeeded("ch_3")))


def test_answers_that_agree_open_nothing() -> None:
    scene = a_scene()
    scene.mirror(a_collectible())
    scene.mirror(a_paid_collectible(succeeded("ch_2")), observed_at=NOW + timedelta(minutes=1))
    deliver(scene)
    assert all_concerns(scene.merchant.id) == []


def test_a_second_success_opens_a_concern_with_what_is_known() -> None:
    scene, other = a_scene(), a_scene("other")
    charged_twice(scene)
    deliver(scene)
    payment = scene.payment()
    [concern] = open_concerns(scene.merchant.id)
    assert (concern.kind, concern.subject) == ("contradiction", f"payment:{payment.public_id}")
    assert concern.facts == {
        "payment": payment.public_id,
        "reference": "bill_1",
        "number": "B-0001",
        "attempt": "",
        "connection": "Main",
        "amount_minor": PRICE.minor,
        "paid_minor": 2 * PRICE.minor,
        "currency": "EUR",
    }
    assert open_concerns(other.merchant.id) == []


def test_an_answer_that_turned_names_the_attempt() -> None:
    scene = a_scene()
    payment = scene.mirror(a_collectible())
    attempt = scene.open_attempt(payment)
    for reference in ("ch_8", "ch_9"):
        outcome = Outcome(verdict=Verdict.SUCCEEDED, reference=reference, amount=PRICE, occurred_at=NOW)
        record_outcome(merchant_id=scene.merchant.id, attempt_id=attempt.id, outcome=outcome, now=NOW)
    deliver(scene)
    [concern] = open_concerns(scene.merchant.id)
    assert concern.facts["attempt"] == attempt.public_id


def test_delivered_again_after_a_person_has_looked_it_stays_closed() -> None:
    scene = a_scene()
    charged_twice(scene)
    deliver(scene)
    [concern] = open_concerns(scene.merchant.id)
    resolve_concern(
        merchant_id=scene.merchant.id,
        public_id=concern.public_id,
        resolved_by="kim",
        note="ch_3 was refunded at the company.",
        now=NOW + timedelta(hours=1),
    )
    Event.objects.filter(name="payment.contradicted").update(due_at=NOW)
    deliver(scene)
    assert open_concerns(scene.merchant.id) == []
    assert Concern.objects.count() == 1
