"""`paydesk hold` and `paydesk release`: what a person says, and what `paydesk status` then says."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from paydesk.billing.holds.held import held_because
from paydesk.billing.holds.hold import hold_everything
from paydesk.billing.holds.models import ChargeHold
from paydesk.kit import clock
from paydesk.merchants.models import Connection
from paydesk.work.models import TimetableEntry
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _worker_was_seen() -> None:
    TimetableEntry.objects.create(name="sweep", due_at=clock.wall_now(), ran_at=clock.wall_now())


@pytest.fixture
def kiln() -> Connection:
    return builders.connection(builders.merchant("kiln"), name="Memberships")


@pytest.fixture
def wool() -> Connection:
    return builders.connection(builders.merchant("wool"), name="Shop")


def _run(*words: str) -> str:
    printed = StringIO()
    call_command(*words, stdout=printed)
    return printed.getvalue()


def _why(account: Connection) -> str:
    return held_because(merchant_id=account.merchant_id, connection_id=account.id, now=clock.wall_now())


def test_a_hold_needs_a_reason_and_a_place_that_is_there(kiln: Connection) -> None:
    with pytest.raises(CommandError, match="Say why"):
        _run("hold", "--merchant", "kiln", "--why", " ")
    with pytest.raises(CommandError, match="no merchant"):
        _run("hold", "--merchant", "nobody", "--why", "Strike")
    with pytest.raises(CommandError, match="no open connection"):
        _run("hold", "--merchant", "kiln", "--connection", "Shop", "--why", "Strike")
    with pytest.raises(CommandError, match="give --merchant"):
        _run("hold", "--connection", "Memberships", "--why", "Strike")

    assert _why(kiln) == ""


def test_one_merchant_is_held_and_released(kiln: Connection, wool: Connection) -> None:
    assert "Charging waits at kiln" in _run("hold", "--merchant", "kiln", "--why", "Strike")
    assert (_why(kiln), _why(wool)) == ("Strike", "")

    assert "is released" in _run("release", "--merchant", "kiln", "--by", "Mara")
    assert (_why(kiln), ChargeHold.objects.get(merchant_id=kiln.merchant_id).released_by) == ("", "Mara")
    assert "Nothing is held" in _run("release", "--merchant", "kiln")


def test_without_a_merchant_all_are_held(kiln: Connection, wool: Connection) -> None:
    _run("hold", "--why", "We move to another host")

    assert (_why(kiln), _why(wool)) == ("We move to another host", "We move to another host")


def test_one_hold_of_two_is_released_by_its_number(kiln: Connection) -> None:
    _run("hold", "--merchant", "kiln", "--why", "Strike")
    _run("hold", "--merchant", "kiln", "--connection", "Memberships", "--why", "Key is being changed")
    first = ChargeHold.objects.get(merchant_id=kiln.merchant_id, connection__isnull=True)
    _run("release", "--merchant", "kiln", "--hold", str(first.id))

    assert _why(kiln) == "Key is being changed"
    with pytest.raises(CommandError, match="There is no hold 999"):
        _run("release", "--merchant", "kiln", "--hold", "999")


def test_what_may_not_be_released_keeps_the_others_held_as_well(kiln: Connection) -> None:
    _run("hold", "--merchant", "kiln", "--why", "Strike")
    hold_everything(why="restored", now=clock.wall_now())
    with pytest.raises(CommandError, match="compared"):
        _run("release", "--merchant", "kiln")

    assert _why(kiln) == "Strike"


def test_status_says_what_waits_and_since_when(kiln: Connection, wool: Connection) -> None:
    assert json.loads(_run("status", "--json"))["holds"] == []
    _run("hold", "--merchant", "kiln", "--why", "Strike")
    hold_everything(why="restored", now=clock.wall_now())
    printed = StringIO()
    with pytest.raises(CommandError, match="Charging waits at kiln, wool"):
        call_command("status", stdout=printed)

    said = printed.getvalue()
    assert "Charging waits at all connections since " in said
    assert "(restore, hold " in said
    assert "Charging waits at Shop since " in said
