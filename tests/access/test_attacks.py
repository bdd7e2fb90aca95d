"""The attacks on signing in by letter, each by its number: T1 to T14 here, T15 to T20 in test_attacks_by_address.py.

T3, T4, T5 and T13 need a real browser: tests/journeys/portal/test_sign_in_attacks.py.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

import pytest

from paydesk.access.cookies import request_cookie, session_cookie
from paydesk.access.models import Session, SignInRequest
from paydesk.access.redeem import SignInRefused
from tests.access.door import Browser, nonce_on, now
from tests.access.scene import (
    ADA,
    ask,
    customer,
    merchant,
    open_link,
    post,
    type_code,
)

pytestmark = pytest.mark.django_db

EVIL_PATHS = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/%0d%0aSet-Cookie:x=y\r\n",
    "/m/harbor//evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "data:text/html,hello",
    "@evil.example",
    "https:/m/harbor/@evil.example",
    "／／evil.example",
    "/m/harbor/\u2028evil.example",
    "/m/other/payments",
    "/" + "a" * 600,
]


def test_t01_a_head_request_leaves_the_link_usable() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    browser.ask()
    [letter] = post(now())
    for scanner in (Browser(shop), browser):
        assert scanner.client.head(f"{scanner.prefix}/sign-in/link").status_code == 200
    assert not Session.objects.exists()
    assert browser.open_link(letter).status_code == 303


def test_t02_a_get_request_leaves_the_link_usable() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    browser.ask()
    [letter] = post(now())
    scanner = Browser(shop)
    for address in ("/sign-in/link", f"/sign-in/link?{letter.secret}", f"/sign-in/link?key={letter.secret}"):
        assert scanner.open(address).status_code == 200
        assert browser.open(address).status_code == 200
    assert not Session.objects.exists()
    assert SignInRequest.objects.get().used_at is None
    assert browser.open_link(letter).status_code == 303


def test_t06_a_link_that_was_rewritten_still_works() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    browser.ask()
    [letter] = post(now())
    # A wrapper quotes the whole address and gives it back; others append parameters or change the host's case.
    assert unquote(quote(letter.link, safe="")) == letter.link
    assert re.fullmatch(r"[A-Za-z0-9_-]+", letter.secret)
    page = browser.open("/sign-in/link?utm_source=mail&__s=1", HTTP_HOST="LOCALHOST:8000")
    assert page.status_code == 404
    page = browser.open("/sign-in/link?utm_source=mail&__s=1", HTTP_HOST="127.0.0.1:8000")
    assert page.status_code == 200
    assert (
        browser.press("/sign-in/link?utm_source=mail", key=letter.secret, nonce=nonce_on(page)).status_code
        == 303
    )


def test_t06_the_hosts_case_does_not_matter() -> None:
    shop = merchant("bay", host_name="billing.bay.example")
    customer(shop)
    browser = Browser(shop, HTTP_HOST="Billing.BAY.example")
    browser.prefix = ""
    assert browser.open("/sign-in/link").status_code == 200


def test_t07_a_used_link_opens_nothing_again() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    letter = browser.sign_in()
    other = Browser(shop)
    page = other.open("/sign-in/link")
    for code in ("", letter.code):
        again = other.press("/sign-in/link", key=letter.secret, nonce=nonce_on(page), code=code)
        assert again.status_code == 410
    assert Session.objects.count() == 1


def test_t08_two_redeems_one_after_the_other_make_one_session() -> None:
    """At the very same moment: tests/access/test_races.py."""
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    open_link(shop, letter, browser=browser)
    with pytest.raises(SignInRefused):
        type_code(shop, letter.code, browser=browser)
    assert Session.objects.count() == 1


def test_t09_the_link_alone_opens_nothing_in_another_browser() -> None:
    shop = merchant()
    customer(shop)
    Browser(shop).ask()
    [letter] = post(now())
    thief = Browser(shop)
    thief.open("/sign-in/link")
    confirm = thief.press("/sign-in/link", key=letter.secret)
    assert thief.press("/sign-in/link", key=letter.secret, nonce=nonce_on(confirm)).status_code == 422
    assert not thief.is_in


def test_t10_a_forwarded_link_names_its_account_and_signs_nobody_in_by_itself() -> None:
    shop = merchant()
    customer(shop, "mallory@evil.example")
    attacker, victim = Browser(shop), Browser(shop)
    attacker.ask("mallory@evil.example")
    [letter] = post(now())
    victim.open("/sign-in/link")
    confirm = victim.press("/sign-in/link", key=letter.secret)
    words = confirm.content.decode()
    assert "Harbor" in words
    assert "m•••@e•••.example" in words
    assert not victim.is_in


def test_t10_a_press_without_the_confirm_page_of_this_browser_does_nothing() -> None:
    shop = merchant()
    customer(shop, "mallory@evil.example")
    attacker, victim = Browser(shop), Browser(shop)
    attacker.ask("mallory@evil.example")
    [letter] = post(now())
    attackers_nonce = nonce_on(attacker.open("/sign-in/link"))
    victim.open("/sign-in/link")
    for nonce in ("", attackers_nonce, "1.2", "made up"):
        shown = victim.press("/sign-in/link", key=letter.secret, nonce=nonce, code=letter.code)
        assert shown.status_code == 200
        assert not victim.is_in
    unasked = victim.client.post(f"{victim.prefix}/sign-in/link", {"key": letter.secret, "code": letter.code})
    assert unasked.status_code == 403


def test_t10_a_victim_who_has_just_asked_is_shown_whose_link_it_is() -> None:
    shop = merchant()
    customer(shop)
    customer(shop, "mallory@evil.example")
    attacker, victim = Browser(shop), Browser(shop)
    attacker.ask("mallory@evil.example")
    [forwarded] = post(now())
    victim.ask()
    shown = victim.open_link(forwarded)
    assert shown.status_code == 200
    assert "m•••@e•••.example" in shown.content.decode()
    assert not victim.is_in


def test_t11_a_planted_session_cookie_is_worth_nothing() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    browser.client.cookies[session_cookie(shop)] = "planted"
    browser.sign_in()
    assert browser.session != "planted"
    thief = Browser(shop)
    thief.client.cookies[session_cookie(shop)] = "planted"
    assert not thief.is_in


def test_t11_signing_in_again_ends_the_session_before() -> None:
    shop = merchant()
    customer(shop)
    browser, thief = Browser(shop), Browser(shop)
    browser.sign_in()
    thief.client.cookies[session_cookie(shop)] = browser.session
    browser.sign_in()
    assert browser.is_in
    assert not thief.is_in


def test_t11_a_planted_request_cookie_is_replaced() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    browser.client.cookies[request_cookie(shop)] = "planted"
    browser.ask()
    assert browser.asked not in {"", "planted"}


@pytest.mark.parametrize("path", EVIL_PATHS)
def test_t12_next_never_leads_to_another_site(path: str) -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    browser.ask(next=path)
    # Somebody could have changed the row meanwhile, too.
    SignInRequest.objects.update(next_path=path[:500])
    [letter] = post(now())
    assert browser.open_link(letter)["Location"] == f"{browser.prefix}/"
    assert browser.client.get(f"{browser.prefix}/sign-in", {"next": path})["Location"] == f"{browser.prefix}/"


def test_t13_no_page_of_signing_in_loads_or_tells_another_site() -> None:
    """What a real browser requests: tests/journeys/portal/test_sign_in_attacks.py."""
    page = Browser(merchant()).open("/sign-in/link")
    assert page["Referrer-Policy"] == "same-origin"
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.content.decode())


def test_t14_a_forged_host_reaches_no_merchant_and_no_letter() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    browser.open("/sign-in")
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    assert browser.press("/sign-in", headers=forged, address=ADA).status_code == 404
    assert (
        browser.press("/sign-in", headers={"X-Forwarded-Host": "evil.example"}, address=ADA).status_code
        == 303
    )
    [letter] = post(now())
    assert letter.link.startswith("http://127.0.0.1:8000/m/harbor/sign-in/link#")
    assert "evil" not in str(letter.message.message())
