"""`paydesk concerns`: what waits for a person, and how it is closed; `paydesk status` points to it."""

from __future__ import annotations

import getpass
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import open_concern
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from paydesk.work.models import TimetableEntry
from tests import builders

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    """Run the command and give what it printed."""
    printed = StringIO()
    call_command(*words, stdout=printed)
    return printed.getvalue()


def doubt(shop: MerchantInSight, kind: str, *, hours_ago: int, reference: str) -> Concern:
    """Open a concern about EUR 49.00."""
    return open_concern(
        merchant_id=shop.id,
        kind=kind,
        subject=f"payment:{reference}",
        facts={"reference": reference, "paid_minor": 9800, "amount_minor": 4900, "currency": "EUR"},
        now=clock.wall_now() - timedelta(hours=hours_ago),
    )


def test_with_nothing_in_doubt_it_says_so() -> None:
    builders.merchant("kiln")
    assert run("concerns") == "Nothing waits for a person.\n"
    assert json.loads(run("concerns", "--json")) == []


def test_the_oldest_of_all_merchants_comes_first_and_each_kind_is_explained_once() -> None:
    kiln, wool = builders.merchant("kiln"), builders.merchant("wool")
    newer = doubt(kiln, "contradiction", hours_ago=1, reference="bill_2")
    older = doubt(wool, "stuck", hours_ago=30, reference="bill_1")
    newest = doubt(kiln, "contradiction", hours_ago=0, reference="bill_3")
    printed = run("concerns")
    assert [line.split()[:2] for line in printed.splitlines() if "EUR 49.00" in line] == [
        [older.public_id, "wool"],
        [newer.public_id, "kiln"],
        [newest.public_id, "kiln"],
    ]
    since = f"since {older.opened_at:%Y-%m-%d %H:%M} UTC"
    assert f"{since}; reference at the company bill_1; paid so far EUR 98.00\n" in printed
    assert printed.count("Compare the payment with the company's own list of charges.") == 1
    assert printed.count("Paydesk goes on asking") == 1
    assert "--resolve ID --note" in printed


def test_one_merchants_list_names_no_other_merchant() -> None:
    kiln, wool = builders.merchant("kiln"), builders.merchant("wool")
    doubt(kiln, "stuck", hours_ago=2, reference="bill_1")
    mine = doubt(wool, "stuck", hours_ago=1, reference="bill_1")
    assert [one["id"] for one in json.loads(run("concerns", "--merchant", "wool", "--json"))] == [
        mine.public_id
    ]
    assert "kiln" not in run("concerns", "--merchant", "wool")
    with pytest.raises(CommandError, match="no merchant 'clay'"):
        run("concerns", "--merchant", "clay")


def test_closing_is_refused_without_merchant_or_note_and_for_what_is_anothers() -> None:
    kiln = builders.merchant("kiln")
    builders.merchant("wool")
    mine = doubt(kiln, "stuck", hours_ago=1, reference="bill_1")
    closing = ("--resolve", mine.public_id)
    with pytest.raises(CommandError, match="--merchant SLUG"):
        run("concerns", *closing, "--note", "Seen.")
    with pytest.raises(CommandError, match="Say in the note"):
        run("concerns", "--merchant", "kiln", *closing)
    with pytest.raises(CommandError, match="no concern"):
        run("concerns", "--merchant", "wool", *closing, "--note", "Seen.")
    with pytest.raises(CommandError, match="goes with --resolve"):
        run("concerns", "--note", "Seen.")
    assert Concern.objects.get().resolved_at is None


def test_what_was_looked_at_is_kept_with_who_looked_and_what_was_found() -> None:
    kiln = builders.merchant("kiln")
    mine = doubt(kiln, "stuck", hours_ago=1, reference="bill_1")
    closing = ("--merchant", "kiln", "--resolve", mine.public_id, "--note", "It was made.")
    assert run("concerns", *closing) == "Closed: A payment has had no clear answer for a day: EUR 49.00\n"
    assert run("concerns") == "Nothing waits for a person.\n"
    who = getpass.getuser()
    assert f"by {who}: It was made." in run("concerns", "--all")
    assert "Paydesk goes on asking" not in run("concerns", "--all")
    [kept] = json.loads(run("concerns", "--all", "--json"))
    closed = Concern.objects.get()
    assert kept == {
        "id": mine.public_id,
        "merchant": "kiln",
        "kind": "stuck",
        "subject": "payment:bill_1",
        "title": "A payment has had no clear answer for a day: EUR 49.00",
        "facts": mine.facts,
        "opened_at": mine.opened_at.isoformat(),
        "resolved_at": closed.resolved_at.isoformat() if closed.resolved_at else None,
        "resolved_by": who,
        "note": "It was made.",
    }
    with pytest.raises(CommandError, match=f"{who} has resolved it"):
        run("concerns", *closing)


def test_status_complains_until_a_person_has_looked() -> None:
    TimetableEntry.objects.create(name="sweep", due_at=clock.wall_now(), ran_at=clock.wall_now())
    kiln = builders.merchant("kiln")
    builders.merchant("wool")
    assert json.loads(run("status", "--json"))["concerns"] == {}
    mine = doubt(kiln, "contradiction", hours_ago=1, reference="bill_1")
    with pytest.raises(CommandError, match="Concerns that wait for a person: 1 at kiln"):
        run("status")
    run("concerns", "--merchant", "kiln", "--resolve", mine.public_id, "--note", "It was refunded.")
    run("status")
