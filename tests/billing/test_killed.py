"""Killed at any moment of a press: what is left is settled, money moves once, and the books agree with the company."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from paydesk.billing.payments import ask, call_off, retry, settle
from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.settle import look_up_attempt
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from tests.connected import Connected, connected, grow_old
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

#: The steps of a press in their order; each is a commit, an ask, or what follows one.
PRESS = [
    (retry, "in_transaction"),
    (retry, "ask_for_money"),
    (BillingGateway, "prepare_charge"),
    (ask, "_remember"),
    (BillingGateway, "confirm_charge"),
    (ask, "record_outcome"),
    (ask, "reread_quietly"),
    (BillingGateway, "read_collectible"),
]
#: What comes before them when another card waits for its owner's confirmation.
CALLING_OFF = [(BillingGateway, "cancel_charge"), (call_off, "record_outcome")]
#: What comes after them when the answer was lost.
LOOKING_UP = [(BillingGateway, "find_charge"), (settle, "record_outcome"), (settle, "reread_quietly")]


class Killed(BaseException):
    """No code of ours catches it, as none outlives SIGKILL."""


class Kill:
    """Ends the process the first time that a step is come to, before it or when it is done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, *, after: bool) -> None:
        self.has_happened = False
        self._step = getattr(place, name)
        self._after = after
        monkeypatch.setattr(place, name, self._instead())

    def _instead(self) -> Callable[..., Any]:
        """Give a function, which is bound as a method where it stands in the place of one."""

        def come_to(*given: Any, **named: Any) -> Any:
            if self.has_happened:
                return self._step(*given, **named)
            if self._after:
                self._step(*given, **named)
            self.has_happened = True
            raise Killed

        return come_to


def _moments(*steps: tuple[Any, str]) -> list[Any]:
    """Name each moment by its step: before it, and when it is done."""
    return [
        pytest.param(place, name, when == "after", id=f"{when} {place.__name__.rpartition('.')[2]}.{name}")
        for place, name in steps
        for when in ("before", "after")
    ]


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    return connected(simulator)


def _press(scene: Connected, card: str) -> None:
    try:
        scene.press(card)
    except Killed:
        _recover(scene)


def _recover(scene: Connected) -> None:
    """Start again an hour later: what is open is looked up, and a look may be killed as well."""
    for _ in range(2):
        grow_old(scene, timedelta(minutes=61))
        for attempt in scene.attempts():
            try:
                look_up_attempt(merchant=scene.merchant, attempt_id=attempt.id, now=clock.wall_now())
            except Killed:
                continue


def _assert_settled(scene: Connected) -> None:
    assert [one.state for one in scene.attempts() if one.state in Attempt.OPEN] == []
    assert scene.charged() == scene.moved()
    assert scene.payment().state == ("paid" if scene.moved() else "failed")


def _assert_paid_once(scene: Connected, card: str) -> None:
    """What was not paid is paid by the next press; what was is not paid again."""
    _assert_settled(scene)
    if scene.payment().state != "paid":
        scene.press(card)
    _assert_settled(scene)
    assert len(scene.moved()) == 1


@pytest.mark.parametrize(("place", "name", "after"), _moments(*PRESS))
def test_a_press_that_is_killed_charges_once(
    clay: Connected, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, after: bool
) -> None:
    card = clay.save_card("good")
    kill = Kill(monkeypatch, place, name, after=after)
    _press(clay, card)

    assert kill.has_happened
    _assert_paid_once(clay, card)


@pytest.mark.parametrize(("place", "name", "after"), _moments(*PRESS[4:6]))
def test_a_declined_press_that_is_killed_can_be_made_again(
    clay: Connected, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, after: bool
) -> None:
    good = clay.save_card("good")
    kill = Kill(monkeypatch, place, name, after=after)
    _press(clay, "")

    assert kill.has_happened
    assert clay.moved() == []
    _assert_paid_once(clay, good)


@pytest.mark.parametrize(("place", "name", "after"), _moments(*CALLING_OFF, *PRESS[1:5]))
def test_a_switch_to_another_card_that_is_killed_charges_once(
    clay: Connected, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, after: bool
) -> None:
    waiting = clay.press(clay.save_card("secure_when_charged"))
    good = clay.save_card("good")
    kill = Kill(monkeypatch, place, name, after=after)
    _press(clay, good)
    clay.account.answer_bank(
        waiting.prepared_reference
    )  # too late: she confirms in a tab that was still open

    assert kill.has_happened
    _assert_paid_once(clay, good)


@pytest.mark.parametrize(("place", "name", "after"), _moments(*LOOKING_UP))
def test_a_look_up_that_is_killed_settles_the_next_time(
    clay: Connected, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, after: bool
) -> None:
    card = clay.save_card("good")
    clay.account.fault("lost_after", operation="charge.confirm")
    clay.press(card)
    kill = Kill(monkeypatch, place, name, after=after)
    _recover(clay)

    assert kill.has_happened
    _assert_paid_once(clay, card)
