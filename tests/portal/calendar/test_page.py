"""The page on which a customer makes secret addresses for calendar programs, and stops them."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.test import Client

from paydesk.access.calendar.feeds import FEEDS_MAX
from paydesk.access.models import CalendarFeed
from paydesk.billing.customers.models import Customer
from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.portal.reading import PORTAL, read, words

pytestmark = pytest.mark.django_db

ADDRESS = re.compile(r">(http://127\.0\.0\.1:8000/m/harbor/calendar/[\w-]{43}\.ics)</textarea>")


def test_a_session_that_was_left_open_makes_no_address(browser: Client) -> None:
    with time_machine.travel(builders.days(0.01)):
        answer = browser.post(f"{PORTAL}/calendar/make")
    assert answer.status_code == 303
    assert "/prove?next=" in answer["Location"]
    assert not CalendarFeed.objects.exists()


def test_looking_makes_nothing(browser: Client) -> None:
    assert "There is none yet." in read(browser, "/calendar")
    assert browser.get(f"{PORTAL}/calendar/make").status_code == 303
    assert not CalendarFeed.objects.exists()


def test_an_address_is_shown_once_and_opens(browser: Client) -> None:
    made = browser.post(f"{PORTAL}/calendar/make")
    [address] = ADDRESS.findall(made.content.decode())
    assert "It is shown this one time" in words(made)
    again = browser.get(f"{PORTAL}/calendar")
    assert ADDRESS.findall(again.content.decode()) == []
    assert "Not used yet" in words(again)

    path = address.removeprefix("http://127.0.0.1:8000")
    assert Client(HTTP_HOST="127.0.0.1:8000").get(path).status_code == 200
    assert "last used" in read(browser, "/calendar")

    [row] = CalendarFeed.objects.all()
    stopped = browser.post(f"{PORTAL}/calendar/{row.public_id}/stop", follow=True)
    assert "It opens nothing any more." in words(stopped)
    assert Client(HTTP_HOST="127.0.0.1:8000").get(path).status_code == 404


def test_more_than_a_person_can_keep_apart_are_not_made(browser: Client) -> None:
    for _ in range(FEEDS_MAX):
        assert browser.post(f"{PORTAL}/calendar/make").status_code == 200
    refused = browser.post(f"{PORTAL}/calendar/make")
    assert refused.status_code == 409
    assert "Stop one that you no longer use." in words(refused)
    assert "Make another address" not in words(refused)


def test_nobody_stops_the_address_of_somebody_else(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    ben = builders.signed_in_client(shop, builders.customer(shop, "Ben"))
    ben.post(f"{PORTAL}/calendar/make")
    [row] = CalendarFeed.objects.all()
    assert browser.post(f"{PORTAL}/calendar/{row.public_id}/stop").status_code == 404
    assert "Not used yet" not in read(browser, "/calendar")
    assert "Not used yet" in read(ben, "/calendar")
    assert CalendarFeed.objects.get().revoked_at is None


def test_it_is_found_in_the_menu(browser: Client) -> None:
    assert f'href="{PORTAL}/calendar"' in browser.get(f"{PORTAL}/").content.decode()
