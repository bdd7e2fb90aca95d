"""A bank that lets money go after the charge was called off: the books have it, and a person is told."""

from __future__ import annotations

import pytest

from paydesk.billing.payments.models import Attempt, DueCharge, Payment
from paydesk.billing.payments.reread import reread_payment
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from tests.billing.charging.scene import collecting
from tests.simulator import Simulator


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ["abandoned", "declined"])
@pytest.mark.parametrize("by_webhook", [True, False])
def test_money_that_came_after_an_attempt_was_given_up_is_kept_and_told_of(
    simulator: Simulator, state: str, by_webhook: bool
) -> None:
    scene = collecting(simulator)
    scene.start()
    scene.run()
    [attempt] = scene.attempts()
    # As it stands when the company had said that the charge was called off.
    mine = {"merchant_id": scene.merchant.id}
    Attempt.objects.filter(**mine).update(state=state)
    Payment.objects.filter(**mine, id=attempt.payment_id).update(state="due", paid_minor=0, owed_minor=3000)
    DueCharge.objects.filter(**mine, payment_id=attempt.payment_id).update(due_at=clock.wall_now())

    for _ in range(2):
        if by_webhook:
            scene.hear()
        else:
            reread_payment(
                connection=scene.connection,
                gateway=connect(scene.connection, merchant=scene.merchant),
                reference=attempt.reference,
            )

    [attempt] = scene.attempts()
    paid = scene.payments()[0]
    assert (attempt.state, paid.state, paid.paid_minor) == ("succeeded", "paid", 3000)
    assert paid.contradicted_at is not None
    assert scene.moved() == scene.charged()
    assert not DueCharge.objects.filter(**mine, payment_id=paid.id, due_at__isnull=False).exists()
