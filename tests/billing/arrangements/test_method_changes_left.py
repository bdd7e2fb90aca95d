"""A change of what pays that was left in the middle is finished, once, or says what the company refused."""

import pytest

from paydesk.billing.arrangements.carry_out import GIVE_UP_AFTER, LEASE
from paydesk.billing.arrangements.differences import sentence_of
from paydesk.billing.arrangements.models import MethodChange
from paydesk.billing.arrangements.remove_method import RemoveRefused
from paydesk.billing.arrangements.switch_method import SwitchRefused
from paydesk.kit import clock
from paydesk.sync.disconnect import disconnect
from paydesk.work.claim import Claim, finish
from tests.billing.arrangements.studio import (
    a_studio,
    left_by_a_killed_process,
    let_due,
    reference_of,
    remove,
    state_of,
    switch,
    what_pays,
)
from tests.connected import Connected, revoke_key, work_off
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    """Ada pays "Studio" with her usual card and "Kiln" with a card of its own."""
    return a_studio(simulator)


def test_while_the_company_is_silent_nothing_is_changed(clay: Connected) -> None:
    before = what_pays(clay)
    card = clay.save_card("good")
    clay.account.fault("error_before", operation="method.list", times=1)

    with pytest.raises(SwitchRefused, match="Nothing was changed"):
        switch(clay, card, "Studio", "Kiln", default=True)
    assert what_pays(clay) == before


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "error_before", "error_after", "busy"])
@pytest.mark.parametrize("operation", ["method.default", "subscription.method"])
def test_a_change_without_an_answer_is_finished_by_the_worker(
    clay: Connected, kind: str, operation: str
) -> None:
    card = clay.save_card("good")
    clay.account.fault(kind, operation=operation, times=1)

    change = switch(clay, card, "Studio", "Kiln", default=True)
    assert (change.state, change.confirmed_at) == ("open", None)

    let_due(clay, change)
    work_off("changes")
    assert state_of(clay, change) == "confirmed"
    assert what_pays(clay) == {"Studio": card, "Kiln": card, "everything else": card}


def test_what_a_killed_process_left_is_finished_by_the_worker(clay: Connected) -> None:
    card = clay.save_card("good")
    change = left_by_a_killed_process(clay, card)

    work_off("changes")
    assert state_of(clay, change) == "open"  # somebody may still hold it
    let_due(clay, change)
    work_off("changes")

    assert state_of(clay, change) == "confirmed"
    assert what_pays(clay)["everything else"] == card


def test_a_second_change_waits_for_the_first(clay: Connected) -> None:
    card, other = clay.save_card("good"), clay.save_card("good")
    left_by_a_killed_process(clay, card)

    with pytest.raises(SwitchRefused, match="being made right now"):
        switch(clay, other, default=True)
    with pytest.raises(RemoveRefused, match="being made right now"):
        remove(clay, other)


def test_a_later_change_takes_the_place_of_a_dead_one_for_good(clay: Connected) -> None:
    card, other = clay.save_card("good"), clay.save_card("good")
    dead = left_by_a_killed_process(clay, card)
    let_due(clay, dead)

    assert switch(clay, other, "Studio", default=True).state == "confirmed"
    work_off("changes")

    assert state_of(clay, dead) == "superseded"
    assert what_pays(clay)["everything else"] == other
    late = Claim(row_id=dead.id, merchant_id=clay.merchant.id, fence=dead.fence, tries_count=0)
    assert not finish(MethodChange, late, state="confirmed")


def test_a_step_that_the_company_refuses_is_said_and_so_is_what_it_charges_now(clay: Connected) -> None:
    before = what_pays(clay)
    card = clay.save_card("good")
    clay.account.api(f"/methods/{reference_of(clay, card)}/remove", key="at-the-company")
    change = left_by_a_killed_process(clay, card)
    let_due(clay, change)
    work_off("changes")

    refused = MethodChange.objects.get(merchant_id=clay.merchant.id, id=change.id)
    assert refused.state == "refused"
    assert "did not accept" in sentence_of(refused)
    assert what_pays(clay) == before


def test_a_card_that_is_gone_at_the_company_is_not_offered_for_anything(clay: Connected) -> None:
    card = clay.save_card("good")
    clay.account.api(f"/methods/{reference_of(clay, card)}/remove", key="at-the-company")

    change_or_refusal = _outcome(clay, card)
    assert "refused" in change_or_refusal


def _outcome(scene: Connected, card: str) -> str:
    try:
        return switch(scene, card, "Studio", default=True).state
    except SwitchRefused as refused:
        return f"refused: {refused}"


def test_a_revoked_key_leaves_the_change_waiting_and_no_harm(clay: Connected) -> None:
    card = clay.save_card("good")
    change = left_by_a_killed_process(clay, card)
    let_due(clay, change)
    revoke_key(clay)

    work_off("changes")

    assert state_of(clay, change) in {"open", "refused"}


def test_what_is_carried_out_late_takes_off_nothing_that_is_needed_by_then(clay: Connected) -> None:
    spare = clay.save_card("good")
    change = left_by_a_killed_process(clay, spare, verb="remove")
    clay.account.subscription(clay.customer, name="Glaze", method=reference_of(clay, spare))
    clay.take_over()

    let_due(clay, change)
    work_off("changes")

    assert what_pays(clay)["Glaze"] == spare
    refused = MethodChange.objects.get(merchant_id=clay.merchant.id, id=change.id)
    assert (refused.state, refused.refusal) == ("refused", "still_needed")
    assert "needed by now" in sentence_of(refused)


def test_a_change_that_nobody_answered_for_an_hour_is_given_up(clay: Connected) -> None:
    before = what_pays(clay)
    change = left_by_a_killed_process(clay, clay.save_card("good"))
    MethodChange.objects.filter(merchant_id=clay.merchant.id, id=change.id).update(
        created_at=clock.wall_now() - GIVE_UP_AFTER - LEASE
    )

    let_due(clay, change)
    work_off("changes")

    assert state_of(clay, change) == "refused"
    assert what_pays(clay) == before


def test_closing_a_connection_ends_what_is_open_there(clay: Connected) -> None:
    change = left_by_a_killed_process(clay, clay.save_card("good"))

    disconnect(merchant_id=clay.merchant.id, connection_id=clay.connection.id, now=clock.wall_now())
    work_off("changes")

    left = MethodChange.objects.get(merchant_id=clay.merchant.id, id=change.id)
    assert (left.state, left.due_at) == ("superseded", None)
