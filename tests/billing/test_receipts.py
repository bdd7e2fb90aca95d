"""A receipt proves what was paid and when, once, with numbers that have no gap."""

from datetime import timedelta
from functools import partial

import pytest

from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.record import record_outcome
from paydesk.billing.receipts.issue import ReceiptRefused, issue_receipt
from paydesk.billing.receipts.models import Receipt
from paydesk.gateways.records import CollectibleState, SettledBy
from paydesk.kit.money import Money
from tests.billing.scene import NOW, Scene, a_collectible, a_paid_collectible, a_scene, succeeded
from tests.side_by_side import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)


def _receipt(scene: Scene) -> Receipt:
    return issue_receipt(merchant=scene.merchant, payment_id=scene.payment().id, now=NOW).receipt


def test_what_is_not_paid_has_no_receipt() -> None:
    scene = a_scene()
    scene.mirror(a_collectible())
    with pytest.raises(ReceiptRefused, match="as soon as"):
        _receipt(scene)


@pytest.mark.parametrize("minor", [0, -500])
def test_a_bill_over_nothing_has_no_receipt(minor: int) -> None:
    scene = a_scene()
    paid_with_nothing = a_collectible(
        state=CollectibleState.PAID,
        amount=Money(minor, "EUR"),
        paid_at=NOW,
        settled_by=SettledBy.ZERO,
        attempts=[],
    )
    scene.mirror(paid_with_nothing)
    with pytest.raises(ReceiptRefused):
        _receipt(scene)


def test_a_receipt_that_is_asked_for_at_once_says_when_it_was_paid() -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    record_outcome(
        merchant_id=scene.merchant.id,
        attempt_id=attempt.id,
        outcome=succeeded("ch_2").outcome,
        now=NOW + 2 * SECOND,
    )
    scene.mirror(a_collectible(), observed_at=NOW + SECOND)  # asked before the success, written after it
    first = _receipt(scene)
    scene.mirror(a_paid_collectible(succeeded("ch_2")), observed_at=NOW + 3 * SECOND)

    assert _receipt(scene).snapshot == first.snapshot
    assert first.snapshot["happened_at"] == NOW.isoformat()


def test_eight_payments_that_ask_at_once_get_eight_numbers_without_a_gap() -> None:
    scene = a_scene()
    for turn in range(8):
        scene.mirror(
            a_collectible(
                reference=f"bill_{turn}",
                state=CollectibleState.PAID,
                paid_at=NOW,
                attempts=[succeeded(f"ch_{turn}")],
            )
        )
    payments = Payment.objects.filter(merchant_id=scene.merchant.id).values_list("id", flat=True)
    ask = partial(issue_receipt, merchant=scene.merchant, now=NOW)

    assert side_by_side(*[partial(ask, payment_id=payment_id) for payment_id in list(payments) * 2]) == []
    assert sorted(Receipt.objects.values_list("number", flat=True)) == list(range(1, 9))
