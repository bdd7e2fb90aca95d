"""A receipt proves what was paid and when, once; a charge's receipt moves to the bill that takes the charge."""

from dataclasses import replace

import pytest

from paydesk.billing.payments.record import record_outcome
from paydesk.billing.receipts.issue import ReceiptRefused, issue_receipt
from paydesk.billing.receipts.models import Receipt, ReceiptSeries
from paydesk.gateways.records import BillingDetails, CollectibleState, LineRecord, SettledBy, TaxRecord
from paydesk.kit.money import Money
from paydesk.merchants.find import merchant_by_id
from paydesk.merchants.models import Merchant
from tests.billing.proof import SECOND, a_lone_charge, a_part, a_refund, ask, numbers, pay
from tests.billing.scene import NOW, a_collectible, a_paid_collectible, a_scene, succeeded

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_not_paid_has_no_receipt() -> None:
    scene = a_scene()
    scene.mirror(a_collectible())
    with pytest.raises(ReceiptRefused, match="as soon as"):
        ask(scene)
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
        ask(scene)


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
    first = ask(scene).receipt
    scene.mirror(a_paid_collectible(succeeded("ch_2")), observed_at=NOW + 3 * SECOND)

    assert ask(scene).receipt.snapshot == first.snapshot
    assert first.snapshot["happened_at"] == NOW.isoformat()


def test_it_says_what_the_bill_was_made_of_and_whom_it_was_made_out_to() -> None:
    scene = a_scene()
    pay(
        scene,
        lines=[LineRecord(title="Kenya, 250 g", amount=Money(5000, "EUR"), quantity=2)],
        discounts=[LineRecord(title="Ten off", amount=Money(1000, "EUR"))],
        taxes=[TaxRecord(title="VAT", percentage="19", amount=Money(1150, "EUR"))],
        balance_applied=Money(250, "EUR"),
        billing=BillingDetails(name="Ada GmbH", street=["Torstr. 1"], city="Berlin", country="DE"),
    )
    said = ask(scene).receipt.snapshot
    assert [(line["title"], line["quantity"], line["amount_minor"]) for line in said["lines"]] == [
        ("Kenya, 250 g", 2, 5000)
    ]
    assert said["discounts"][0]["amount_minor"] == 1000
    assert said["taxes"][0]["amount_minor"] == 1150
    assert (said["balance_minor"], said["amount_minor"]) == (250, 4900)
    assert said["billing"]["name"] == "Ada GmbH"


def test_parts_that_do_not_add_up_prove_nothing_and_give_way_to_one_line() -> None:
    scene = a_scene()
    pay(scene, lines=[LineRecord(title="Half of it", amount=Money(2400, "EUR"))])
    assert [line["title"] for line in ask(scene).receipt.snapshot["lines"]] == ["Studio membership"]


@pytest.mark.parametrize(
    ("settled_by", "by"), [(SettledBy.BALANCE, "balance"), (SettledBy.EXTERNAL, "outside")]
)
def test_what_no_attempt_paid_says_where_the_money_came_from(settled_by: SettledBy, by: str) -> None:
    scene = a_scene()
    pay(scene, attempts=[], settled_by=settled_by)
    [part] = ask(scene).receipt.snapshot["paid_with"]
    assert (part["by"], part["amount_minor"], part["last_four"]) == (by, 4900, "")


def test_several_payments_for_one_bill_are_each_named() -> None:
    scene = a_scene()
    parts = [a_part("ch_a", 3000), a_part("ch_b", 1900)]
    pay(scene, attempts=parts)
    said = ask(scene).receipt.snapshot
    assert [part["amount_minor"] for part in said["paid_with"]] == [3000, 1900]


def test_it_says_the_same_when_the_merchant_has_changed_its_name_and_colour() -> None:
    scene = a_scene()
    pay(scene)
    first = ask(scene).receipt
    Merchant.objects.filter(id=scene.merchant.id).update(name="Other", accent_color="#000000")
    again = issue_receipt(
        merchant=merchant_by_id(scene.merchant.id), payment_id=scene.payment().id, now=NOW + SECOND
    )
    assert (again.receipt.id, again.receipt.snapshot) == (first.id, first.snapshot)


def test_a_lone_charges_receipt_is_the_bills_once_the_bill_has_taken_the_charge() -> None:
    scene = a_scene()
    charge = scene.mirror(a_lone_charge("ch_9"))
    first = ask(scene, charge).receipt
    bill = scene.mirror(a_paid_collectible(succeeded("ch_9")), observed_at=NOW + SECOND)
    again = ask(scene, bill).receipt
    assert (again.id, again.number, again.snapshot) == (first.id, first.number, first.snapshot)
    assert ask(scene, bill).receipt.id == first.id
    assert numbers() == [1]


def test_its_notes_move_along_and_are_not_written_twice() -> None:
    scene = a_scene()
    charge = scene.mirror(replace(a_lone_charge("ch_9"), refunds=[a_refund()]))
    ask(scene, charge)
    bill = scene.mirror(
        replace(a_paid_collectible(succeeded("ch_9")), refunds=[a_refund()]), observed_at=NOW + SECOND
    )
    assert [note.number for note in ask(scene, bill).notes] == [2]
    assert numbers() == [1, 2]


def test_a_bill_that_took_more_than_one_charge_says_anew_what_was_proved_in_parts() -> None:
    scene = a_scene()
    for reference, minor in (("ch_a", 3000), ("ch_b", 1900)):
        ask(scene, scene.mirror(a_lone_charge(reference, minor)))
    bill = scene.mirror(
        a_paid_collectible(a_part("ch_a", 3000), a_part("ch_b", 1900)), observed_at=NOW + SECOND
    )
    receipt = ask(scene, bill).receipt
    assert (receipt.number, receipt.version, receipt.snapshot["replaces"]) == (3, 3, [1, 2])
    assert ask(scene, bill).receipt.id == receipt.id
    assert numbers() == [1, 2, 3]


def test_a_bill_of_which_a_part_is_paid_has_no_receipt_though_that_part_has_one() -> None:
    scene = a_scene()
    first = ask(scene, scene.mirror(a_lone_charge("ch_9", 2000))).receipt
    half = a_collectible(state=CollectibleState.DUE, attempts=[a_part("ch_9", 2000)], owed=Money(2900, "EUR"))
    bill = scene.mirror(half, observed_at=NOW + SECOND)
    with pytest.raises(ReceiptRefused) as refused:
        ask(scene, bill)
    assert [part.id for part in refused.value.parts] == [first.id]
    assert numbers() == [1]
    assert Receipt.objects.get(merchant_id=scene.merchant.id).payment_id != bill.id

    whole = a_paid_collectible(a_part("ch_9", 2000), a_part("ch_10", 2900))
    paid = scene.mirror(whole, observed_at=NOW + 2 * SECOND)
    said = ask(scene, paid).receipt.snapshot
    assert (said["amount_minor"], said["replaces"]) == (4900, [1])
    assert numbers() == [1, 2]


def test_a_charge_that_comes_to_a_bill_that_is_no_longer_paid_brings_no_new_version() -> None:
    scene = a_scene()
    first = ask(scene, pay(scene, attempts=[succeeded("ch_2")])).receipt
    ask(scene, scene.mirror(a_lone_charge("ch_9", 2000)))
    void = a_collectible(state=CollectibleState.CANCELED, attempts=[succeeded("ch_2"), a_part("ch_9", 2000)])
    bill = scene.mirror(void, observed_at=NOW + SECOND)
    assert bill.state == "canceled"
    assert ask(scene, bill).receipt.id == first.id
    assert numbers() == [1, 2]
