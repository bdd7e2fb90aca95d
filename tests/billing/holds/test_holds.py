"""A merchant's charging waits for a reason that staff can read, one hold a reason, until it is released."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError

from paydesk.billing.holds.held import held_because, holds_of
from paydesk.billing.holds.hold import hold_charging, hold_everything
from paydesk.billing.holds.models import ChargeHold
from paydesk.billing.holds.release import ReleaseRefused, refusal, release_hold, release_reconciled
from paydesk.database.transactions import is_postgresql
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.work.heartbeat.beat import beat
from paydesk.work.models import Heartbeat
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
STAFF, RESTORE, TRUTH = ChargeHold.Kind.STAFF, ChargeHold.Kind.RESTORE, ChargeHold.Kind.TRUTH


@pytest.fixture
def kiln() -> MerchantInSight:
    return builders.merchant("kiln")


@pytest.fixture
def account(kiln: MerchantInSight) -> Connection:
    return builders.connection(kiln, name="Memberships")


def _hold(account: Connection, kind: ChargeHold.Kind, why: str, *, at_all: bool = False) -> ChargeHold:
    return hold_charging(
        merchant_id=account.merchant_id,
        connection_id=None if at_all else account.id,
        kind=kind,
        why=why,
        now=NOW,
    )


def _why(account: Connection) -> str:
    return held_because(merchant_id=account.merchant_id, connection_id=account.id, now=LATER)


def _release(hold: ChargeHold, *, was_compared_by_hand: bool = False) -> ChargeHold:
    return release_hold(
        merchant_id=hold.merchant_id,
        hold_id=hold.id,
        released_by="Mara",
        now=LATER,
        was_compared_by_hand=was_compared_by_hand,
    )


def test_charging_waits_at_the_connection_that_is_held_and_nowhere_else(account: Connection) -> None:
    beside = builders.connection(builders.merchant("wool"))
    other = Connection.objects.create(
        merchant_id=account.merchant_id, gateway="x", name="Other", credentials=b"", created_at=NOW
    )
    _hold(account, STAFF, "The bank is on strike")

    assert (_why(account), _why(other), _why(beside)) == ("The bank is on strike", "", "")


def test_a_hold_without_a_connection_is_for_all_of_the_merchants(account: Connection) -> None:
    beside = builders.connection(builders.merchant("wool"))
    _hold(account, TRUTH, "I04 is broken", at_all=True)

    assert (_why(account), _why(beside)) == ("I04 is broken", "")


@pytest.mark.parametrize("at_all", [False, True])
def test_asking_twice_for_one_reason_is_one_hold(account: Connection, at_all: bool) -> None:
    first = _hold(account, STAFF, "Strike", at_all=at_all)
    again = _hold(account, STAFF, "Strike, still", at_all=at_all)
    other_reason = _hold(account, TRUTH, "I04 is broken", at_all=at_all)

    assert (again.id, again.why) == (first.id, "Strike")
    assert [hold.id for hold in holds_of(account.merchant_id)] == [first.id, other_reason.id]
    with pytest.raises(IntegrityError):
        ChargeHold.objects.create(
            merchant_id=account.merchant_id,
            connection_id=None if at_all else account.id,
            kind=STAFF,
            why="past the verb",
            started_at=NOW,
        )


def test_a_released_hold_says_who_and_a_new_one_may_follow(account: Connection) -> None:
    hold = _hold(account, STAFF, "Strike")
    released = _release(hold)
    assert (released.released_at, released.released_by, _why(account)) == (LATER, "Mara", "")

    assert _hold(account, STAFF, "Strike again").id != hold.id
    assert _why(account) == "Strike again"


def test_releasing_twice_keeps_who_was_first(account: Connection) -> None:
    hold = _hold(account, STAFF, "Strike")
    _release(hold)
    again = release_hold(merchant_id=hold.merchant_id, hold_id=hold.id, released_by="Ben", now=LATER)

    assert again.released_by == "Mara"


def test_nobody_releases_the_hold_of_another_merchant(account: Connection) -> None:
    hold = _hold(account, STAFF, "Strike")
    with pytest.raises(ReleaseRefused, match="There is no hold"):
        release_hold(merchant_id=builders.merchant("wool").id, hold_id=hold.id, released_by="Ben", now=LATER)
    assert _why(account) == "Strike"


@pytest.mark.parametrize(
    ("kind", "was_compared_by_hand", "on_postgresql", "why_not"),
    [
        (STAFF, False, False, ""),
        (TRUTH, False, True, ""),
        (RESTORE, False, True, "--compared-by-hand"),
        (RESTORE, True, True, ""),
        (RESTORE, False, False, "Nobody can release it"),
        (RESTORE, True, False, "Nobody can release it"),
    ],
)
def test_who_may_release_what(
    kind: str, was_compared_by_hand: bool, on_postgresql: bool, why_not: str
) -> None:
    said = refusal(kind=kind, was_compared_by_hand=was_compared_by_hand, is_postgresql=on_postgresql)

    assert (why_not in said, bool(said)) == (True, bool(why_not))


def test_after_a_restore_a_persons_word_is_enough_on_postgresql_alone(account: Connection) -> None:
    hold_everything(why="restored", now=NOW)
    hold = holds_of(account.merchant_id)[0]
    with pytest.raises(ReleaseRefused):
        _release(hold)
    if is_postgresql():
        _release(hold, was_compared_by_hand=True)
    else:
        with pytest.raises(ReleaseRefused, match="Nobody"):
            _release(hold, was_compared_by_hand=True)
        assert release_reconciled(merchant_id=hold.merchant_id, hold_id=hold.id, now=LATER)

    assert _why(account) == ""


def test_a_restore_holds_every_connection_of_every_merchant_open_or_closed(account: Connection) -> None:
    closed = builders.connection(builders.merchant("wool"), removed_at=NOW)
    elsewhere = builders.connection(builders.merchant("clay"))

    assert hold_everything(why="restored", now=NOW) == 3
    assert (_why(account), _why(elsewhere), _why(closed)) == ("restored", "restored", "restored")


def test_elsewhere_it_is_waited_for_a_connection_only_if_it_was_open_after_the_backup(
    account: Connection,
) -> None:
    shop = builders.connection(merchant_by_id(account.merchant_id), name="Shop")
    hold_everything(why="restored", known_until=NOW, now=LATER)
    here = next(hold for hold in holds_of(account.merchant_id) if hold.connection_id == account.id)
    release_reconciled(merchant_id=here.merchant_id, hold_id=here.id, now=LATER)

    def why(removed_at: datetime | None) -> str:
        Connection.objects.filter(id=shop.id).update(removed_at=removed_at)
        return held_because(
            merchant_id=account.merchant_id,
            connection_id=account.id,
            now=LATER,
            may_be_paid_at=lambda ids: list(ids) == [shop.id],
        )

    assert [why(None), why(LATER), why(NOW)] == ["restored", "restored", ""]


def test_what_was_compared_before_a_second_restore_releases_nothing(account: Connection) -> None:
    _hold(account, STAFF, "Strike")
    hold_everything(why="restored", now=NOW)
    first = [hold for hold in holds_of(account.merchant_id) if hold.kind == RESTORE]
    hold_everything(why="restored again", now=LATER)

    assert not release_reconciled(merchant_id=account.merchant_id, hold_id=first[0].id, now=LATER)
    assert [hold.why for hold in holds_of(account.merchant_id)] == ["Strike", "restored again"]
    [_, second] = holds_of(account.merchant_id)
    assert release_reconciled(merchant_id=account.merchant_id, hold_id=second.id, now=LATER)
    assert ChargeHold.objects.get(id=second.id).released_by == "compared with the company"
    assert _why(account) == "Strike"


def test_comparing_releases_no_hold_that_a_person_set(account: Connection) -> None:
    hold = _hold(account, STAFF, "Strike")

    assert not release_reconciled(merchant_id=account.merchant_id, hold_id=hold.id, now=LATER)
    assert _why(account) == "Strike"


def test_a_restore_that_nobody_has_noticed_yet_holds_before_any_row_says_so(account: Connection) -> None:
    _hold(account, STAFF, "Strike")
    for _ in range(3):
        beat(now=NOW)
    Heartbeat.objects.update(number=1)

    assert "behind its heartbeat file" in _why(account)
    assert ChargeHold.objects.filter(merchant_id=account.merchant_id).count() == 1
