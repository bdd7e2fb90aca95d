"""What goes wrong with a move: kills, the network, and people who do something else at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial

from paydesk.billing.arrangements.changes.cancel_agreement import cancel_agreement
from paydesk.billing.arrangements.changes.change import ChangeRefused
from paydesk.kit import clock
from tests.drills.money.lane import Arms, Ended, Lane
from tests.drills.money.tiers.kills import operations_of, points_of
from tests.drills.money.work import work_until_idle
from tests.drills.move.scene import FLOWS, Flow, Scene, judged, run_flow, scene_of

_LOST = ("lost_before", "lost_after", "error_after", "garbage_after", "half_open_after")
_OLD = ("subscription.read", "history.list", "subscription.cancel")
_OF_DATES = ("subscription.schedule_cancel", "subscription.undo_cancel")
_OF_PAUSES = ("subscription.pause", "subscription.resume")
_NEW = ("charge.prepare", "charge.confirm")


def kills(acted: Ended) -> Iterator[Arms]:
    """Name each place at which the process can be killed: its points, and each thing that it did."""
    yield from (arms for arms in points_of(acted) if arms.points.startswith("M"))
    yield from operations_of(acted)


def killed(lane: Lane, flow: Flow, arms: Arms) -> list[str]:
    """Kill it there. Who was killed before it was asked for has asked for nothing: the customer asks again."""
    scene = scene_of(lane, flow)
    flow.before(scene)
    acted = lane.run(lambda: flow.act(scene), arms)
    if flow.name == "press":
        scene.ada.begin()
    ends: Sequence[str] = flow.ends
    if (
        flow.name == "take-back"
        and scene.ada.told()[-1:] != ["undone"]
        and scene.ada.move.why != "taken_back"
    ):
        # It was not taken back, and nobody says any more that it shall be.
        ends = ("undone", "done")
    return judged(scene, ends, [acted])


def faults(flow: Flow) -> Iterator[tuple[str, str]]:
    """Name each ask of a flow that can go wrong, and how."""
    of_fence = _OF_PAUSES if flow.terms.get("is_wallet") else _OF_DATES
    for operation in (*_OLD, *of_fence, *_NEW):
        for kind in _LOST:
            yield operation, kind


def disturbed(lane: Lane, flow: Flow, operation: str, kind: str) -> list[str]:
    """Let the next ask of that kind go wrong."""

    def trouble(scene: Scene) -> None:
        company = scene.ada.vault if operation in _NEW else scene.ada.old.account
        company.fault(kind, operation=operation)

    return run_flow(lane, flow, trouble=trouble)[1]


def _named(name: str) -> Flow:
    return next(flow for flow in FLOWS if flow.name == name)


def _silent_over_the_date(lane: Lane, operation: str) -> list[str]:
    """The old company does not answer from before the time until after its own date."""
    flow = _named("dates")
    scene = scene_of(lane, flow)
    flow.before(scene)
    scene.ada.old.account.fault("error_before", operation=operation, times=10_000)
    scene.lane.run(work_until_idle)
    scene.pass_time(timedelta(hours=5.5))
    scene.lane.run(work_until_idle)
    scene.pass_time(timedelta(hours=2))
    scene.lane.run(work_until_idle)
    scene.ada.old.account.no_faults()
    return judged(scene, ["waiting", "done"])


def _vault_is_silent(lane: Lane) -> list[str]:
    """Nobody takes the first payment for so long that the old one is let go on."""
    flow = _named("dates")
    scene = scene_of(lane, flow)
    flow.before(scene)
    scene.ada.vault.fault("error_before", times=10_000)
    for hours in (0, 5.5, 2):
        scene.pass_time(timedelta(hours=hours))
        scene.lane.run(work_until_idle)
    scene.ada.vault.no_faults()
    return judged(scene, ["done"])


def _held_late(lane: Lane) -> list[str]:
    """The ask to hold it gets no answer, and is carried out after the move was taken back."""
    flow = _named("dates")
    scene = scene_of(lane, flow)
    flow.before(scene)
    company = scene.ada.old.account
    company.fault("lost_before", operation="subscription.schedule_cancel")
    scene.lane.run(work_until_idle)
    _take_back(scene)
    scene.lane.run(work_until_idle)
    company.api(f"/subscriptions/{scene.ada.studio.reference}/schedule-cancel", key="late")
    return judged(scene, ["undone"])


def _two_workers(lane: Lane) -> list[str]:
    flow = _named("dates")
    scene = scene_of(lane, flow)
    flow.before(scene)
    running = [lane.start(work_until_idle) for _ in range(2)]
    lane.wait_for_all(running)
    return judged(scene, ["done"])


def _worker_and(lane: Lane, act: Callable[[Scene], object], ends: Sequence[str]) -> list[str]:
    """Somebody does something at the moment at which the worker begins."""
    flow = _named("dates")
    scene = scene_of(lane, flow)
    flow.before(scene)
    lane.wait_for_all([lane.start(work_until_idle), lane.start(lambda: act(scene))])
    return judged(scene, ends)


def _take_back(scene: Scene) -> None:
    try:
        scene.ada.undo()
    except ChangeRefused:
        return


def _cancel(scene: Scene) -> None:
    try:
        cancel_agreement(**scene.ada.named(), when="now", now=clock.wall_now())
    except ChangeRefused:
        return


def _two_tabs(lane: Lane) -> list[str]:
    scene = scene_of(lane, _named("press"))
    lane.wait_for_all([lane.start(scene.ada.begin) for _ in range(3)])
    if len(scene.ada.told()) != 1:
        return [f"it was begun {len(scene.ada.told())} times"]
    scene.until_it_acts()
    return judged(scene, ["done"])


def _cancel_ends_it(lane: Lane) -> list[str]:
    """Whoever is first: the old one is ended and nothing is moved, or the cancelling is refused."""
    flow = _named("dates")
    scene = scene_of(lane, flow)
    flow.before(scene)
    lane.wait_for_all([lane.start(work_until_idle), lane.start(lambda: _cancel(scene))])
    scene.finish()
    paid, move = (len(scene.ada.collected()), len(scene.ada.charged())), scene.ada.move
    scene.end()
    if (move.state, paid) in (("dropped", (1, 0)), ("done", (1, 2))):
        return []
    return [f"the move is {move.state} ({move.why}), and {paid} periods were collected and charged"]


PEOPLE: dict[str, Callable[[Lane], list[str]]] = {
    "the old company is silent over its date": partial(_silent_over_the_date, operation="*"),
    "the old company does not say that it holds it": partial(
        _silent_over_the_date, operation="subscription.schedule_cancel"
    ),
    "the new company is silent": _vault_is_silent,
    "the old company holds it after it was taken back": _held_late,
    "two workers": _two_workers,
    "two tabs": _two_tabs,
    "taken back as the worker begins": partial(_worker_and, act=_take_back, ends=["undone", "done"]),
    "cancelled as the worker begins": _cancel_ends_it,
}
