"""A part of a bill that somebody pays beside us leaves the rest owed, and makes nothing paid that is not."""

from dataclasses import replace

import pytest

from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.record import record_outcome
from paydesk.gateways.records import CollectibleState, SettledBy
from paydesk.kit.money import Money
from tests.billing.proof import SECOND, a_part, ask, pay
from tests.billing.scene import NOW, Scene, a_collectible, a_paid_collectible, a_scene, declined, succeeded

pytestmark = pytest.mark.django_db

PART_PAID = a_collectible(
    state=CollectibleState.DUE, owed=Money(2900, "EUR"), attempts=[declined("ch_1"), a_part("ch_desk", 2000)]
)


def _record(scene: Scene, attempt: Attempt, reference: str, minor: int) -> Attempt:
    outcome = a_part(reference, minor).outcome
    return record_outcome(
        merchant_id=scene.merchant.id, attempt_id=attempt.id, outcome=outcome, now=NOW + 2 * SECOND
    )


def _tries(scene: Scene) -> list[tuple[str, str, str]]:
    return [(one.reference, one.origin, one.state) for one in scene.attempts()]


@pytest.mark.parametrize("state", ["needs_customer", "unknown", "submitted"])
def test_a_part_that_somebody_else_paid_is_not_what_we_asked_for(state: str) -> None:
    scene = a_scene()
    scene.open_attempt(scene.mirror(a_collectible()), state=state)
    scene.mirror(PART_PAID, observed_at=NOW + SECOND)

    payment = scene.payment()
    assert (payment.state, payment.owed_minor, payment.paid_minor) == ("processing", 2900, 2000)
    assert [one.state for one in scene.attempts()] == ["declined", state, "succeeded"]
    assert payment.contradicted_at is None


def test_just_what_we_asked_for_is_ours_though_the_bill_is_not_said_to_be_paid_yet() -> None:
    scene = a_scene()
    scene.open_attempt(scene.mirror(a_collectible()))
    bill = a_collectible(state=CollectibleState.DUE, attempts=[declined("ch_1"), succeeded("ch_2")])
    scene.mirror(bill, observed_at=NOW + SECOND)

    assert _tries(scene)[1:] == [("ch_2", "paydesk", "succeeded")]
    assert (scene.payment().state, scene.payment().owed_minor) == ("paid", 0)
    assert scene.payment().contradicted_at is None

    scene.mirror(bill, observed_at=scene.payment().observed_at + SECOND)
    assert (scene.payment().state, scene.payment().contradicted_at) == ("paid", NOW)


def test_beside_a_part_that_was_paid_meanwhile_ours_is_the_charge_that_paid_the_rest() -> None:
    scene = a_scene()
    scene.open_attempt(scene.mirror(a_collectible()))
    scene.mirror(a_paid_collectible(a_part("ch_desk", 2000), a_part("ch_2", 2900)), observed_at=NOW + SECOND)

    assert _tries(scene)[1:] == [("ch_2", "paydesk", "succeeded"), ("ch_desk", "gateway", "succeeded")]
    payment = scene.payment()
    assert (payment.state, payment.owed_minor, payment.paid_minor) == ("paid", 0, 4900)


@pytest.mark.parametrize("state", [CollectibleState.CANCELED, CollectibleState.WRITTEN_OFF])
def test_a_part_of_a_bill_that_was_given_up_is_not_ours_either(state: CollectibleState) -> None:
    scene = a_scene()
    scene.open_attempt(scene.mirror(a_collectible()))
    scene.mirror(replace(PART_PAID, state=state, owed=None), observed_at=NOW + SECOND)

    assert [one.state for one in scene.attempts()] == ["declined", "submitted", "succeeded"]
    assert (scene.payment().state, scene.payment().owed_minor) == (state.value, 0)


def test_a_part_beside_which_the_rest_was_paid_outside_is_not_ours_either() -> None:
    scene = a_scene()
    scene.open_attempt(scene.mirror(a_collectible()))
    paid = replace(a_paid_collectible(a_part("ch_desk", 2000)), settled_by=SettledBy.ATTEMPT)
    scene.mirror(paid, observed_at=NOW + SECOND)

    assert [one.state for one in scene.attempts()] == ["declined", "submitted", "succeeded"]
    assert scene.payment().state == "paid"


def test_an_answer_over_less_than_we_asked_for_leaves_the_rest_due_until_a_reading_says_more() -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    settled = _record(scene, attempt, "ch_2", 2000)

    payment = scene.payment()
    assert (settled.state, settled.amount_minor) == ("succeeded", 2000)
    assert (payment.state, payment.owed_minor, payment.paid_minor) == ("due", 2900, 2000)
    assert (payment.paid_at, payment.settled_by) == (None, "")
    assert scene.books() == [("charge", "ch_2", 2000)]
    assert scene.events() == ["payment.failed", "payment.contradicted"]

    scene.mirror(
        a_paid_collectible(a_part("ch_desk", 2900), a_part("ch_2", 2000)), observed_at=NOW + 3 * SECOND
    )
    assert (scene.payment().state, scene.payment().owed_minor) == ("paid", 0)
    assert scene.events()[-1] == "payment.succeeded"


def test_a_charge_that_a_reading_told_of_first_is_taken_off_what_is_owed_once() -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    scene.mirror(PART_PAID, observed_at=NOW + SECOND)
    _record(scene, attempt, "ch_desk", 2000)

    assert _tries(scene)[1:] == [("ch_desk", "paydesk", "succeeded")]
    payment = scene.payment()
    assert (payment.state, payment.owed_minor, payment.paid_minor) == ("due", 2900, 2000)


def test_a_late_answer_over_less_leaves_an_ask_that_is_still_open_on_its_way() -> None:
    scene = a_scene()
    first = scene.open_attempt(scene.mirror(a_collectible()))
    Attempt.objects.filter(merchant_id=scene.merchant.id, id=first.id).update(state="abandoned")
    scene.open_attempt(scene.payment())
    _record(scene, first, "ch_2", 2000)

    assert (scene.payment().state, scene.payment().owed_minor) == ("processing", 2900)


def test_a_late_answer_over_less_does_not_open_a_bill_that_was_given_up() -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    scene.mirror(a_collectible(state=CollectibleState.CANCELED), observed_at=NOW + SECOND)
    _record(scene, attempt, "ch_2", 2000)

    assert (scene.payment().state, scene.payment().owed_minor) == ("canceled", 0)
    assert scene.books() == [("charge", "ch_2", 2000)]
    assert "payment.contradicted" in scene.events()


def test_an_answer_over_all_that_was_asked_for_pays_what_a_part_had_left() -> None:
    scene = a_scene()
    payment = scene.mirror(PART_PAID)
    attempt = scene.open_attempt(payment)
    Attempt.objects.filter(merchant_id=scene.merchant.id, id=attempt.id).update(amount_minor=2900)
    _record(scene, attempt, "ch_2", 2900)

    assert (scene.payment().state, scene.payment().owed_minor, scene.payment().paid_minor) == (
        "paid",
        0,
        4900,
    )
    assert scene.payment().contradicted_at is None


@pytest.mark.parametrize("settled_by", [SettledBy.ATTEMPT, SettledBy.EXTERNAL])
def test_what_was_paid_outside_beside_a_card_is_in_the_books_and_on_the_receipt(
    settled_by: SettledBy,
) -> None:
    scene = a_scene()
    for _ in range(2):
        pay(scene, attempts=[a_part("ch_a", 2000)], settled_by=settled_by)

    assert scene.books() == [("charge", "ch_a", 2000), ("external", "bill_1", 2900)]
    parts = ask(scene).receipt.snapshot["paid_with"]
    assert [(part["by"], part["amount_minor"]) for part in parts] == [("method", 2000), ("outside", 2900)]


def test_what_came_from_a_balance_beside_a_card_is_in_the_books_as_that() -> None:
    scene = a_scene()
    pay(scene, attempts=[a_part("ch_a", 2000)], settled_by=SettledBy.BALANCE)

    assert scene.books() == [("balance", "bill_1", 2900), ("charge", "ch_a", 2000)]


def test_what_cards_paid_whole_was_not_paid_outside_too() -> None:
    scene = a_scene()
    pay(scene, attempts=[a_part("ch_a", 2000), a_part("ch_b", 2900)], settled_by=SettledBy.ATTEMPT)

    assert scene.books() == [("charge", "ch_a", 2000), ("charge", "ch_b", 2900)]
