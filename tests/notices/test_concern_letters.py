"""Staff are told of a doubt about money: in a letter each, and in one letter when there are many."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import translation

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import open_concern
from paydesk.billing.concerns.resolve import resolve_quietly
from paydesk.billing.concerns.words import WORDS
from paydesk.config.reactions import deliver_event
from paydesk.events.models import Event
from paydesk.merchants.find import MerchantInSight
from paydesk.notices.announce_concern import gather_until, write_concern_letter
from paydesk.notices.concern_letter import about
from paydesk.notices.models import Letter
from paydesk.notices.outbox import send_due_letter
from paydesk.notices.rendering import rendered
from paydesk.work.claim import claim, finish
from tests.access.scene import NOW, merchant
from tests.side_by_side import side_by_side

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def doubt(shop: MerchantInSight, number: int = 1, *, kind: str = "contradiction") -> Concern:
    """Open a concern about EUR 49.00."""
    return open_concern(
        merchant_id=shop.id,
        kind=kind,
        subject=f"payment:{number}",
        facts={
            "payment": f"pay{number}",
            "reference": f"bill_{number}",
            "connection": "Memberships",
            "amount_minor": 4900,
            "paid_minor": 9800,
            "currency": "EUR",
        },
        now=NOW,
    )


def deliver(now: datetime = NOW) -> None:
    """Let the worker deliver what has happened, in its order: a claim gives rows in any."""
    claimed = claim(Event, most=1000, lease=MINUTE, now=now)
    for taken in sorted(claimed, key=lambda one: one.row_id):
        deliver_event(taken, now)
        finish(Event, taken)


def post(now: datetime = NOW) -> list[EmailMultiAlternatives]:
    """Let the worker deliver what has happened and send what is due."""
    sent_count = len(mail.outbox)
    deliver(now)
    for taken in claim(Letter, most=1000, lease=MINUTE, now=now):
        send_due_letter(taken, now)
        finish(Letter, taken)
    return [one for one in mail.outbox[sent_count:] if isinstance(one, EmailMultiAlternatives)]


def html(message: EmailMultiAlternatives) -> str:
    """Give the letter as a mail program shows it."""
    return str(message.alternatives[0][0]).replace("&nbsp;", "\u00a0")


def test_a_doubt_that_has_ended_before_it_is_told_of_is_not_told_of() -> None:
    shop = merchant()
    doubt(shop)
    resolve_quietly(
        merchant_id=shop.id, kind="contradiction", subject="payment:1", note="They agree.", now=NOW
    )
    assert post() == []
    doubt(shop)
    deliver()
    resolve_quietly(
        merchant_id=shop.id, kind="contradiction", subject="payment:1", note="They agree.", now=NOW
    )
    assert post() == []


def test_the_letter_says_what_is_known_what_it_means_and_what_to_do() -> None:
    shop = merchant(time_zone="Europe/Berlin")
    concern = doubt(shop)
    [message] = post()
    assert message.to == ["help@harbor.example"]
    assert message.subject == "The company's answers about a payment do not agree: EUR\u00a049.00"
    text = str(message.body)
    facts = ["Amount: EUR\u00a049.00", "Payment: pay1", "Reference at the company: bill_1"]
    facts += ["Connection: Memberships", "Paid so far: EUR\u00a098.00"]
    facts += ["Noticed: Mon 23 Nov, 10:00 (Europe/Berlin)", f"Concern: {concern.public_id}"]
    assert text.splitlines()[2:9] == facts
    words = WORDS["contradiction"]
    assert text.index(words.meaning) < text.index(words.to_do)
    assert text.index(words.to_do) < text.index("\npaydesk concerns --merchant harbor\n")


def test_the_html_says_the_same_and_sends_nobody_to_themselves() -> None:
    shop = merchant()
    doubt(shop)
    [message] = post()
    made = html(message)
    for said in ("EUR\u00a049.00", "bill_1", "What it means for the money", "What to do"):
        assert said in made
    assert re.search(r'class="command"[^>]*>paydesk concerns --merchant harbor<', made)
    assert "because a person has to look" in made
    assert "Questions? Ask" not in made
    assert "prefers-color-scheme: dark" in made
    assert not re.findall(r"<(?:img|link|script)\b", made)


def test_a_doubt_without_an_amount_has_none_in_its_title() -> None:
    shop = merchant()
    open_concern(merchant_id=shop.id, kind="restored", subject="database", facts={}, now=NOW)
    [message] = post()
    assert message.subject == "The database was restored from a backup"


def test_what_a_company_calls_things_is_escaped() -> None:
    shop = merchant()
    facts: dict[str, str | int | None] = {"reference": "<b>bill</b>", "odd": "<i>"}
    open_concern(merchant_id=shop.id, kind="outside", subject="x", facts=facts, now=NOW)
    [message] = post()
    assert "&lt;b&gt;bill" in html(message)
    assert "<b>bill" not in html(message)
    assert "odd: <i>" in str(message.body)


@pytest.mark.parametrize("kind", Concern.Kind.values)
def test_every_kind_is_told_of_in_german_too(kind: str) -> None:
    shop = merchant(language="de")
    concern = doubt(shop, kind=kind)
    with translation.override("de"):
        made = rendered(about(concern, shop, NOW), shop)
    assert made.title.endswith(": 49,00\u00a0EUR")
    assert "Was zu tun ist" in made.text
    words = WORDS[kind]
    for english in (words.title, words.meaning, words.to_do):
        assert english not in made.text


def test_an_event_that_is_delivered_twice_is_one_letter() -> None:
    shop = merchant()
    doubt(shop)
    deliver()
    write_concern_letter(Event.objects.get(), NOW + MINUTE)
    assert len(post(NOW + MINUTE)) == 1
    write_concern_letter(Event.objects.get(), NOW + 2 * MINUTE)
    assert post(NOW + timedelta(hours=2)) == []


def test_a_storm_is_five_letters_and_one_that_says_how_many() -> None:
    shop, other = merchant(), merchant("kiln")
    for number in range(300):
        doubt(shop, number, kind="stuck" if number % 2 else "contradiction")
    doubt(other)
    first = post()
    assert [message.to for message in first].count(["help@harbor.example"]) == 5
    assert [message.to for message in first].count(["help@kiln.example"]) == 1
    assert post(NOW + 4 * MINUTE) == []
    [storm] = post(NOW + 5 * MINUTE)
    assert storm.subject == "295 more doubts about money wait for a person"
    text = str(storm.body)
    assert "With those before, 300 wait." in text
    assert "The company's answers about a payment do not agree: 147 (EUR\u00a07,203.00)" in text
    assert "A payment has had no clear answer for a day: 148 (EUR\u00a07,252.00)" in text
    assert "paydesk concerns --merchant harbor" in text
    assert re.search("147<br><span[^>]*>EUR\u00a07,203.00<", html(storm))
    assert post(NOW + timedelta(hours=3)) == []
    assert not Concern.objects.filter(told_in="").exists()


def test_what_comes_while_the_storm_lasts_waits_for_the_next_hours_letter() -> None:
    shop = merchant()
    for number in range(7):
        doubt(shop, number)
    post()
    assert len(post(NOW + 5 * MINUTE)) == 1
    doubt(shop, 7)
    doubt(shop, 8)
    assert post(NOW + 6 * MINUTE) == []
    assert post(NOW + 59 * MINUTE) == []
    [next_one] = post(NOW + 60 * MINUTE)
    assert next_one.subject == "2 more doubts about money wait for a person"
    doubt(shop, 9)
    [alone] = post(NOW + 61 * MINUTE)
    assert alone.subject.endswith("do not agree: EUR\u00a049.00")


def test_of_a_storm_that_ended_nothing_is_said_and_of_one_that_is_left_all() -> None:
    shop = merchant()
    for number in range(7):
        doubt(shop, number)
    post()
    resolve_quietly(merchant_id=shop.id, kind="contradiction", subject="payment:5", note="Paid.", now=NOW)
    [last] = post(NOW + 5 * MINUTE)
    assert "Reference at the company: bill_6" in str(last.body)
    doubt(shop, 7)
    deliver(NOW + 6 * MINUTE)
    resolve_quietly(merchant_id=shop.id, kind="contradiction", subject="payment:7", note="Paid.", now=NOW)
    assert post(NOW + timedelta(hours=2)) == []


def test_what_comes_while_the_mail_server_is_silent_is_in_a_letter_of_its_own() -> None:
    shop = merchant()
    for number in range(7):
        doubt(shop, number)
    post()
    many = Letter.objects.get(kind="concerns")
    send_due_letter(claim(Letter, most=1, lease=MINUTE, now=NOW + 5 * MINUTE)[0], NOW + 5 * MINUTE)
    # The server took it, and its yes was lost: the same letter goes out again.
    Letter.objects.filter(id=many.id).update(sent_at=None, due_at=NOW + 8 * MINUTE, lease_until=None)
    doubt(shop, 7)
    deliver(NOW + 7 * MINUTE)
    first, again = mail.outbox[-1], post(NOW + 8 * MINUTE)[0]
    assert (again.subject, again.extra_headers) == (first.subject, first.extra_headers)
    [late] = post(NOW + timedelta(hours=1))
    assert "bill_7" in str(late.body)


def test_a_letter_for_many_is_soon_and_not_within_an_hour_of_the_last() -> None:
    assert gather_until([], now=NOW) == NOW + 5 * MINUTE
    assert gather_until([NOW - 59 * MINUTE], now=NOW) == NOW + 5 * MINUTE
    assert gather_until([NOW - 50 * MINUTE, NOW - 20 * MINUTE], now=NOW) == NOW + 40 * MINUTE


@pytest.mark.django_db(transaction=True)
def test_workers_that_tell_at_once_write_no_letter_twice() -> None:
    shop = merchant()
    for number in range(8):
        doubt(shop, number)
    events = list(Event.objects.all())

    def tell(event: Event) -> None:
        write_concern_letter(event, NOW)

    assert side_by_side(*[lambda event=event: tell(event) for event in events * 2]) == []
    kinds = list(Letter.objects.values_list("kind", flat=True))
    assert (kinds.count("concern"), kinds.count("concerns")) == (5, 1)
    assert len(post(NOW + 5 * MINUTE)) == 6
    assert not Concern.objects.filter(told_in="").exists()
