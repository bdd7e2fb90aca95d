"""Who cancels, or takes that back, has it in a letter, once; what stands otherwise by then is not written about."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from paydesk.billing.subscriptions.models import Subscription
from paydesk.config.reactions import deliver_event
from paydesk.events.models import Event
from paydesk.events.record import Subject, record_event
from paydesk.merchants.find import MerchantInSight
from paydesk.notices.ending_letter import write_ending_letter
from paydesk.notices.models import Letter
from paydesk.notices.outbox import send_due_letter
from paydesk.work.claim import claim, finish
from tests import builders
from tests.access.scene import NOW, customer, merchant

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
ENDS = datetime(2026, 12, 8, 11, tzinfo=UTC)


@pytest.fixture
def shop() -> MerchantInSight:
    """Harbor, in Berlin."""
    return merchant(time_zone="Europe/Berlin")


def studio(shop: MerchantInSight, *, language: str = "", **facts: Any) -> Subscription:
    """Ada's studio, EUR 49.00 a month."""
    ada = customer(shop, language=language)
    order = builders.order(ada, builders.connection(shop))
    wanted: dict[str, Any] = {"name": "Studio", "next_payment_at": ENDS} | facts
    return builders.subscription(order, **wanted)


def tell(of: Subscription, what: str, **also: int) -> None:
    """Say that it was changed."""
    about: Subject = {"subscription": of.public_id, "what": what, "by": "customer"}
    record_event(
        merchant_id=of.merchant_id,
        name="subscription.changed",
        subject={**about, **also},
        now=NOW,
    )


def post() -> list[EmailMultiAlternatives]:
    """Let the worker deliver what has happened and send what is due."""
    sent_count = len(mail.outbox)
    for taken in claim(Event, most=100, lease=MINUTE, now=NOW):
        deliver_event(taken, NOW)
        finish(Event, taken)
    for taken in claim(Letter, most=100, lease=MINUTE, now=NOW):
        send_due_letter(taken, NOW)
        finish(Letter, taken)
    return [one for one in mail.outbox[sent_count:] if isinstance(one, EmailMultiAlternatives)]


@pytest.mark.parametrize("what", ["paused", "resumed", "moved", "skipped"])
def test_other_changes_are_no_letter(shop: MerchantInSight, what: str) -> None:
    tell(studio(shop), what)
    assert post() == []


def test_what_ends_on_the_day_that_was_set_was_told_of_before(shop: MerchantInSight) -> None:
    tell(studio(shop, state="canceled"), "canceled", as_set=1)
    assert post() == []


def test_an_end_that_is_set_is_confirmed_with_its_day_and_the_way_back(shop: MerchantInSight) -> None:
    of = studio(shop, held_end_at=ENDS)
    tell(of, "cancel_scheduled")
    [letter] = post()
    assert letter.to == ["ada@example.com"]
    assert letter.subject == "Studio ends on 8 December 2026"
    text = str(letter.body)
    assert "cancelled on Mon 23 Nov, 10:00 (Europe/Berlin). Nothing more is charged for it." in text
    assert "You keep it until then, and can take this back on its page." in text
    assert f"{shop.portal_url}/subscriptions/{of.public_id}" in text
    assert "overdue" not in text
    html = str(letter.alternatives[0][0])
    assert f'href="{shop.portal_url}/subscriptions/{of.public_id}"' in html
    assert not re.findall(r"<(?:img|link|script)\b", html)


def test_what_is_overdue_is_said_to_stay_owed(shop: MerchantInSight) -> None:
    of = studio(shop, state="canceled")
    builders.payment(of.order, state="failed", subscription_id=of.id, owed_minor=4900)
    tell(of, "canceled")
    [letter] = post()
    assert letter.subject == "Studio has ended"
    assert "EUR\u00a049.00 is overdue and stays owed." in str(letter.body)
    assert "take this back" not in str(letter.body)


def test_what_was_taken_back_says_what_is_charged_next(shop: MerchantInSight) -> None:
    tell(studio(shop), "cancel_undone")
    [letter] = post()
    assert letter.subject == "Studio goes on"
    assert "The next payment is EUR\u00a049.00 on 8 December 2026." in str(letter.body)


def test_what_stands_otherwise_by_now_is_not_written_about(shop: MerchantInSight) -> None:
    of = studio(shop)
    tell(of, "cancel_scheduled")
    tell(of, "canceled")
    assert post() == []


def test_an_event_that_comes_twice_is_one_letter(shop: MerchantInSight) -> None:
    tell(studio(shop), "cancel_undone")
    event = Event.objects.get(merchant_id=shop.id)
    write_ending_letter(event, NOW)
    assert len(post()) == 1


def test_it_is_written_in_the_customers_language(shop: MerchantInSight) -> None:
    tell(studio(shop, language="de", cancels_at=ENDS), "cancel_scheduled")
    [letter] = post()
    assert letter.subject == "Studio endet am 8. Dezember 2026"
    assert "Es wird dafür nichts mehr abgebucht." in str(letter.body)
