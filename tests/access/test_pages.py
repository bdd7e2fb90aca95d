"""The pages of signing in, one press after the other, as a browser sends them."""

from __future__ import annotations

import pytest

from paydesk.access.models import Session
from tests.access.door import Browser, nonce_on, now
from tests.access.scene import ADA, STRANGER, customer, merchant, other_code, post

pytestmark = pytest.mark.django_db


def test_ask_then_open_the_link_in_the_same_browser() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    asked = browser.ask(next=f"{browser.prefix}/devices")
    assert (asked.status_code, asked["Location"]) == (303, f"{browser.prefix}/sign-in/code")
    [letter] = post(now())
    page = browser.open("/sign-in/link")
    assert "a•••@e•••.com" in page.content.decode()
    arrived = browser.press("/sign-in/link", key=letter.secret, nonce=nonce_on(page))
    assert (arrived.status_code, arrived["Location"]) == (303, f"{browser.prefix}/devices")
    assert browser.is_in


def test_ask_then_type_the_code_without_any_script() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    browser.ask()
    [letter] = post(now())
    assert ADA in browser.open("/sign-in/code").content.decode()
    assert browser.press("/sign-in/code", code=f" {letter.code[:4]}-{letter.code[4:]} ").status_code == 303
    assert browser.is_in


def test_in_another_browser_the_link_asks_for_the_code() -> None:
    shop = merchant()
    customer(shop)
    Browser(shop).ask()
    [letter] = post(now())
    other = Browser(shop)
    other.open("/sign-in/link")
    confirm = other.press("/sign-in/link", key=letter.secret)
    words = confirm.content.decode()
    assert "a•••@e•••.com" in words
    assert 'name="code"' in words
    nonce = nonce_on(confirm)
    assert other.press("/sign-in/link", key=letter.secret, nonce=nonce, code="12 34").status_code == 422
    wrong = other.press("/sign-in/link", key=letter.secret, nonce=nonce, code=other_code(letter.code))
    assert wrong.status_code == 422
    assert other.press("/sign-in/link", key=letter.secret, nonce=nonce, code=letter.code).status_code == 303
    assert other.is_in


def test_a_used_link_says_so_and_offers_a_new_one_with_one_press() -> None:
    shop = merchant()
    customer(shop)
    letter = Browser(shop).sign_in()
    other = Browser(shop)
    other.open("/sign-in/link")
    refused = other.press("/sign-in/link", key=letter.secret)
    assert refused.status_code == 410
    assert "This link has been used." in refused.content.decode()
    assert other.press("/sign-in/again", key=letter.secret).status_code == 303
    [further] = post(now())
    assert further.to == ADA
    assert other.open_link(further).status_code == 303


def test_a_link_that_is_not_ours_is_not_found() -> None:
    browser = Browser(merchant())
    browser.open("/sign-in/link")
    assert browser.press("/sign-in/link", key="not a link of ours").status_code == 404
    assert browser.press("/sign-in/link").status_code == 404


def test_what_is_no_address_is_refused_beside_the_field_and_kept() -> None:
    browser = Browser(merchant())
    refused = browser.ask("ada at example")
    assert refused.status_code == 422
    assert 'value="ada at example"' in refused.content.decode()
    assert 'aria-invalid="true"' in refused.content.decode()


def test_what_cannot_be_a_code_is_no_try() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    browser.ask()
    [letter] = post(now())
    for _ in range(9):
        assert browser.press("/sign-in/code", code="123").status_code == 422
    assert browser.press("/sign-in/code", code=letter.code).status_code == 303


def test_the_code_page_without_a_request_leads_to_the_first_page() -> None:
    browser = Browser(merchant())
    assert browser.open("/sign-in/code")["Location"] == f"{browser.prefix}/sign-in"
    browser.open("/sign-in")
    assert browser.press("/sign-in/code", code="12345678")["Location"] == f"{browser.prefix}/sign-in"


def test_a_page_for_customers_sends_a_stranger_to_sign_in_and_back() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    sent = browser.open("/devices")
    assert sent.status_code == 303
    assert sent["Location"] == f"{browser.prefix}/sign-in?next=%2Fm%2Fharbor%2Fdevices"


def test_sessions_are_listed_and_ended() -> None:
    shop = merchant()
    customer(shop)
    phone = Browser(shop, HTTP_USER_AGENT="Mozilla/5.0 (iPhone) AppleWebKit Version/17 Safari/604.1")
    laptop = Browser(shop, HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko Firefox/153.0")
    phone.sign_in()
    laptop.sign_in()
    listed = laptop.open("/devices").content.decode()
    assert "Safari on iPhone" in listed
    assert "Firefox on Linux" in listed
    of_phone = Session.objects.order_by("id")[0]
    assert laptop.press(f"/devices/{of_phone.public_id}/end").status_code == 303
    assert not phone.is_in
    assert laptop.is_in


def test_every_other_session_is_ended_with_one_press() -> None:
    shop = merchant()
    customer(shop)
    browsers = [Browser(shop) for _ in range(3)]
    for browser in browsers:
        browser.sign_in()
    assert browsers[0].press("/devices/end-others").status_code == 303
    assert [browser.is_in for browser in browsers] == [True, False, False]


def test_nobody_ends_another_customers_session() -> None:
    shop = merchant()
    customer(shop)
    customer(shop, "bo@example.com")
    ada, bo = Browser(shop), Browser(shop)
    ada.sign_in()
    bo.sign_in("bo@example.com")
    of_ada = Session.objects.order_by("id")[0]
    assert bo.press(f"/devices/{of_ada.public_id}/end").status_code == 404
    assert ada.is_in


def test_signing_out_ends_the_session_and_not_only_its_cookie() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    browser.sign_in()
    token = browser.session
    assert browser.open("/sign-out").status_code == 200
    assert browser.is_in
    assert "You are signed out" in browser.press("/sign-out").content.decode()
    assert browser.session == ""
    browser.client.cookies[_name(browser)] = token
    assert not browser.is_in


def test_every_answer_stays_out_of_caches() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    answers = [browser.open("/sign-in"), browser.ask(STRANGER), browser.open("/sign-in/code")]
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}


def _name(browser: Browser) -> str:
    from paydesk.access.cookies import session_cookie

    return session_cookie(browser.shop)
