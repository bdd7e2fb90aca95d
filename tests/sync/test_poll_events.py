"""Events whose webhooks were lost are asked for: none is missed, none is worked twice, a kill costs nothing."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from paydesk.billing.payments.models import Payment, Refund
from paydesk.gateways.contract import GatewayRefused, GatewayUnreachable, WebhookEvent
from paydesk.gateways.records import Page
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from paydesk.sync.look import look_at_connection
from paydesk.sync.models import EventPoll, InboxEvent
from paydesk.sync.poll_events import poll_events
from tests.connected import Connected, connected, revoke_key, work_off
from tests.journeys.installation import PAYDESK, database_url
from tests.processes import running_process
from tests.simulator import Simulator
from tests.sync.books import books_of, twin_of
from tests.sync.listing import Listing, events_of, row_of, stored_count

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 90


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    return connected(simulator)


def test_what_no_webhook_brought_is_asked_for_and_read(clay: Connected) -> None:
    clay.account.bill(clay.customer, title="New")
    poll_events(clock.wall_now())
    work_off("inbox")

    assert Payment.objects.filter(merchant_id=clay.merchant.id).count() == 2


def test_an_event_that_a_webhook_brought_too_is_one(clay: Connected) -> None:
    clay.hear()
    heard = stored_count()
    InboxEvent.objects.all()[0].delete()
    for _ in range(2):
        EventPoll.objects.update(complete_until=clay.connection.created_at - timedelta(days=1))
        poll_events(clock.wall_now())
        clay.hear()

    assert stored_count() == heard


def test_the_first_asking_goes_back_to_where_the_connection_was_opened(clay: Connected) -> None:
    opened_at = clay.connection.created_at
    listing = Listing(events_of(300, newest_at=opened_at + timedelta(hours=10), every=timedelta(hours=1)))
    listing.poll(row_of(clay, complete_until=None))

    assert stored_count() == 10 + 1 + 24
    assert len(listing.asked) == 4


def test_a_walk_that_is_cut_short_goes_on_where_it_was_and_only_its_end_moves_the_mark(
    clay: Connected,
) -> None:
    now = clock.wall_now()
    listing = Listing(events_of(95, newest_at=now))
    row = row_of(clay, complete_until=now - timedelta(days=7))
    listing.trouble = {5: GatewayUnreachable("reset")}
    with pytest.raises(GatewayUnreachable):
        listing.poll(row)
    row.refresh_from_db()
    assert (stored_count(), row.complete_until) == (40, now - timedelta(days=7))

    listing.events = events_of(
        3, newest_at=clock.wall_now()
    ) + [  # what happens meanwhile is for the next walk
        event for event in listing.events if event.event_id > "evt_000003"
    ]
    assert listing.poll(row)
    row.refresh_from_db()
    assert listing.asked[5] == listing.asked[4] == "evt_000056"
    assert row.complete_until == now
    assert stored_count() == 92

    assert listing.poll(row)
    assert stored_count() == 95


def test_one_turn_is_bounded_in_time_and_keeps_what_it_has(clay: Connected) -> None:
    now = clock.wall_now()
    listing = Listing(events_of(35, newest_at=now))
    row = row_of(clay, complete_until=now - timedelta(days=7))

    assert [listing.poll(row, seconds=-1) for _ in range(4)] == [False, False, False, True]
    assert stored_count() == 35
    assert len(listing.asked) == 4


def test_a_place_that_is_not_kept_any_more_is_begun_anew(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = row_of(clay, complete_until=clay.connection.created_at)
    EventPoll.objects.filter(id=row.id).update(cursor="evt_of_last_year", walk_until=clock.wall_now())
    clay.account.bill(clay.customer, title="New")
    whole = BillingGateway.list_events

    def refuse_a_stranger(self: BillingGateway, *, cursor: str = "") -> Page[WebhookEvent]:
        if cursor == "evt_of_last_year":
            raise GatewayRefused("No such event.")
        return whole(self, cursor=cursor)

    monkeypatch.setattr(BillingGateway, "list_events", refuse_a_stranger)
    poll_events(clock.wall_now())
    row.refresh_from_db()
    assert (row.cursor, row.trouble, stored_count()) == ("", "No such event.", 0)

    poll_events(clock.wall_now())
    row.refresh_from_db()
    assert (row.trouble, row.walk_until) == ("", None)
    assert stored_count() > 0


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


@pytest.mark.parametrize(("minutes", "is_said"), [(50, False), (70, True)])
def test_staff_are_told_since_when_a_list_could_not_be_read_however_old_its_newest_event(
    clay: Connected, minutes: int, *, is_said: bool
) -> None:
    row = row_of(clay, complete_until=clock.wall_now() - timedelta(days=20))
    Listing([]).poll(row)
    EventPoll.objects.update(trouble="bad_key")
    later = clock.wall_now() + timedelta(minutes=minutes)

    said = look_at_connection(clay.connection, now=later).events_behind
    assert said == (
        f"Events whose webhooks were lost could not be asked for since {_minute()} UTC: bad_key" * is_said
    )


def _minute() -> str:
    walked_at = EventPoll.objects.get().walked_at
    return f"{walked_at:%Y-%m-%d %H:%M}"


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
