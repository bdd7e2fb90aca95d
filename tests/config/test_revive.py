"""`paydesk revive`: what was given up is tried again, and nothing else is touched."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from paydesk.billing.payments.models import Attempt
from paydesk.kit import clock
from paydesk.notices.models import Letter
from paydesk.work.models import TimetableEntry
from tests import builders
from tests.connected import work_off

pytestmark = pytest.mark.django_db(transaction=True)


def _run(*words: str) -> str:
    printed = StringIO()
    call_command("revive", *words, stdout=printed)
    return printed.getvalue()


def _letter(slug: str, *, is_dead: bool) -> Letter:
    """Make a letter that was tried as often as a queue tries, or one that waits for tomorrow."""
    tomorrow = clock.wall_now() + timedelta(days=1)
    return Letter.objects.create(
        merchant_id=builders.merchant(slug).id,
        kind="sign_in",
        recipient="ada@example.com",
        created_at=clock.wall_now(),
        due_at=tomorrow,
        dead_at=clock.wall_now() if is_dead else None,
        tries_count=12 if is_dead else 3,
    )


def _dead_attempt() -> Attempt:
    """Make an attempt that the resolver gave up and a webhook settled since."""
    shop = builders.merchant("kiln")
    owed = builders.payment(builders.order(builders.customer(shop), builders.connection(shop)), state="paid")
    attempt = builders.attempt(owed, state=Attempt.State.SUCCEEDED, origin=Attempt.Origin.PAYDESK)
    Attempt.objects.filter(id=attempt.id).update(dead_at=clock.wall_now(), due_at=None)
    return attempt


def test_a_queue_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(
        CommandError,
        match="There are: letters, events, inbox, charges, backups, attempts, refunds, changes, actions, moves,"
        " comparisons, timetable",
    ):
        _run("posts")


def test_without_a_queue_it_says_how_much_each_has_and_changes_nothing() -> None:
    _letter("kiln", is_dead=True)

    assert [line.split() for line in _run().splitlines()] == [
        ["letters", "1", "dead"],
        ["events", "0", "dead"],
        ["inbox", "0", "dead"],
        ["charges", "0", "dead"],
        ["backups", "0", "dead"],
        ["attempts", "0", "dead"],
        ["refunds", "0", "dead"],
        ["changes", "0", "dead"],
        ["actions", "0", "dead"],
        ["moves", "0", "dead"],
        ["comparisons", "0", "dead"],
        ["timetable", "0", "dead"],
    ]
    assert Letter.objects.filter(dead_at__isnull=False).count() == 1


def test_what_is_dead_is_due_again_at_every_merchant_and_is_tried_from_the_start() -> None:
    dead = [_letter("kiln", is_dead=True).id, _letter("wool", is_dead=True).id]
    alive = _letter("clay", is_dead=False)
    assert "2 rows of letters are due again" in _run("letters")

    revived = Letter.objects.filter(id__in=dead, dead_at=None, due_at__lte=clock.wall_now(), tries_count=0)
    assert revived.count() == 2
    kept = Letter.objects.get(id=alive.id)
    assert (kept.due_at, kept.tries_count) == (alive.due_at, 3)
    assert "0 rows of letters" in _run("letters")


def test_a_job_of_the_timetable_is_revived_as_well() -> None:
    TimetableEntry.objects.create(name="sweep", due_at=None, dead_at=clock.wall_now())
    assert "1 rows of timetable" in _run("timetable")

    assert TimetableEntry.objects.get().dead_at is None


def test_an_attempt_that_is_settled_since_stays_as_it_is() -> None:
    attempt = _dead_attempt()
    _run("attempts")
    work_off("attempts")

    settled = Attempt.objects.get(id=attempt.id)
    assert (settled.state, settled.dead_at, settled.due_at) == ("succeeded", None, None)
