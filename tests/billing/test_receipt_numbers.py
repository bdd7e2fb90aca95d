"""Numbers have no gap and are given once: side by side, killed on the way, at several merchants."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from paydesk.billing.payments.models import Payment
from paydesk.billing.receipts import issue
from paydesk.billing.receipts.issue import issue_receipt
from paydesk.billing.receipts.models import Receipt, ReceiptSeries
from paydesk.gateways.records import CollectibleState
from tests.billing.proof import a_refund, ask, numbers, pay
from tests.billing.scene import NOW, a_collectible, a_scene, succeeded
from tests.side_by_side import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_payments_that_ask_at_once_get_eight_numbers_without_a_gap() -> None:
    scene = a_scene()
    for turn in range(8):
        scene.mirror(
            a_collectible(
                reference=f"bill_{turn}",
                state=CollectibleState.PAID,
                paid_at=NOW,
                attempts=[succeeded(f"ch_{turn}")],
                refunds=[a_refund(f"re_{turn}")],
            )
        )
    payments = Payment.objects.filter(merchant_id=scene.merchant.id).values_list("id", flat=True)
    issue_one = partial(issue_receipt, merchant=scene.merchant, now=NOW)

    assert (
        side_by_side(*[partial(issue_one, payment_id=payment_id) for payment_id in list(payments) * 2]) == []
    )
    assert numbers() == list(range(1, 17))


def test_twenty_who_ask_at_once_for_one_payment_get_one_receipt_and_one_note() -> None:
    scene = a_scene()
    payment = pay(scene, refunds=[a_refund()])
    seen: list[int] = []

    def look() -> None:
        seen.append(ask(scene, payment).receipt.id)

    assert side_by_side(*[look] * 20) == []
    assert len(set(seen)) == 1
    assert len(seen) == 20
    assert numbers() == [1, 2]


class Killed(BaseException):
    """No code of ours catches it, as none outlives SIGKILL."""


@pytest.mark.parametrize("place", ["next_number", "_write_receipt", "_write_note", "snapshot_of_payment"])
def test_whoever_is_killed_on_the_way_leaves_no_number_behind(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    scene = a_scene()
    pay(scene, refunds=[a_refund()])
    step = getattr(issue, place)

    def killed(*given: Any, **named: Any) -> None:
        step(*given, **named)
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(issue, place, killed)
        with pytest.raises(Killed):
            ask(scene)
    assert numbers() == []
    assert [note.number for note in ask(scene).notes] == [2]
    assert numbers() == [1, 2]


def test_test_and_live_receipts_are_numbered_apart_and_merchants_too() -> None:
    here, there = a_scene(), a_scene("other")
    for scene in (here, there):
        pay(scene)
    live = replace(there.merchant, mode="live")
    issue_receipt(merchant=live, payment_id=there.payment().id, now=NOW)
    ask(here)
    kept = ReceiptSeries.objects.order_by("merchant_id").values_list("merchant_id", "mode", "last_number")
    assert list(kept) == [(here.merchant.id, "test", 1), (there.merchant.id, "live", 1)]


@pytest.mark.parametrize("again", ["number", "refund"])
def test_a_number_and_a_refund_are_used_once_by_the_databases_own_rule(again: str) -> None:
    scene = a_scene()
    pay(scene, refunds=[a_refund()])
    [note] = ask(scene).notes
    twin = Receipt.objects.filter(id=note.id).values().get() | {"id": None, "public_id": "another"}
    twin |= {"refund_id": None} if again == "number" else {"number": 99}
    with pytest.raises(IntegrityError):
        Receipt.objects.create(**twin)
