"""A merchant decides when customers may let something end by themselves; staff may always."""

from __future__ import annotations

import pytest

from paydesk.billing.arrangements.changes.cancel_agreement import CancelRefused
from paydesk.billing.arrangements.ending.note import Said
from paydesk.billing.arrangements.ending.ways import allowed_ways
from paydesk.billing.arrangements.models import AskedBy, CancelNote
from paydesk.config.truths.check import check_truths
from paydesk.events.models import Event
from paydesk.kit import clock
from paydesk.merchants.canceling import CancelOffer, CancelReason, OffersRefused, read_offers
from paydesk.merchants.policies import Policies
from tests.billing.coming.desk import Desk, agreement_state, at_desk, let_policies
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(simulator: Simulator) -> Desk:
    """Ada's next payment is due in ten days, and then each month."""
    desk = at_desk(simulator)
    desk.start(first_day=desk.in_days(10))
    return desk


@pytest.mark.parametrize(
    ("policy", "ways", "without_waiting"),
    [
        ("off", (), ()),
        ("at_end", ("at_end",), ("now",)),
        ("now", ("now",), ("now",)),
        ("both", ("at_end", "now"), ("now",)),
    ],
)
def test_what_may_wait_for_its_end_may_end_at_once_where_nothing_is_paid_ahead(
    policy: str, ways: tuple[str, ...], without_waiting: tuple[str, ...]
) -> None:
    policies = Policies(cancel_subscription=policy, cancel_plan="off")
    may = policies.may_cancel("Studio", is_plan=False)
    assert allowed_ways(may, can_wait=True) == ways
    assert allowed_ways(may, can_wait=False) == without_waiting
    assert allowed_ways(policies.may_cancel("Studio", is_plan=True), can_wait=True) == ()


def test_what_a_merchant_names_is_not_for_customers_to_cancel(desk: Desk) -> None:
    policies = Policies(cancel_off_for="Studio, yearly|Kiln")
    assert [policies.may_cancel(name, is_plan=False) for name in ("Studio, yearly", "Kiln", "Studio")] == [
        "off",
        "off",
        "both",
    ]
    let_policies(desk, cancel_off_for=f"Another|{desk.agreement().name}")
    for when in ("now", "at_end"):
        with pytest.raises(CancelRefused, match="cannot be cancelled here"):
            desk.press_for("cancel", when=when)
    let_policies(desk, cancel_off_for="Another")
    desk.press_for("cancel", when="now")
    assert agreement_state(desk) == "canceled"


def test_what_is_not_allowed_is_refused_to_customers_and_not_to_staff(desk: Desk) -> None:
    for policy, when, why in [
        ("off", "now", "cannot be cancelled here"),
        ("off", "at_end", "cannot be cancelled here"),
        ("at_end", "now", "at the end of what is paid, and not before"),
        ("now", "at_end", "at once, and not for later"),
    ]:
        let_policies(desk, cancel_subscription=policy)
        assert desk.look_at("cancel", when=when).refusal
        with pytest.raises(CancelRefused, match=why):
            desk.press_for("cancel", when=when)
    assert (agreement_state(desk), desk.actions(), desk.told()) == ("active", [], [])
    assert not CancelNote.objects.exists()
    let_policies(desk, cancel_subscription="off")
    assert desk.press_for("cancel", when="now", asked_by=AskedBy.STAFF).is_news


def test_what_pauses_ends_at_once_where_only_its_end_is_allowed(desk: Desk) -> None:
    let_policies(desk, cancel_subscription="at_end")
    desk.press_for("pause", until=desk.in_days(30))
    assert desk.press_for("cancel", when="now").is_news


def test_a_plan_has_a_policy_of_its_own_and_ends_with_what_is_paid(simulator: Simulator) -> None:
    desk = at_desk(simulator)
    desk.start_plan(count=3, first_day=desk.in_days(10))
    let_policies(desk, cancel_plan="off")
    with pytest.raises(CancelRefused, match="cannot be cancelled here"):
        desk.press_for("cancel", when="at_end")
    let_policies(desk, cancel_plan="both")
    desk.pass_days(11)
    assert desk.states() == ["paid", "scheduled", "scheduled"]

    desk.press_for("cancel", when="at_end")
    assert desk.coming() == []
    desk.pass_days(60)

    assert (agreement_state(desk), desk.states()) == ("canceled", ["paid", "canceled", "canceled"])
    assert len(desk.moved()) == 1
    assert check_truths(desk.shop(), now=clock.wall_now()) == []


def test_why_is_kept_and_goes_along_with_every_event_of_the_end(desk: Desk) -> None:
    said = Said(reason=CancelReason.UNUSED, comment="Too little time.", offered=CancelOffer.PAUSE)
    desk.press_for("cancel", when="at_end", said=said)
    desk.press_for("cancel", when="at_end", said=said)
    [note] = CancelNote.objects.filter(merchant_id=desk.merchant.id)
    assert (note.reason, note.comment, note.offered) == ("unused", "Too little time.", "pause")
    assert (note.wanted, note.answer, note.asked_by) == ("at_end", "canceled", "customer")
    desk.pass_days(11)
    events = Event.objects.filter(merchant_id=desk.merchant.id, name="subscription.changed").order_by("id")
    assert [(one.subject["what"], one.subject["reason"], one.subject.get("as_set")) for one in events] == [
        ("cancel_scheduled", "unused", None),
        ("canceled", "unused", 1),
    ]


def test_what_was_said_stays_and_says_that_it_was_taken_back(desk: Desk) -> None:
    desk.press_for("cancel", when="at_end", said=Said(reason=CancelReason.OTHER))
    desk.press_for("undo")
    assert CancelNote.objects.get(merchant_id=desk.merchant.id).undone_at is not None
    desk.press_for("cancel", when="now")
    notes = CancelNote.objects.filter(merchant_id=desk.merchant.id).order_by("id")
    assert [(one.reason, one.undone_at is None) for one in notes] == [("other", False), ("", True)]


def test_an_offer_names_a_reason_and_one_thing_to_offer() -> None:
    assert read_offers("") == {}
    assert read_offers("too_expensive:pause,unused:skip") == {"too_expensive": "pause", "unused": "skip"}
    for wrong, why in [
        ("dear:pause", "'dear' is no reason"),
        ("unused:gift", "unused is followed by one of"),
        ("unused", "unused is followed by one of"),
        ("unused:skip,unused:pause", "one offer, not two"),
    ]:
        with pytest.raises(OffersRefused, match=why):
            read_offers(wrong)
