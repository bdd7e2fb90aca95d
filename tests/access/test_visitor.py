"""Who is at the door: sessions by cookie and by bearer token, tickets, and what may frame a page."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from paydesk.access.models import Session
from paydesk.access.sessions import BearerRefused, NewSession, list_sessions, start_bearer_session
from paydesk.access.tickets import TicketRefused, issue_ticket, redeem_ticket
from paydesk.access.visitor import Visitor, visitor, visitor_of_session
from paydesk.billing.customers.models import Customer
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Merchant
from tests.access.door import HOST, Browser
from tests.access.scene import ADA, NOW, customer, merchant

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example"
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def bearer(shop: MerchantInSight, ada: Customer, *, origin: str = SHOP) -> NewSession:
    """Start a session for a frame."""
    return start_bearer_session(
        merchant_id=shop.id,
        customer_id=ada.id,
        address=ADA,
        parent_origin=origin,
        frame_origins=shop.frame_origins,
        device="test",
        now=NOW,
    )


def who_of(shop: MerchantInSight, session: NewSession) -> Visitor:
    """Give the visitor of a session."""
    who = visitor_of_session(merchant=shop, session_id=session.id, now=NOW)
    assert who
    return who


def test_a_session_ends_after_30_minutes_without_use() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    with time_machine.travel(NOW, tick=False) as time:
        browser.sign_in()
        time.shift(30 * MINUTE - SECOND)
        assert browser.is_in
        time.shift(30 * MINUTE - SECOND)
        assert browser.is_in
        time.shift(30 * MINUTE)
        assert not browser.is_in


def test_a_session_ends_after_12_hours_however_much_it_is_used() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    with time_machine.travel(NOW, tick=False) as time:
        browser.sign_in()
        for _ in range(36):
            assert browser.is_in
            time.shift(20 * MINUTE)
        assert not browser.is_in


def test_a_clock_that_is_set_back_opens_nothing() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    with time_machine.travel(NOW, tick=False) as time:
        browser.sign_in()
        time.shift(-timedelta(hours=1))
        assert not browser.is_in


def test_reading_pages_writes_once_a_minute() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    with time_machine.travel(NOW, tick=False) as time:
        browser.sign_in()
        time.shift(59 * SECOND)
        browser.open("/devices")
        assert Session.objects.get().seen_at == NOW
        time.shift(SECOND)
        browser.open("/devices")
        assert Session.objects.get().seen_at == NOW + MINUTE


def test_a_bearer_session_needs_a_registered_origin() -> None:
    shop = merchant(origins=(SHOP,))
    ada = customer(shop)
    with pytest.raises(BearerRefused):
        bearer(shop, ada, origin="https://evil.example")
    assert bearer(shop, ada).token


def test_a_bearer_token_shows_a_page_and_needs_no_csrf_token() -> None:
    shop = merchant(origins=(SHOP,))
    ada = customer(shop)
    browser = Browser(shop, HTTP_AUTHORIZATION=f"Bearer {bearer(shop, ada).token}")
    with time_machine.travel(NOW, tick=False):
        assert browser.open("/devices").status_code == 200
        assert browser.client.post(f"{browser.prefix}/devices/end-others").status_code == 303


def test_a_cookie_always_needs_the_csrf_token() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    browser.sign_in()
    assert browser.client.post(f"{browser.prefix}/devices/end-others").status_code == 403


def test_a_bad_bearer_token_is_refused_whatever_cookie_comes_along() -> None:
    shop = merchant(origins=(SHOP,))
    customer(shop)
    browser = Browser(shop)
    browser.sign_in()
    answer = browser.open("/devices", HTTP_AUTHORIZATION="Bearer made-up")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert browser.open("/devices", HTTP_AUTHORIZATION=f"Bearer {browser.session}").status_code == 401


def test_a_bearer_token_is_no_cookie() -> None:
    shop = merchant(origins=(SHOP,))
    ada = customer(shop)
    browser = Browser(shop)
    with time_machine.travel(NOW, tick=False):
        browser.client.cookies[f"paydesk-{shop.uuid.hex}"] = bearer(shop, ada).token
        assert not browser.is_in


def test_an_origin_that_was_taken_off_the_list_ends_its_frames_sessions() -> None:
    shop = merchant(origins=(SHOP,))
    ada = customer(shop)
    browser = Browser(shop, HTTP_AUTHORIZATION=f"Bearer {bearer(shop, ada).token}")
    Merchant.objects.update(frame_origins=[])
    with time_machine.travel(NOW, tick=False):
        assert browser.open("/devices").status_code == 401


def test_every_page_renders_as_its_main_alone() -> None:
    shop = merchant(origins=(SHOP,))
    ada = customer(shop)
    browser = Browser(shop, HTTP_AUTHORIZATION=f"Bearer {bearer(shop, ada).token}", HTTP_PAYDESK_PART="main")
    with time_machine.travel(NOW, tick=False):
        words = browser.open("/devices").content.decode().strip()
    assert words.startswith("<main")
    assert words.endswith("</main>")


def test_bearer_sessions_stand_in_the_list_with_their_site() -> None:
    shop = merchant(origins=(SHOP,))
    ada = customer(shop)
    bearer(shop, ada)
    [listed] = list_sessions(merchant_id=shop.id, customer_id=ada.id, now=NOW)
    assert (listed.carrier, listed.parent_origin) == ("bearer", SHOP)


def test_only_the_registered_origins_may_frame_a_page() -> None:
    framed, plain = merchant(origins=(SHOP, "https://www.shop.example")), merchant("plain")
    policy = Browser(framed).open("/sign-in")["Content-Security-Policy"]
    assert f"frame-ancestors {SHOP} https://www.shop.example;" in policy + ";"
    assert "frame-ancestors 'none'" in Browser(plain).open("/sign-in")["Content-Security-Policy"]


def test_nothing_that_is_shown_to_a_cookie_is_framed_also_by_a_registered_origin() -> None:
    # A page of the same site is sent the cookie in its frame, where a press proves nothing.
    shop = merchant(origins=(SHOP,))
    ada = customer(shop)
    browser = Browser(shop)
    framed = Browser(shop, HTTP_AUTHORIZATION=f"Bearer {bearer(shop, ada).token}")
    with time_machine.travel(NOW, tick=False):
        browser.sign_in()
        for path in ("/devices", "/sign-in", "/sign-in/prove", "/details/email/link", "/nothing-here"):
            assert "frame-ancestors 'none'" in browser.open(path)["Content-Security-Policy"], path
            policy = framed.open(path)["Content-Security-Policy"]
            assert f"frame-ancestors {SHOP}" in policy, path
        assert browser.is_in
    # A cookie whose session is over shows nothing of anybody.
    with time_machine.travel(NOW + timedelta(hours=13), tick=False):
        assert f"frame-ancestors {SHOP}" in browser.open("/sign-in")["Content-Security-Policy"]


def test_the_content_policy_has_a_nonce_and_nothing_unsafe() -> None:
    browser = Browser(merchant())
    first, second = (browser.open("/sign-in/link")["Content-Security-Policy"] for _ in range(2))
    assert "default-src 'none'" in first
    assert "script-src 'nonce-" in first
    assert first != second
    assert "unsafe" not in first
    assert "*" not in first


def test_what_a_ticket_opens_stands_at_the_top_level_alone() -> None:
    shop = merchant(origins=(SHOP,))
    ada = customer(shop)
    token, browser = bearer(shop, ada).token, Browser(shop)
    with time_machine.travel(NOW, tick=False):
        path = f"{browser.prefix}/devices"
        given = browser.client.post(
            f"{browser.prefix}/tickets", {"path": path}, headers={"Authorization": f"Bearer {token}"}
        ).json()
        opened = browser.client.post(given["address"], {"ticket": given["ticket"], "path": path})
    assert opened.status_code == 200
    assert "frame-ancestors 'none'" in opened["Content-Security-Policy"]


def test_a_ticket_opens_one_address_once() -> None:
    shop = merchant(origins=(SHOP,))
    ada = customer(shop)
    token = bearer(shop, ada).token
    browser = Browser(shop)
    with time_machine.travel(NOW, tick=False):
        path = f"{browser.prefix}/devices"
        given = browser.client.post(
            f"{browser.prefix}/tickets", {"path": path}, headers={"Authorization": f"Bearer {token}"}
        ).json()
        sent = {"ticket": given["ticket"], "path": path}
        elsewhere = sent | {"path": f"{browser.prefix}/sign-out"}
        assert browser.client.post(given["address"], elsewhere).status_code == 410
        opened = browser.client.post(given["address"], sent)
        assert opened.status_code == 200
        assert "Devices" in opened.content.decode()
        assert browser.session == ""
        assert browser.client.post(given["address"], sent).status_code == 410


def test_a_ticket_never_acts() -> None:
    shop = merchant(origins=(SHOP,))
    ada = customer(shop)
    who = who_of(shop, bearer(shop, ada))
    browser = Browser(shop)
    path = f"{browser.prefix}/devices/end-others"
    with time_machine.travel(NOW, tick=False):
        secret = issue_ticket(visitor=who, path=path, now=NOW)
        assert (
            browser.client.post(
                f"{browser.prefix}/tickets/open", {"ticket": secret, "path": path}
            ).status_code
            == 405
        )


def test_a_ticket_is_good_for_a_minute() -> None:
    shop = merchant(origins=(SHOP,))
    who = who_of(shop, bearer(shop, customer(shop)))
    secret = issue_ticket(visitor=who, path="/payments", now=NOW)
    with pytest.raises(TicketRefused):
        redeem_ticket(merchant=shop, secret=secret, path="/payments", now=NOW + MINUTE)
    assert redeem_ticket(merchant=shop, secret=secret, path="/payments", now=NOW + MINUTE - SECOND) == who


def test_a_ticket_ends_with_its_session() -> None:
    shop = merchant(origins=(SHOP,))
    session = bearer(shop, customer(shop))
    secret = issue_ticket(visitor=who_of(shop, session), path="/payments", now=NOW)
    Session.objects.update(revoked_at=NOW)
    with pytest.raises(TicketRefused):
        redeem_ticket(merchant=shop, secret=secret, path="/payments", now=NOW)


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "payments", ""])
def test_a_ticket_is_for_this_portal_alone(path: str) -> None:
    shop = merchant(origins=(SHOP,))
    who = who_of(shop, bearer(shop, customer(shop)))
    with pytest.raises(TicketRefused):
        issue_ticket(visitor=who, path=path, now=NOW)


def test_a_ticket_is_of_one_merchant() -> None:
    shop, other = merchant(origins=(SHOP,)), merchant("other")
    secret = issue_ticket(visitor=who_of(shop, bearer(shop, customer(shop))), path="/payments", now=NOW)
    with pytest.raises(TicketRefused):
        redeem_ticket(merchant=other, secret=secret, path="/payments", now=NOW)


def test_who_is_at_the_door_costs_one_statement() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    browser.sign_in()
    request = RequestFactory(HTTP_HOST=HOST).get("/")
    request.merchant = shop  # type: ignore[attr-defined]
    request.COOKIES[f"paydesk-{shop.uuid.hex}"] = browser.session
    with CaptureQueriesContext(connection) as asked:
        assert visitor(request) is not None
        assert visitor(request) is not None
    assert len(asked) == 1
