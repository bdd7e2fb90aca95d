"""Whatever is pressed in whatever order: what comes of it is what the page had shown, and the days stay anchored."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from paydesk.billing.arrangements.changes.change import Changed, ChangeRefused
from paydesk.billing.arrangements.coming.upcoming import Upcoming
from paydesk.billing.arrangements.models import AskedBy
from paydesk.billing.payments.charging.plan_out import rhythm_of
from paydesk.billing.payments.models import DueCharge, Payment
from paydesk.config.truths.check import check_truths
from paydesk.kit import clock
from tests.billing.coming.desk import Desk, at_desk, without_rows
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

_NUMBERS = count(1)
_STEPS = some.one_of(
    some.tuples(some.just("move"), some.integers(-16, 16)),
    some.tuples(some.just("skip"), some.just(0)),
    some.tuples(some.just("unskip"), some.just(0)),
    some.tuples(some.just("pause"), some.integers(0, 95)),
    some.tuples(some.just("resume"), some.just(0)),
    some.tuples(some.just("end"), some.just(0)),
    some.tuples(some.just("undo"), some.just(0)),
    some.tuples(some.just("days"), some.integers(1, 40)),
)
_RHYTHMS = some.sampled_from([("month", 1), ("week", 1), ("day", 10), ("week", 2), ("month", 3)])


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=some.lists(_STEPS, min_size=3, max_size=8),
    rhythm=_RHYTHMS,
    begins=some.integers(1, 20),
    payments_count=some.sampled_from([None, None, 4]),
)
@example(
    steps=[("skip", 0), ("pause", 60), ("days", 30), ("resume", 0), ("unskip", 0), ("days", 40)],
    rhythm=("month", 1),
    begins=5,
    payments_count=None,
)
@example(
    steps=[
        ("move", 12),
        ("pause", 33),
        ("resume", 0),
        ("move", -9),
        ("days", 20),
        ("pause", 90),
        ("days", 95),
    ],
    rhythm=("week", 1),
    begins=9,
    payments_count=4,
)
def test_what_was_shown_comes_true(
    simulator: Simulator,
    steps: list[tuple[str, int]],
    rhythm: tuple[str, int],
    begins: int,
    payments_count: int | None,
) -> None:
    desk = at_desk(simulator, slug=f"clay-{next(_NUMBERS)}")
    start = desk.start if payments_count is None else desk.start_plan
    given_count = {} if payments_count is None else {"count": payments_count}
    start(first_day=desk.in_days(begins), interval_unit=rhythm[0], interval_count=rhythm[1], **given_count)
    for what, number in steps:
        if what == "days":
            desk.pass_days(number)
        else:
            _press(desk, what, number)
        _require_order(desk)
    assert desk.moved() == desk.charged()
    assert len(desk.moved()) == desk.states().count("paid")
    assert check_truths(desk.shop(), now=clock.wall_now()) == []


def _press(desk: Desk, what: str, number: int) -> None:
    about = _about(desk, what, number)
    if about is None:
        return
    button, given_ = about
    before = desk.coming()
    shown = desk.look_at(button, **given_)
    assert list(shown.before) == before
    changed = _pressed(desk, button, given_)
    if isinstance(changed, str):
        assert changed == shown.refusal
        assert desk.coming() == before
        return
    assert changed.is_news == (shown.refusal is None and _differs(desk, button, shown.after, before))
    if changed.is_news:
        assert without_rows(desk.coming()) == without_rows(shown.after)
    after = desk.coming()
    assert not desk.press_for(button, **given_).is_news
    assert desk.coming() == after


def _pressed(desk: Desk, button: str, given_: dict[str, Any]) -> Changed | str:
    try:
        return desk.press_for(button, **given_)
    except ChangeRefused as refused:
        return str(refused)


def _differs(desk: Desk, button: str, after: Any, before: list[Upcoming]) -> bool:
    """A pause into which nothing falls shows the same days, and is news all the same."""
    return button in {"pause", "resume"} or list(after) != before or _is_ending(desk)


def _is_ending(desk: Desk) -> bool:
    return desk.agreement().cancels_at is not None


def _about(desk: Desk, what: str, number: int) -> tuple[str, dict[str, Any]] | None:
    """Give the button and what is chosen beside it; None when the page would not have it."""
    payments = desk.payments()
    scheduled = [one for one in payments if one.state == Payment.State.SCHEDULED]
    if what in {"move", "skip"}:
        if not scheduled:
            return None
        chosen: dict[str, Any] = {"payment": scheduled[0]}
        return what, chosen | ({"to": desk.in_days(number)} if what == "move" else {})
    if what == "unskip":
        skipped = [one for one in payments if one.state == Payment.State.SKIPPED]
        return ("unskip", {"payment": skipped[-1]}) if skipped else None
    if what == "pause":
        return "pause", {"until": desk.in_days(number)}
    if what == "end":
        return "cancel", {"when": "at_end", "asked_by": AskedBy.STAFF}
    return what, {}


def _require_order(desk: Desk) -> None:
    """Days are anchored and in order, what is to be charged is in the run on its day, and a plan is owed whole."""
    agreement, payments = desk.agreement(), desk.payments()
    days = [one.day for one in desk.coming() if not one.is_overdue]
    assert days == sorted(set(days))
    rhythm = rhythm_of(agreement)
    for one in payments:
        assert one.planned_date is not None
        assert one.planned_date == rhythm.day(rhythm.first_index_from(one.planned_date))
        row = DueCharge.objects.get(merchant_id=desk.merchant.id, payment_id=one.id)
        ends = agreement.cancels_at is not None and one.due_at >= agreement.cancels_at
        if one.state == Payment.State.SCHEDULED and not ends and agreement.state != "paused":
            assert row.due_at is not None
        elif one.state in {Payment.State.SKIPPED, Payment.State.CANCELED} or ends:
            assert row.due_at is None
    if agreement.payments_total is not None:
        assert sum(one.amount_minor for one in payments) == agreement.total_minor
    if agreement.state in {"active", "past_due"} and agreement.payments_total is None:
        assert any(one.state == Payment.State.SCHEDULED for one in payments)
