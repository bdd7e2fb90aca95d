"""What a calendar program reads at a secret address, and what everybody else does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from django.test import Client

from paydesk.access.calendar.feeds import make_feed, stop_feed
from paydesk.access.forget import forget_what_is_over
from paydesk.access.limits import CALENDAR_ASKED_FOR, LIMITS
from paydesk.access.models import CalendarFeed, LimitCount
from paydesk.billing.customers.models import Customer
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests import builders

pytestmark = pytest.mark.django_db


def made(who: Customer, language: str = "en") -> str:
    """Make an address and give its secret."""
    return make_feed(merchant_id=who.merchant_id, customer_id=who.id, language=language, now=clock.wall_now())


def ask(secret: str, slug: str = "harbor", **headers: Any) -> Any:
    """Be a calendar program."""
    return Client(HTTP_HOST="127.0.0.1:8000").get(f"/m/{slug}/calendar/{secret}.ics", **headers)


def events(response: Any) -> list[dict[str, str]]:
    """Read the events as another program does."""
    assert response.status_code == 200, response.content
    calendar = icalendar.Calendar.from_ical(response.content)
    return [
        {name: str(event.get(name)) for name in ("SUMMARY", "DESCRIPTION", "URL", "UID")}
        | {"day": event.decoded("DTSTART").isoformat()}
        for event in calendar.walk("VEVENT")
    ]


@pytest.fixture
def plan(ada: Customer, account: Connection) -> str:
    """A plan of two more payments that Paydesk collects, the first overdue; gives its public id."""
    order = builders.order(ada, account, "Kiln, large; blue")
    agreed = builders.subscription(
        order,
        3_000,
        collected_by="paydesk",
        payments_total=3,
        total_minor=9_000,
        anchor_date=builders.days(-31).date(),
        state="past_due",
    )
    for position, (days, state) in enumerate([(-31, "paid"), (-2, "failed"), (28, "scheduled")], start=1):
        builders.payment(
            order,
            3_000,
            state=state,
            subscription_id=agreed.id,
            collected_by="paydesk",
            position=position,
            due_at=builders.days(days),
            due_date=builders.days(days).date(),
        )
    return agreed.public_id


def test_what_was_stopped_and_what_never_was_answer_with_the_same_bytes(ada: Customer) -> None:
    secret = made(ada)
    [row] = CalendarFeed.objects.all()
    assert stop_feed(
        merchant_id=ada.merchant_id, customer_id=ada.id, public_id=row.public_id, now=clock.wall_now()
    )
    stopped, never = ask(secret), ask("A" * 43)
    assert stopped.status_code == never.status_code == 404
    assert stopped.content == never.content
    assert dict(stopped.headers) == dict(never.headers)
    assert not LimitCount.objects.exists()


def test_another_merchant_and_another_customer_are_not_shown(
    shop: MerchantInSight, ada: Customer, account: Connection, plan: str
) -> None:
    other = builders.merchant("other")
    assert ask(made(ada), slug=other.slug).status_code == 404
    assert events(ask(made(builders.customer(other, "Cleo")), slug="other")) == []
    assert events(ask(made(builders.customer(shop, "Ben")))) == []


def test_only_keyed_hashes_are_kept(ada: Customer) -> None:
    secret = made(ada)
    [row] = CalendarFeed.objects.all()
    assert len(bytes(row.secret_hash)) == 32
    assert secret.encode() not in bytes(row.secret_hash)
    assert len(secret) == 43


@pytest.mark.usefixtures("account")
def test_it_says_what_how_much_and_when_and_nothing_of_who(ada: Customer, plan: str) -> None:
    response = ask(made(ada))
    overdue, next_one = events(response)
    assert overdue["SUMMARY"] == "Overdue: Kiln, large; blue, EUR\u00a030.00"
    assert next_one["SUMMARY"] == "Kiln, large; blue, EUR\u00a030.00"
    assert next_one["day"] == builders.days(28).date().isoformat()
    assert next_one["DESCRIPTION"].startswith("Payment 3 of 3")
    assert next_one["URL"] == f"http://127.0.0.1:8000/m/harbor/subscriptions/{plan}"
    assert overdue["URL"].endswith("/pay")
    calendar = icalendar.Calendar.from_ical(response.content)
    assert str(calendar["X-WR-CALNAME"]) == "Harbor Coffee Roasters"
    for private in ("Ada", "Okafor", "ada@example.com", "4242"):
        assert private not in response.content.decode()


def test_a_german_customer_reads_german(ada: Customer, plan: str) -> None:
    secret = made(ada, "de")
    overdue, next_one = events(ask(secret, HTTP_ACCEPT_LANGUAGE="en"))
    assert overdue["SUMMARY"] == "Überfällig: Kiln, large; blue, 30,00\u00a0EUR"
    assert next_one["DESCRIPTION"].startswith("Zahlung 3 von 3")


def test_names_stay_when_days_move(ada: Customer, plan: str) -> None:
    secret = made(ada)
    before = {one["UID"] for one in events(ask(secret))}
    ada.payment_set.filter(state="scheduled").update(due_date=builders.days(33).date())
    assert {one["UID"] for one in events(ask(secret))} == before
    assert len(before) == 2


def test_what_a_company_collects_is_there_for_a_year(ada: Customer, account: Connection) -> None:
    builders.subscription(builders.order(ada, account), next_payment_at=builders.days(3))
    found = events(ask(made(ada)))
    assert len(found) == 12
    assert len({one["UID"] for one in found}) == 12


@pytest.mark.usefixtures("plan")
def test_a_program_that_knows_it_already_gets_nothing_new(ada: Customer) -> None:
    with time_machine.travel(builders.now(), tick=False):
        secret = made(ada)
        first = ask(secret)
        again = ask(secret, HTTP_IF_NONE_MATCH=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        ada.payment_set.filter(state="scheduled").update(owed_minor=2_500)
        assert ask(secret, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200
    assert first["Cache-Control"] == "private, no-cache"
    assert first["Content-Type"] == "text/calendar; charset=utf-8"


def test_a_post_is_not_taken_and_no_session_is_needed_or_made(ada: Customer) -> None:
    secret = made(ada)
    assert Client(HTTP_HOST="127.0.0.1:8000").post(f"/m/harbor/calendar/{secret}.ics").status_code == 405
    assert ask(secret).cookies == {}


def test_asked_for_too_often_it_waits_and_says_how_long(ada: Customer) -> None:
    secret, other = made(ada), made(ada)
    [rule] = LIMITS[CALENDAR_ASKED_FOR]
    for _ in range(rule.most):
        assert ask(secret).status_code == 200
    refused = ask(secret)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3_600
    assert ask(other).status_code == 200
    with time_machine.travel(clock.wall_now() + timedelta(hours=1, seconds=1)):
        assert ask(secret).status_code == 200


def test_when_it_was_used_is_noted_and_what_was_stopped_is_forgotten(ada: Customer) -> None:
    secret = made(ada)
    ask(secret)
    [row] = CalendarFeed.objects.all()
    assert row.used_at is not None
    mine = {"merchant_id": ada.merchant_id, "customer_id": ada.id}
    stop_feed(**mine, public_id=row.public_id, now=clock.wall_now())
    forget_what_is_over(merchant_id=ada.merchant_id, now=builders.days(80))
    assert CalendarFeed.objects.exists()
    forget_what_is_over(merchant_id=ada.merchant_id, now=builders.days(100))
    assert not CalendarFeed.objects.exists()
