"""A payment made here brings its subscription up to date, though no webhook came."""

from __future__ import annotations

import pytest

from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.retry import retry_payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.config.schedule import QUEUES
from paydesk.events.models import Event
from paydesk.kit import clock
from paydesk.work.queues import claim_of, work_one
from tests.connected import Connected, connected
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)
[EVENTS] = [queue for queue in QUEUES if queue.name == "events"]


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    """Her subscription's first payment has failed; a good card is on file."""
    scene = connected(simulator)
    scene.account.subscription(scene.customer, name="Clay club")
    scene.account.method(scene.customer, "good_mastercard")
    scene.take_over()
    return scene


def pay(scene: Connected) -> None:
    """Press as the customer."""
    payment = Payment.objects.get(merchant_id=scene.merchant.id, subscription__isnull=False)
    retry_payment(
        merchant=scene.merchant,
        customer_id=payment.customer_id or 0,
        payment_public_id=payment.public_id,
        method_public_id=_good_card(scene),
        asked_by=Attempt.AskedBy.CUSTOMER,
        return_url="http://127.0.0.1/back",
        now=clock.wall_now(),
    )


def _good_card(scene: Connected) -> str:
    cards = PaymentMethod.objects.filter(merchant_id=scene.merchant.id, brand="mastercard")
    return cards.get().public_id


def work_events() -> None:
    """Deliver every event that is due."""
    for one in claim_of(EVENTS, most=50, now=clock.wall_now()):
        work_one(EVENTS, one, clock=clock.wall_now)


def state(scene: Connected) -> str:
    """Give the subscription's state here."""
    return Subscription.objects.get(merchant_id=scene.merchant.id).state


def test_the_subscription_is_no_longer_overdue(clay: Connected) -> None:
    before = state(clay)
    pay(clay)
    assert state(clay) == before != "active"
    work_events()
    assert state(clay) == "active"


def test_a_company_that_is_silent_is_asked_again_later(clay: Connected) -> None:
    pay(clay)
    clay.account.fault("error_before", times=1)
    work_events()
    assert Event.objects.filter(merchant_id=clay.merchant.id, name="payment.succeeded", due_at__isnull=False)
    assert state(clay) != "active"


def test_what_was_read_since_is_not_read_again(clay: Connected) -> None:
    pay(clay)
    clay.take_over()
    clay.account.fault("error_before", times=1)
    work_events()
    assert state(clay) == "active"
    assert not Event.objects.filter(merchant_id=clay.merchant.id, due_at__isnull=False).exists()
