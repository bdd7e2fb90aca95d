"""What goes back after a receipt is a note with a number of its own; the receipt stays as it is."""

from dataclasses import replace

import pytest

from paydesk.billing.payments.models import Dispute
from paydesk.billing.receipts.due_notes import payments_without_their_note, write_due_notes
from paydesk.billing.receipts.models import Receipt
from paydesk.gateways.records import DisputeRecord
from paydesk.kit.money import Money
from tests.billing.proof import a_refund, ask, numbers, pay
from tests.billing.scene import NOW, a_scene

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_refund_adds_a_note_with_the_next_number_and_leaves_the_receipt_alone() -> None:
    scene = a_scene()
    pay(scene)
    before = Receipt.objects.filter(id=ask(scene).receipt.id).values().get()
    pay(scene, refunds=[a_refund()])
    issued = ask(scene)
    [note] = issued.notes
    assert (note.kind, note.number, note.snapshot["amount_minor"]) == ("refund", 2, 1000)
    assert (note.snapshot["receipt_number"], note.snapshot["lines"]) == (1, [])
    assert Receipt.objects.filter(id=issued.receipt.id).values().get() == before
    assert [one.id for one in ask(scene).notes] == [note.id]


def test_a_receipt_that_is_first_asked_for_after_a_refund_shows_what_was_paid_and_the_note_follows() -> None:
    scene = a_scene()
    pay(scene, refunds=[a_refund(minor=4900)])
    issued = ask(scene)
    assert issued.receipt.snapshot["amount_minor"] == 4900
    assert [(note.number, note.snapshot["amount_minor"]) for note in issued.notes] == [(2, 4900)]


@pytest.mark.parametrize("state", ["pending", "failed"])
def test_a_refund_that_has_not_arrived_has_no_note(state: str) -> None:
    scene = a_scene()
    pay(scene, refunds=[a_refund(state=state)])
    assert ask(scene).notes == []


def test_a_refund_that_comes_back_is_taken_back_by_a_note_of_its_own() -> None:
    scene = a_scene()
    pay(scene, refunds=[a_refund()])
    ask(scene)
    pay(scene, refunds=[a_refund(state="failed")])
    kinds = [(note.kind, note.number, note.snapshot["note_number"]) for note in ask(scene).notes]
    assert kinds == [("refund", 2, None), ("refund_failed", 3, 2)]
    assert len(ask(scene).notes) == 2


@pytest.mark.parametrize(("state", "notes"), [("inquiry", 0), ("open", 0), ("won", 0), ("lost", 1)])
def test_only_a_lost_dispute_has_a_note(state: str, notes: int) -> None:
    scene = a_scene()
    pay(scene)
    ask(scene)
    dispute = DisputeRecord(reference="dp_1", amount=Money(4900, "EUR"), state=state, created_at=NOW)
    pay(scene, disputes=[dispute])
    assert [note.kind for note in ask(scene).notes] == ["dispute"] * notes
    assert Dispute.objects.count() == 1


def test_a_dispute_that_is_won_on_appeal_is_taken_back_by_a_note_of_its_own() -> None:
    scene = a_scene()
    lost = DisputeRecord(reference="dp_1", amount=Money(4900, "EUR"), state="lost", created_at=NOW)
    pay(scene, disputes=[lost])
    ask(scene)
    pay(scene, disputes=[replace(lost, state="won")])
    write_due_notes(NOW)
    assert numbers() == [1, 2, 3]
    notes = ask(scene).notes
    assert [(note.kind, note.number, note.snapshot["note_number"]) for note in notes] == [
        ("dispute", 2, None),
        ("dispute_won", 3, 2),
    ]
    assert (notes[1].snapshot["receipt_number"], notes[1].snapshot["paid_with"]) == (1, [])
    assert payments_without_their_note(merchant_id=scene.merchant.id) == []


def test_notes_are_written_without_anybody_asking() -> None:
    scene = a_scene()
    pay(scene)
    ask(scene)
    pay(scene, refunds=[a_refund()])
    write_due_notes(NOW)
    assert numbers() == [1, 2]
    assert payments_without_their_note(merchant_id=scene.merchant.id) == []
    pay(scene, refunds=[a_refund(state="failed")])
    write_due_notes(NOW)
    assert numbers() == [1, 2, 3]


def test_a_payment_that_nobody_wants_proved_gets_neither_receipt_nor_note() -> None:
    scene = a_scene()
    pay(scene, refunds=[a_refund()])
    write_due_notes(NOW)
    assert numbers() == []
