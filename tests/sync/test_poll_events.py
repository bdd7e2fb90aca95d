"""Events whose webhooks were lost are asked for: none is missed, none is worked twice, a kill costs nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

import pytest

from paydesk.billing.payments.models import Payment, Refund
from paydesk.gateways.contract import Gateway, GatewayRefused, GatewayUnreachable, WebhookEvent
from paydesk.gateways.records import Page
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from paydesk.sync.models import EventPoll, InboxEvent
from paydesk.sync.poll_events import poll_connection, poll_events
from tests.connected import Connected, connected, revoke_key, work_off
from tests.journeys.installation import PAYDESK, database_url
from tests.processes import running_process
from tests.simulator import Simulator
from tests.sync.books import books_of, twin_of

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 60


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    return connected(simulator)


class Listing:
    """A company that lists made-up events, the newest first, and falls silent or refuses when it is told to."""

    def __init__(self, events: Sequence[WebhookEvent], *, page: int = 10) -> None:
        self.events = list(events)
        self.page = page
        self.asked: list[str] = []
        self.trouble: dict[int, Exception] = {}

    def list_events(self, *, cursor: str = "") -> Page[WebhookEvent]:
        self.asked.append(cursor)
        if trouble := self.trouble.pop(len(self.asked), None):
            raise trouble
        ids = [event.event_id for event in self.events]
        begin = ids.index(cursor) + 1 if cursor else 0
        found = self.events[begin : begin + self.page]
        has_more = begin + self.page < len(self.events)
        return Page(records=found, next_cursor=found[-1].event_id if has_more else "")

    def poll(self, row: EventPoll, *, seconds: float = 60) -> bool:
        """Ask as the job does."""
        row.refresh_from_db()
        until = clock.wall_now() + timedelta(seconds=seconds)
        return poll_connection(gateway=cast("Gateway", self), poll=row, until=until)


def _events(
    count: int, *, newest_at: datetime, every: timedelta = timedelta(minutes=1)
) -> list[WebhookEvent]:
    return [
        WebhookEvent(
            event_id=f"evt_{count - number:06}",
            kind="moon.rose",
            body=b'{"object": {}}',
            created_at=newest_at - number * every,
        )
        for number in range(count)
    ]


def _row(scene: Connected, *, complete_until: datetime) -> EventPoll:
    return EventPoll.objects.create(
        merchant_id=scene.merchant.id, connection_id=scene.connection.id, complete_until=complete_until
    )


def _stored() -> int:
    return InboxEvent.objects.count()


def test_what_no_webhook_brought_is_asked_for_and_read(clay: Connected) -> None:
    clay.account.bill(clay.customer, title="New")
    poll_events(clock.wall_now())
    work_off("inbox")

    assert Payment.objects.filter(merchant_id=clay.merchant.id).count() == 2


def test_an_event_that_a_webhook_brought_too_is_one(clay: Connected) -> None:
    clay.hear()
    heard = _stored()
    InboxEvent.objects.all()[0].delete()
    for _ in range(2):
        EventPoll.objects.update(complete_until=clay.connection.created_at - timedelta(days=1))
        poll_events(clock.wall_now())
        clay.hear()

    assert _stored() == heard


def test_the_first_asking_goes_back_to_where_the_connection_was_opened(clay: Connected) -> None:
    opened_at = clay.connection.created_at
    listing = Listing(_events(300, newest_at=opened_at + timedelta(minutes=100)))
    listing.poll(_row(clay, complete_until=opened_at))

    assert _stored() == 100 + 1 + 10
    assert len(listing.asked) == 12


def test_a_walk_that_is_cut_short_goes_on_where_it_was_and_only_its_end_moves_the_mark(
    clay: Connected,
) -> None:
    now = clock.wall_now()
    listing = Listing(_events(95, newest_at=now))
    row = _row(clay, complete_until=now - timedelta(days=7))
    listing.trouble = {5: GatewayUnreachable("reset")}
    with pytest.raises(GatewayUnreachable):
        listing.poll(row)
    row.refresh_from_db()
    assert (_stored(), row.complete_until) == (40, now - timedelta(days=7))

    listing.events = _events(3, newest_at=clock.wall_now()) + [  # what happens meanwhile is for the next walk
        event for event in listing.events if event.event_id > "evt_000003"
    ]
    assert listing.poll(row)
    row.refresh_from_db()
    assert listing.asked[5] == listing.asked[4] == "evt_000056"
    assert now <= row.complete_until <= clock.wall_now()
    assert _stored() == 92

    assert listing.poll(row)
    assert _stored() == 95


def test_one_turn_is_bounded_in_time_and_keeps_what_it_has(clay: Connected) -> None:
    now = clock.wall_now()
    listing = Listing(_events(35, newest_at=now))
    row = _row(clay, complete_until=now - timedelta(days=7))

    assert [listing.poll(row, seconds=-1) for _ in range(4)] == [False, False, False, True]
    assert _stored() == 35
    assert len(listing.asked) == 4


def test_a_place_that_is_not_kept_any_more_is_begun_anew(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = _row(clay, complete_until=clay.connection.created_at)
    EventPoll.objects.filter(id=row.id).update(cursor="evt_of_last_year", walk_began_at=clock.wall_now())
    clay.account.bill(clay.customer, title="New")
    whole = BillingGateway.list_events

    def refuse_a_stranger(self: BillingGateway, *, cursor: str = "") -> Page[WebhookEvent]:
        if cursor == "evt_of_last_year":
            raise GatewayRefused("No such event.")
        return whole(self, cursor=cursor)

    monkeypatch.setattr(BillingGateway, "list_events", refuse_a_stranger)
    poll_events(clock.wall_now())
    row.refresh_from_db()
    assert (row.cursor, row.trouble, _stored()) == ("", "No such event.", 0)

    poll_events(clock.wall_now())
    row.refresh_from_db()
    assert (row.trouble, row.walk_began_at) == ("", None)
    assert _stored() > 0


def test_a_company_that_refuses_or_is_silent_keeps_no_other_waiting(
    simulator: Simulator, clay: Connected
) -> None:
    wool, silk = connected(simulator, slug="wool"), connected(simulator, slug="silk")
    for scene in (clay, wool, silk):
        scene.account.bill(scene.customer, title="New")
    revoke_key(clay)
    wool.account.fault("busy", operation="event.list")
    poll_events(clock.wall_now())
    work_off("inbox")

    counts = [Payment.objects.filter(merchant_id=one.merchant.id).count() for one in (clay, wool, silk)]
    assert counts == [1, 1, 2]
    troubles = EventPoll.objects.order_by("merchant_id").values_list("trouble", flat=True)
    assert [trouble.partition(":")[0] for trouble in troubles] == ["bad_key", "GatewayBusy", ""]


def test_seven_days_without_paydesk_and_its_webhooks_lose_nothing(
    simulator: Simulator, clay: Connected
) -> None:
    """The twin hears every webhook as it comes; we are not there, and then start one worker."""
    _live(clay)
    clay.take_over()
    twin = twin_of(clay)
    twin.take_over()
    before = len(clay.webhooks())
    for _ in range(7):
        clay.account.advance(days=1)
        twin.hear(after=before)
    _work_until_idle(clay)

    left_out = frozenset({"news"})  # an undisturbed Paydesk also tells of a decline that was mended meanwhile
    assert books_of(clay.merchant.id, but=left_out) == books_of(twin.merchant.id, but=left_out)
    assert clay.charged() == clay.moved()
    assert Refund.objects.filter(merchant_id=clay.merchant.id).exists()


def _live(scene: Connected) -> None:
    """Let there be much that happens in a week: renewals, declines, tries again, and money that goes back."""
    for number, card in enumerate(("good", "insufficient_funds", "good_mastercard")):
        customer = scene.account.customer(email=f"c{number}@example.com", name=f"C {number}")
        scene.account.method(customer, card, default=True)
        scene.account.subscription(customer, interval_unit="day", name=f"Club {number}")
        scene.account.bill(customer, title="Kiln")
    charge = scene.account.journal()[0]["charge_id"]
    scene.account.api("/refunds", key="refund-of-old", charge=charge, amount_minor=500, tag="")


def _work_until_idle(scene: Connected) -> None:
    """Start a worker, whose timetable asks for events at once, and end it when it has worked them off."""
    with running_process([PAYDESK, "worker"], environment={"PAYDESK_DATABASE_URL": database_url()}):
        deadline = time.monotonic() + SECONDS
        while not _is_idle(scene):
            assert time.monotonic() < deadline
            # What was overtaken by a newer reading waits for five seconds; a test does not.
            InboxEvent.objects.filter(due_at__gt=clock.wall_now()).update(due_at=clock.wall_now())
            time.sleep(0.1)


def _is_idle(scene: Connected) -> bool:
    polled = EventPoll.objects.filter(merchant_id=scene.merchant.id, polled_at__isnull=False)
    waiting = InboxEvent.objects.filter(merchant_id=scene.merchant.id, worked_at__isnull=True)
    return polled.exists() and not waiting.exists()
