"""A doubt about money is open once, is told of once, and is closed by who looked, or by what happened since."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, transaction

from paydesk.billing.concerns.look import all_concerns, open_concern_count, open_concerns
from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import open_concern
from paydesk.billing.concerns.resolve import ResolveRefused, resolve_concern, resolve_quietly
from paydesk.billing.concerns.words import WORDS, amount_of, other_facts
from paydesk.database.transactions import in_transaction
from paydesk.events.models import Event
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight
from tests.access.scene import NOW, merchant
from tests.side_by_side import side_by_side

LATER = NOW + timedelta(hours=2)
FACTS: dict[str, str | int | None] = {"reference": "ch_1", "amount_minor": 4900, "currency": "EUR"}


def doubt(shop: MerchantInSight, subject: str = "payment:p1", kind: str = Concern.Kind.STUCK) -> Concern:
    """Open a concern."""
    return open_concern(merchant_id=shop.id, kind=kind, subject=subject, facts=FACTS, now=NOW)


def look_at(shop: MerchantInSight, concern: Concern, note: str = "It was made.") -> Concern:
    """Close a concern as a person."""
    return resolve_concern(
        merchant_id=shop.id, public_id=concern.public_id, resolved_by="kim", note=note, now=LATER
    )


@pytest.mark.django_db
def test_a_kind_that_is_none_opens_nothing() -> None:
    shop = merchant()
    with pytest.raises(ValueError, match="worry"):
        doubt(shop, kind="worry")
    assert (open_concerns(shop.id), Event.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_the_same_doubt_is_open_once_and_said_once() -> None:
    shop = merchant()
    first = doubt(shop)
    again = open_concern(
        merchant_id=shop.id, kind="stuck", subject="payment:p1", facts={"reference": "other"}, now=LATER
    )
    assert (again.public_id, again.opened_at, again.facts) == (first.public_id, NOW, FACTS)
    [event] = Event.objects.all()
    assert (event.name, event.subject) == ("concern.opened", {"concern": first.public_id})


@pytest.mark.django_db
def test_another_kind_subject_or_merchant_is_another_doubt() -> None:
    shop, other = merchant(), merchant("kiln")
    ids = {
        doubt(shop).public_id,
        doubt(shop, "payment:p2").public_id,
        doubt(shop, kind=Concern.Kind.CONTRADICTION).public_id,
        doubt(other).public_id,
    }
    assert len(ids) == 4
    assert (open_concern_count(shop.id), open_concern_count(other.id)) == (3, 1)


@pytest.mark.django_db
def test_the_database_itself_allows_one_open_concern() -> None:
    shop = merchant()
    same = {"merchant_id": shop.id, "kind": "stuck", "subject": "payment:p1", "opened_at": NOW}
    Concern.objects.create(**same, resolved_at=NOW)
    Concern.objects.create(**same)
    with pytest.raises(IntegrityError), transaction.atomic():
        Concern.objects.create(**same)


@pytest.mark.django_db(transaction=True)
def test_workers_that_find_it_at_once_open_one() -> None:
    shop = merchant()
    start = Barrier(8)

    found: list[str] = []

    def find_it() -> None:
        start.wait()
        found.append(in_transaction(lambda: doubt(shop)).public_id)

    assert side_by_side(*[find_it] * 8) == []
    assert (len(found), len(set(found))) == (8, 1)
    assert Concern.objects.count() == Event.objects.count() == 1


@pytest.mark.django_db
def test_a_doubt_that_is_undone_with_its_transaction_was_never_there() -> None:
    shop = merchant()

    def raise_the_doubt_and_fail() -> None:
        doubt(shop)
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        in_transaction(raise_the_doubt_and_fail)
    assert (Concern.objects.count(), Event.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_closing_without_a_note_is_refused() -> None:
    shop = merchant()
    with pytest.raises(ResolveRefused, match="Say in the note what you found"):
        look_at(shop, doubt(shop), note="  ")
    assert open_concern_count(shop.id) == 1


@pytest.mark.django_db
def test_another_merchants_concern_is_not_there() -> None:
    shop, other = merchant(), merchant("kiln")
    concern = doubt(other)
    with pytest.raises(ResolveRefused, match="There is no concern"):
        look_at(shop, concern)
    resolve_quietly(merchant_id=shop.id, kind="stuck", subject="payment:p1", note="Paid.", now=LATER)
    assert (open_concerns(shop.id), open_concerns(other.id)) == ([], [concern])


@pytest.mark.django_db
def test_who_looked_closes_it_and_the_second_is_told_by_whom_it_was() -> None:
    shop = merchant()
    closed = look_at(shop, doubt(shop))
    assert (closed.resolved_at, closed.resolved_by, closed.note) == (LATER, "kim", "It was made.")
    with pytest.raises(ResolveRefused, match="kim has resolved it at 2026-11-23 11:00 UTC: It was made"):
        look_at(shop, closed, note="It was not.")
    assert (open_concerns(shop.id), all_concerns(shop.id)) == ([], [closed])


@pytest.mark.django_db
def test_a_doubt_that_comes_back_is_a_concern_of_its_own() -> None:
    shop = merchant()
    first = doubt(shop)
    look_at(shop, first)
    second = doubt(shop)
    assert second.public_id != first.public_id
    assert Event.objects.count() == 2


@pytest.mark.django_db
def test_a_doubt_that_ends_by_itself_closes_that_concern_alone() -> None:
    shop = merchant()
    resolve_quietly(merchant_id=shop.id, kind="stuck", subject="payment:p1", note="Paid.", now=LATER)
    assert all_concerns(shop.id) == []
    ended, left = doubt(shop), doubt(shop, "payment:p2")
    resolve_quietly(merchant_id=shop.id, kind="stuck", subject="payment:p1", note="Paid.", now=LATER)
    assert open_concerns(shop.id) == [left]
    ended.refresh_from_db()
    assert (ended.resolved_at, ended.resolved_by, ended.note) == (LATER, "paydesk", "Paid.")


def test_every_kind_says_what_it_is_what_it_means_and_what_to_do() -> None:
    assert set(WORDS) == set(Concern.Kind)
    for words in WORDS.values():
        assert not words.title.endswith(".")
        assert len(words.title) < 60
        assert words.meaning.endswith(".")
        assert words.to_do.endswith(".")


def test_amounts_among_the_facts_are_amounts() -> None:
    facts: dict[str, str | int | None] = {
        **FACTS,
        "expected_minor": 5900,
        "number": "",
        "attempt": None,
        "tries": 3,
    }
    assert amount_of(facts) == Money(4900, "EUR")
    assert other_facts(facts) == {"reference": "ch_1", "expected_minor": Money(5900, "EUR"), "tries": "3"}
    assert amount_of({"amount_minor": 4900}) is None
