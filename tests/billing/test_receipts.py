"""A receipt proves what was paid and when, once, with numbers that have no gap; what goes back is a note of its own."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from paydesk.billing.payments.models import Dispute, Payment
from paydesk.billing.payments.record import record_outcome
from paydesk.billing.receipts import issue
from paydesk.billing.receipts.due_notes import payments_without_their_note, write_due_notes
from paydesk.billing.receipts.issue import Issued, ReceiptRefused, issue_receipt
from paydesk.billing.receipts.models import Receipt, ReceiptSeries
from paydesk.gateways.records import (
    BillingDetails,
    CollectibleState,
    DisputeRecord,
    LineRecord,
    RefundRecord,
    SettledBy,
    TaxRecord,
)
from paydesk.kit.money import Money
from paydesk.merchants.find import merchant_by_id
from paydesk.merchants.models import Merchant
from tests.billing.scene import NOW, Scene, a_collectible, a_paid_collectible, a_scene, succeeded
from tests.side_by_side import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)


def _ask(scene: Scene, payment: Payment | None = None) -> Issued:
    payment_id = (payment or scene.payment()).id
    return issue_receipt(merchant=scene.merchant, payment_id=payment_id, now=NOW)


def _receipt(scene: Scene) -> Receipt:
    return _ask(scene).receipt


def _numbers() -> list[int]:
    return sorted(Receipt.objects.values_list("number", flat=True))


def _refund(reference: str = "re_1", minor: int = 1000, state: str = "succeeded") -> RefundRecord:
    return RefundRecord(
        reference=reference, amount=Money(minor, "EUR"), state=state, created_at=NOW + timedelta(days=2)
    )


def _pay(scene: Scene, **changes: Any) -> Payment:
    """Let the company say again how the bill stands, a second later each time."""
    count = scene_count(scene)
    record = replace(a_paid_collectible(succeeded("ch_2")), **changes)
    return scene.mirror(record, observed_at=NOW + count * SECOND)


def scene_count(scene: Scene) -> int:
    """Count what was said before, by what is there."""
    seen = Payment.objects.filter(merchant_id=scene.merchant.id).order_by("-observed_at").first()
    return round((seen.observed_at - NOW) / SECOND) + 1 if seen else 0


def test_what_is_not_paid_has_no_receipt() -> None:
    scene = a_scene()
    scene.mirror(a_collectible())
    with pytest.raises(ReceiptRefused, match="as soon as"):
        _receipt(scene)
    assert not ReceiptSeries.objects.exists()


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


def test_it_says_what_the_bill_was_made_of_and_whom_it_was_made_out_to() -> None:
    scene = a_scene()
    _pay(
        scene,
        lines=[LineRecord(title="Kenya, 250 g", amount=Money(5000, "EUR"), quantity=2)],
        discounts=[LineRecord(title="Ten off", amount=Money(1000, "EUR"))],
        taxes=[TaxRecord(title="VAT", percentage="19", amount=Money(1150, "EUR"))],
        balance_applied=Money(250, "EUR"),
        billing=BillingDetails(name="Ada GmbH", street=["Torstr. 1"], city="Berlin", country="DE"),
    )
    said = _receipt(scene).snapshot
    assert [(line["title"], line["quantity"], line["amount_minor"]) for line in said["lines"]] == [
        ("Kenya, 250 g", 2, 5000)
    ]
    assert said["discounts"][0]["amount_minor"] == 1000
    assert said["taxes"][0]["amount_minor"] == 1150
    assert (said["balance_minor"], said["amount_minor"]) == (250, 4900)
    assert said["billing"]["name"] == "Ada GmbH"


def test_parts_that_do_not_add_up_prove_nothing_and_give_way_to_one_line() -> None:
    scene = a_scene()
    _pay(scene, lines=[LineRecord(title="Half of it", amount=Money(2400, "EUR"))])
    assert [line["title"] for line in _receipt(scene).snapshot["lines"]] == ["Studio membership"]


@pytest.mark.parametrize(
    ("settled_by", "by"), [(SettledBy.BALANCE, "balance"), (SettledBy.EXTERNAL, "outside")]
)
def test_what_no_attempt_paid_says_where_the_money_came_from(settled_by: SettledBy, by: str) -> None:
    scene = a_scene()
    _pay(scene, attempts=[], settled_by=settled_by)
    [part] = _receipt(scene).snapshot["paid_with"]
    assert (part["by"], part["amount_minor"], part["last_four"]) == (by, 4900, "")


def test_several_payments_for_one_bill_are_each_named() -> None:
    scene = a_scene()
    parts = [_part("ch_a", 3000), _part("ch_b", 1900)]
    _pay(scene, attempts=parts)
    said = _receipt(scene).snapshot
    assert [part["amount_minor"] for part in said["paid_with"]] == [3000, 1900]


def _part(reference: str, minor: int) -> Any:
    whole = succeeded(reference)
    return replace(whole, outcome=replace(whole.outcome, amount=Money(minor, "EUR")))


def test_it_says_the_same_when_the_merchant_has_changed_its_name_and_colour() -> None:
    scene = a_scene()
    _pay(scene)
    first = _receipt(scene)
    Merchant.objects.filter(id=scene.merchant.id).update(name="Other", accent_color="#000000")
    again = issue_receipt(
        merchant=merchant_by_id(scene.merchant.id), payment_id=scene.payment().id, now=NOW + SECOND
    )
    assert (again.receipt.id, again.receipt.snapshot) == (first.id, first.snapshot)


def test_a_refund_adds_a_note_with_the_next_number_and_leaves_the_receipt_alone() -> None:
    scene = a_scene()
    _pay(scene)
    before = Receipt.objects.filter(id=_receipt(scene).id).values().get()
    _pay(scene, refunds=[_refund()])
    issued = _ask(scene)
    [note] = issued.notes
    assert (note.kind, note.number, note.snapshot["amount_minor"]) == ("refund", 2, 1000)
    assert (note.snapshot["receipt_number"], note.snapshot["lines"]) == (1, [])
    assert Receipt.objects.filter(id=issued.receipt.id).values().get() == before
    assert [one.id for one in _ask(scene).notes] == [note.id]


def test_a_receipt_that_is_first_asked_for_after_a_refund_shows_what_was_paid_and_the_note_follows() -> None:
    scene = a_scene()
    _pay(scene, refunds=[_refund(minor=4900)])
    issued = _ask(scene)
    assert issued.receipt.snapshot["amount_minor"] == 4900
    assert [(note.number, note.snapshot["amount_minor"]) for note in issued.notes] == [(2, 4900)]


@pytest.mark.parametrize("state", ["pending", "failed"])
def test_a_refund_that_has_not_arrived_has_no_note(state: str) -> None:
    scene = a_scene()
    _pay(scene, refunds=[_refund(state=state)])
    assert _ask(scene).notes == []


def test_a_refund_that_comes_back_is_taken_back_by_a_note_of_its_own() -> None:
    scene = a_scene()
    _pay(scene, refunds=[_refund()])
    _ask(scene)
    _pay(scene, refunds=[_refund(state="failed")])
    kinds = [(note.kind, note.number, note.snapshot["note_number"]) for note in _ask(scene).notes]
    assert kinds == [("refund", 2, None), ("refund_failed", 3, 2)]
    assert len(_ask(scene).notes) == 2


@pytest.mark.parametrize(("state", "notes"), [("inquiry", 0), ("open", 0), ("won", 0), ("lost", 1)])
def test_only_a_lost_dispute_has_a_note(state: str, notes: int) -> None:
    scene = a_scene()
    _pay(scene)
    _receipt(scene)
    dispute = DisputeRecord(reference="dp_1", amount=Money(4900, "EUR"), state=state, created_at=NOW)
    _pay(scene, disputes=[dispute])
    assert [note.kind for note in _ask(scene).notes] == ["dispute"] * notes
    assert Dispute.objects.count() == 1


def test_notes_are_written_without_anybody_asking() -> None:
    scene = a_scene()
    _pay(scene)
    _receipt(scene)
    _pay(scene, refunds=[_refund()])
    write_due_notes(NOW)
    assert _numbers() == [1, 2]
    assert payments_without_their_note(merchant_id=scene.merchant.id) == []
    _pay(scene, refunds=[_refund(state="failed")])
    write_due_notes(NOW)
    assert _numbers() == [1, 2, 3]


def test_a_payment_that_nobody_wants_proved_gets_neither_receipt_nor_note() -> None:
    scene = a_scene()
    _pay(scene, refunds=[_refund()])
    write_due_notes(NOW)
    assert _numbers() == []


def test_a_lone_charges_receipt_is_the_bills_once_the_bill_has_taken_the_charge() -> None:
    scene = a_scene()
    charge = scene.mirror(_lone_charge("ch_9"))
    first = _ask(scene, charge).receipt
    bill = scene.mirror(a_paid_collectible(succeeded("ch_9")), observed_at=NOW + SECOND)
    again = _ask(scene, bill).receipt
    assert (again.id, again.number, again.snapshot) == (first.id, first.number, first.snapshot)
    assert _ask(scene, bill).receipt.id == first.id
    assert _numbers() == [1]


def test_its_notes_move_along_and_are_not_written_twice() -> None:
    scene = a_scene()
    charge = scene.mirror(replace(_lone_charge("ch_9"), refunds=[_refund()]))
    _ask(scene, charge)
    bill = scene.mirror(
        replace(a_paid_collectible(succeeded("ch_9")), refunds=[_refund()]), observed_at=NOW + SECOND
    )
    assert [note.number for note in _ask(scene, bill).notes] == [2]
    assert _numbers() == [1, 2]


def test_a_bill_that_took_more_than_one_charge_says_anew_what_was_proved_in_parts() -> None:
    scene = a_scene()
    for reference, minor in (("ch_a", 3000), ("ch_b", 1900)):
        _ask(scene, scene.mirror(_lone_charge(reference, minor)))
    bill = scene.mirror(
        a_paid_collectible(_part("ch_a", 3000), _part("ch_b", 1900)), observed_at=NOW + SECOND
    )
    receipt = _ask(scene, bill).receipt
    assert (receipt.number, receipt.version, receipt.snapshot["replaces"]) == (3, 3, [1, 2])
    assert _ask(scene, bill).receipt.id == receipt.id
    assert _numbers() == [1, 2, 3]


def _lone_charge(reference: str, minor: int = 4900) -> Any:
    return a_collectible(
        reference=reference,
        state=CollectibleState.PAID,
        amount=Money(minor, "EUR"),
        paid_at=NOW,
        attempts=[_part(reference, minor)],
    )


def test_eight_payments_that_ask_at_once_get_eight_numbers_without_a_gap() -> None:
    scene = a_scene()
    for turn in range(8):
        scene.mirror(
            a_collectible(
                reference=f"bill_{turn}",
                state=CollectibleState.PAID,
                paid_at=NOW,
                attempts=[succeeded(f"ch_{turn}")],
                refunds=[_refund(f"re_{turn}")],
            )
        )
    payments = Payment.objects.filter(merchant_id=scene.merchant.id).values_list("id", flat=True)
    ask = partial(issue_receipt, merchant=scene.merchant, now=NOW)

    assert side_by_side(*[partial(ask, payment_id=payment_id) for payment_id in list(payments) * 2]) == []
    assert _numbers() == list(range(1, 17))


def test_twenty_who_ask_at_once_for_one_payment_get_one_receipt_and_one_note() -> None:
    scene = a_scene()
    payment = _pay(scene, refunds=[_refund()])
    seen: list[int] = []

    def ask() -> None:
        seen.append(_ask(scene, payment).receipt.id)

    assert side_by_side(*[ask] * 20) == []
    assert len(set(seen)) == 1
    assert len(seen) == 20
    assert _numbers() == [1, 2]


class Killed(BaseException):
    """No code of ours catches it, as none outlives SIGKILL."""


@pytest.mark.parametrize("place", ["next_number", "_write_receipt", "_write_note", "snapshot_of_payment"])
def test_whoever_is_killed_on_the_way_leaves_no_number_behind(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    scene = a_scene()
    _pay(scene, refunds=[_refund()])
    step = getattr(issue, place)

    def killed(*given: Any, **named: Any) -> None:
        step(*given, **named)
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(issue, place, killed)
        with pytest.raises(Killed):
            _ask(scene)
    assert _numbers() == []
    assert [note.number for note in _ask(scene).notes] == [2]
    assert _numbers() == [1, 2]


def test_test_and_live_receipts_are_numbered_apart_and_merchants_too() -> None:
    here, there = a_scene(), a_scene("other")
    for scene in (here, there):
        _pay(scene)
    live = replace(there.merchant, mode="live")
    issue_receipt(merchant=live, payment_id=there.payment().id, now=NOW)
    _receipt(here)
    kept = ReceiptSeries.objects.order_by("merchant_id").values_list("merchant_id", "mode", "last_number")
    assert list(kept) == [(here.merchant.id, "test", 1), (there.merchant.id, "live", 1)]


@pytest.mark.parametrize("again", ["number", "refund"])
def test_a_number_and_a_refund_are_used_once_by_the_databases_own_rule(again: str) -> None:
    scene = a_scene()
    _pay(scene, refunds=[_refund()])
    [note] = _ask(scene).notes
    twin = Receipt.objects.filter(id=note.id).values().get() | {"id": None, "public_id": "another"}
    twin |= {"refund_id": None} if again == "number" else {"number": 99}
    with pytest.raises(IntegrityError):
        Receipt.objects.create(**twin)
