"""What companies tell us, in any order and any number, ends in the truth and is in the books once."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.record import record_outcome
from paydesk.gateways.records import (
    CollectibleState,
    DisputeRecord,
    Outcome,
    RefundRecord,
    SettledBy,
    Verdict,
)
from paydesk.kit.money import Money
from tests.billing.scene import NOW, PRICE, a_collectible, a_paid_collectible, a_scene, declined, succeeded

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


def test_a_failed_bill_is_a_failed_payment_with_its_story() -> None:
    scene = a_scene()
    scene.mirror(a_collectible())

    payment = scene.payment()
    assert (payment.state, payment.amount_minor, payment.number) == ("failed", 4900, "B-0001")
    assert [(one.state, one.decline_reason) for one in scene.attempts()] == [
        ("declined", "insufficient_funds")
    ]
    assert scene.books() == []
    assert scene.events() == ["payment.failed"]


def test_hearing_it_twice_changes_nothing() -> None:
    scene = a_scene()
    for _ in range(3):
        scene.mirror(a_paid_collectible(succeeded("ch_2")))

    assert len(scene.attempts()) == 2
    assert scene.books() == [("charge", "ch_2", 4900)]
    assert scene.events() == ["payment.succeeded"]


def test_a_slow_old_answer_that_overtakes_a_new_one_is_not_believed() -> None:
    scene = a_scene()
    scene.mirror(a_paid_collectible(succeeded("ch_2")), observed_at=LATER)
    scene.mirror(a_collectible(), observed_at=NOW)

    assert scene.payment().state == "paid"


def test_every_order_of_the_same_answers_ends_in_the_same_state() -> None:
    refunded = replace(
        a_paid_collectible(succeeded("ch_2")),
        refunds=[RefundRecord(reference="re_1", amount=Money(900, "EUR"), state="succeeded", created_at=NOW)],
    )
    answers = [
        (a_collectible(state=CollectibleState.DUE, attempts=[]), NOW),
        (a_collectible(), NOW + timedelta(seconds=1)),
        (a_paid_collectible(succeeded("ch_2")), NOW + timedelta(seconds=2)),
        (refunded, NOW + timedelta(seconds=3)),
    ]
    for turn, order in enumerate(permutations(answers)):
        scene = a_scene(f"shop-{turn}")
        for record, observed_at in (*order, order[0]):
            scene.mirror(record, observed_at=observed_at)

        payment = scene.payment()
        assert (payment.state, payment.paid_minor, payment.refunded_minor) == ("paid", 4900, 900)
        assert scene.books() == [("charge", "ch_2", 4900), ("refund", "re_1", 900)]
        assert scene.events().count("payment.succeeded") == 1


def test_a_webhook_that_comes_before_our_answer_settles_our_attempt_once() -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    scene.mirror(a_paid_collectible(succeeded("ch_2")), observed_at=LATER)
    record_outcome(
        merchant_id=scene.merchant.id,
        attempt_id=attempt.id,
        outcome=Outcome(verdict=Verdict.SUCCEEDED, reference="ch_2", amount=PRICE, occurred_at=NOW),
        now=LATER,
    )

    assert [(one.origin, one.state) for one in scene.attempts()] == [
        ("gateway", "declined"),
        ("paydesk", "succeeded"),
    ]
    assert scene.books() == [("charge", "ch_2", 4900)]
    assert scene.events() == ["payment.failed", "payment.succeeded"]


def test_a_decline_that_a_webhook_told_first_is_absorbed_by_our_attempt() -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    scene.mirror(a_collectible(attempts=[declined("ch_1"), declined("ch_2")]), observed_at=LATER)
    assert scene.payment().state == "processing"

    record_outcome(
        merchant_id=scene.merchant.id, attempt_id=attempt.id, outcome=declined("ch_2").outcome, now=LATER
    )

    assert [(one.reference, one.origin) for one in scene.attempts()] == [
        ("ch_1", "gateway"),
        ("ch_2", "paydesk"),
    ]
    assert scene.payment().state == "failed"


def test_our_tag_finds_our_attempt() -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    scene.mirror(
        a_collectible(attempts=[declined("ch_1"), declined("ch_2", tag=attempt.public_id)]), observed_at=LATER
    )

    assert [one.state for one in scene.attempts()] == ["declined", "declined"]
    assert scene.attempts()[1].origin == "paydesk"
    assert scene.payment().state == "failed"


def test_a_second_success_is_kept_and_said() -> None:
    scene = a_scene()
    payment = scene.mirror(a_collectible())
    attempt = scene.open_attempt(payment)
    scene.mirror(a_paid_collectible(succeeded("ch_2")), observed_at=LATER)
    Attempt.objects.filter(id=attempt.id).update(state="abandoned", reference="")
    record_outcome(
        merchant_id=scene.merchant.id,
        attempt_id=attempt.id,
        outcome=Outcome(verdict=Verdict.SUCCEEDED, reference="ch_3", amount=PRICE, occurred_at=NOW),
        now=LATER,
    )

    assert scene.books() == [("charge", "ch_2", 4900), ("charge", "ch_3", 4900)]
    assert "payment.contradicted" in scene.events()


def test_a_paid_payment_does_not_become_unpaid_again() -> None:
    scene = a_scene()
    scene.mirror(a_paid_collectible(succeeded("ch_2")))
    scene.mirror(a_collectible(), observed_at=LATER)

    assert scene.payment().state == "paid"
    assert scene.events() == ["payment.succeeded", "payment.contradicted"]


@pytest.mark.parametrize(
    ("settled_by", "amount", "books"),
    [
        (SettledBy.BALANCE, PRICE, [("balance", "bill_1", 4900)]),
        (SettledBy.EXTERNAL, PRICE, [("external", "bill_1", 4900)]),
        (SettledBy.ZERO, Money(0, "EUR"), []),
    ],
)
def test_what_no_attempt_paid_is_paid_all_the_same(
    settled_by: SettledBy, amount: Money, books: list[tuple[str, str, int]]
) -> None:
    scene = a_scene()
    scene.mirror(
        a_collectible(
            state=CollectibleState.PAID, paid_at=NOW, settled_by=settled_by, amount=amount, attempts=[]
        )
    )

    assert (scene.payment().state, scene.payment().settled_by) == ("paid", settled_by.value)
    assert scene.books() == books


def test_a_dispute_takes_the_money_and_a_won_one_gives_it_back() -> None:
    scene = a_scene()
    dispute = DisputeRecord(reference="dp_1", amount=PRICE, state="open", created_at=NOW)
    scene.mirror(replace(a_paid_collectible(succeeded("ch_2")), disputes=[dispute]))
    assert scene.books() == [("charge", "ch_2", 4900), ("dispute", "dp_1", 4900)]

    scene.mirror(
        replace(a_paid_collectible(succeeded("ch_2")), disputes=[replace(dispute, state="won")]),
        observed_at=LATER,
    )
    assert ("reversal", "dp_1", 4900) in scene.books()


def test_an_import_is_no_news() -> None:
    scene = a_scene()
    scene.mirror(a_paid_collectible(succeeded("ch_2")), is_news=False)

    assert scene.events() == []


@pytest.mark.parametrize("verdict", [Verdict.UNKNOWN, Verdict.PENDING, Verdict.NEEDS_CUSTOMER])
def test_doubt_leaves_the_attempt_open_and_the_payment_on_its_way(verdict: Verdict) -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    after = record_outcome(
        merchant_id=scene.merchant.id, attempt_id=attempt.id, outcome=Outcome(verdict=verdict), now=LATER
    )

    assert after.state == verdict.value
    assert after.due_at is not None
    assert scene.payment().state == "processing"


def test_an_ask_that_never_arrived_leaves_the_payment_to_be_tried_again() -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    record_outcome(
        merchant_id=scene.merchant.id,
        attempt_id=attempt.id,
        outcome=Outcome(verdict=Verdict.NEVER_SEEN),
        now=LATER,
    )

    assert scene.attempts()[1].state == "abandoned"
    assert scene.payment().state == "failed"


def test_the_constraint_shows_that_there_is_one_open_attempt() -> None:
    from django.db import IntegrityError, transaction

    scene = a_scene()
    payment = scene.mirror(a_collectible())
    scene.open_attempt(payment)
    with pytest.raises(IntegrityError), transaction.atomic():
        scene.open_attempt(payment)


def test_an_amount_that_is_not_what_we_asked_for_is_kept_and_said() -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    record_outcome(
        merchant_id=scene.merchant.id,
        attempt_id=attempt.id,
        outcome=Outcome(
            verdict=Verdict.SUCCEEDED, reference="ch_2", amount=Money(4800, "EUR"), occurred_at=NOW
        ),
        now=LATER,
    )

    assert scene.books() == [("charge", "ch_2", 4800)]
    assert "payment.contradicted" in scene.events()


def test_two_merchants_may_have_the_same_references() -> None:
    one, two = a_scene("one"), a_scene("two")
    one.mirror(a_paid_collectible(succeeded("ch_2")))
    two.mirror(a_collectible())

    assert [one.payment().state, two.payment().state] == ["paid", "failed"]
    assert Payment.objects.count() == 2


def test_a_bill_that_was_settled_without_a_charge_ends_our_attempt_and_is_read_again() -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    record_outcome(
        merchant_id=scene.merchant.id,
        attempt_id=attempt.id,
        outcome=Outcome(verdict=Verdict.SUCCEEDED),
        now=LATER,
    )
    assert (scene.attempts()[1].state, scene.payment().state) == ("abandoned", "processing")

    scene.mirror(
        a_collectible(state=CollectibleState.PAID, paid_at=NOW, settled_by=SettledBy.EXTERNAL),
        observed_at=LATER,
    )
    assert scene.payment().state == "paid"
    assert scene.books() == [("external", "bill_1", 4900)]


def test_what_was_paid_in_part_leaves_the_rest_to_be_paid() -> None:
    scene = a_scene()
    part = replace(succeeded("ch_2"), outcome=replace(succeeded("ch_2").outcome, amount=Money(1900, "EUR")))
    bill = a_collectible(attempts=[declined("ch_1"), part], owed=Money(3000, "EUR"))

    open_bill = scene.mirror(bill)
    assert (open_bill.state, open_bill.paid_minor, open_bill.owed_minor) == ("failed", 1900, 3000)

    rest = replace(succeeded("ch_3"), outcome=replace(succeeded("ch_3").outcome, amount=Money(3000, "EUR")))
    paid = scene.mirror(a_paid_collectible(part, rest), observed_at=NOW + timedelta(minutes=1))
    assert (paid.state, paid.paid_minor, paid.owed_minor) == ("paid", 4900, 0)
    assert paid.contradicted_at is None
