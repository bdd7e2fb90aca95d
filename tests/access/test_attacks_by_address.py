"""The attacks that go by the address, T15 to T20: who is known, how much is sent, what is guessed, what leaks."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from paydesk.access.cookies import request_cookie, session_cookie
from paydesk.access.keys import LINK, hash_of
from paydesk.access.models import LinkSecret, Session
from paydesk.access.redeem import SignInRefused
from paydesk.merchants.find import MerchantInSight
from paydesk.notices.models import MailboxMessage
from tests.access.door import Browser, now
from tests.access.scene import (
    ADA,
    NOW,
    STRANGER,
    ask,
    customer,
    merchant,
    open_link,
    other_code,
    post,
    type_code,
)

pytestmark = pytest.mark.django_db

#: What left us, its status first, and the statements that it took.
_Step = tuple[tuple[Any, ...], list[str]]


@pytest.mark.parametrize("limited", [False, True])
def test_t15_known_and_unknown_addresses_get_the_same_bytes_for_the_same_work(limited: bool) -> None:
    shop = merchant()
    customer(shop, "known@example.com")
    with time_machine.travel(NOW, tick=False):
        known = _walk(shop, "known@example.com", limited=limited)
        unknown = _walk(shop, "other@example.com", limited=limited)
    assert [answer[0] for answer, _ in known] == [200, 303, 200, 200, *[422] * 6, 303, 200]
    assert sum(len(statements) for _, statements in known) > 30
    for step, (left, right) in enumerate(zip(known, unknown, strict=True)):
        assert left == right, f"step {step}"


def _walk(shop: MerchantInSight, address: str, *, limited: bool) -> list[_Step]:
    """Ask, look, type a wrong code six times, ask again: everything an attacker can see and we do, by step."""
    if limited:
        for number in range(3):
            ask(shop, address, network=f"10.0.0.{number}")
    browser = Browser(shop)
    steps: list[_Step] = []

    def note(act: Callable[[], HttpResponse]) -> None:
        with CaptureQueriesContext(connection) as asked:
            answer = act()
        steps.append((_seen(answer, address), [_shape(query["sql"]) for query in asked.captured_queries]))

    note(lambda: browser.open("/sign-in"))
    note(lambda: browser.press("/sign-in", address=address))
    note(lambda: browser.open("/sign-in/code"))
    post(NOW)
    note(lambda: browser.open("/sign-in/link"))
    for _ in range(6):
        note(lambda: browser.press("/sign-in/code", code="00000000"))
    note(lambda: browser.press("/sign-in/again"))
    note(lambda: browser.open("/sign-in/code?again"))
    post(NOW)
    return steps


def _seen(answer: HttpResponse, address: str) -> tuple[Any, ...]:
    """Give all that leaves us, but for what is random and for the address that was typed."""
    random = r"[A-Za-z0-9_-]{32,}|\d+\.[0-9a-f]{64}|nonce-[^']+|nonce=\"[^\"]+\""
    body = (
        re.sub(random, "?", answer.content.decode())
        .replace(address, "ADDRESS")
        .replace(address[:1] + "•", "A•")
    )
    headers = {
        name: re.sub(random, "?", value) for name, value in answer.headers.items() if name != "Content-Length"
    }
    cookies = {name: {**morsel, "length": len(morsel.value)} for name, morsel in answer.cookies.items()}
    return answer.status_code, body, headers, cookies


def _shape(sql: str) -> str:
    """Keep a statement's verb and tables."""
    return " ".join([sql.split()[0], *re.findall(r'(?:FROM|INTO|UPDATE|JOIN) "(\w+)"', sql)])


def test_t16_bombing_an_address_from_many_networks_sends_ten_letters_a_day_and_locks_nobody_out() -> None:
    shop = merchant()
    customer(shop)
    at_home = Browser(shop)
    with time_machine.travel(NOW - timedelta(days=2), tick=False):
        at_home.sign_in()
    sent = []
    for minute in range(0, 24 * 60, 3):
        moment = NOW + timedelta(minutes=minute)
        ask(shop, network=f"10.{minute // 250}.{minute % 250}.1", now=moment)
        sent += post(moment)
    assert len(sent) == 10
    # The customer may use any letter that the attack brought, in a browser of their own: link and code together.
    assert open_link(shop, sent[-1], code=sent[-1].code, now=moment_of(sent[-1].link)).session.token
    # And in a browser that was signed in before, a new letter comes at once. The page is the same either way.
    with time_machine.travel(NOW + timedelta(hours=23, minutes=58), tick=False):
        stranger = Browser(shop).ask()
        assert post(now()) == []
        asked = at_home.ask()
        assert (asked.status_code, asked["Location"]) == (stranger.status_code, stranger["Location"])
        [letter] = post(now())
        assert at_home.open_link(letter).status_code == 303


def moment_of(link: str) -> datetime:
    """Give a time at which the link is alive."""
    return LinkSecret.objects.get(secret_hash=hash_of(link.partition("#")[2], purpose=LINK)).created_at


def test_t17_guessing_across_many_requests_meets_fifty_tries_a_day() -> None:
    shop = merchant()
    customer(shop)
    met_a_code = 0
    for minute in range(0, 24 * 60, 5):
        moment = NOW + timedelta(minutes=minute)
        browser = ask(shop, network=f"10.{minute // 250}.{minute % 250}.1", now=moment)
        letters = post(moment)
        for _ in range(7):
            with pytest.raises(SignInRefused) as refused:
                type_code(
                    shop, other_code(letters[0].code) if letters else "00000000", browser=browser, now=moment
                )
            met_a_code += bool(letters) and refused.value.why == "code_wrong"
    assert met_a_code == 50
    assert not Session.objects.exists()


def test_t18_no_secret_stands_in_logs_addresses_or_tables(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shop = merchant()
    customer(shop)
    browser = Browser(shop)
    browser.ask()
    asked = browser.asked
    [letter] = post(now())
    other = Browser(shop)
    answers = [other.open("/sign-in/link"), other.press("/sign-in/link", key=letter.secret)]
    answers += [browser.press("/sign-in/code", code=other_code(letter.code)), browser.open_link(letter)]
    secrets = {letter.secret, letter.code, asked, browser.session}
    tables = repr(
        [list(rows._default_manager.values()) for rows in apps.get_models() if rows is not MailboxMessage]
    )
    addresses = repr([answer.headers.get("Location", "") for answer in answers])
    for place in (caplog.text, repr([record.__dict__ for record in caplog.records]), tables, addresses):
        assert not [secret for secret in secrets if secret in place]


@pytest.mark.parametrize(
    "typed", ["ADA@EXAMPLE.COM", " ada@example.com ", "ａｄａ@example.com", "Ada@Example.com"]
)
def test_t19_one_address_is_one_account_and_letters_go_where_we_know_it_arrives(typed: str) -> None:
    shop = merchant()
    customer(shop, "Ada@example.com")
    ask(shop, typed)
    [letter] = post()
    assert letter.to == "Ada@example.com"


@pytest.mark.parametrize(
    "typed",
    [
        "ada+tag@example.com",
        "adа@example.com",
        "ada@example.com.evil.example",
        "ada@exämple.com",
        "a.da@example.com",
    ],
)
def test_t19_what_looks_alike_is_another_account(typed: str) -> None:
    shop = merchant()
    customer(shop, ADA)
    ask(shop, typed)
    assert post() == []


def test_t19_a_dotless_i_does_not_become_an_i() -> None:
    shop = merchant()
    customer(shop, "irina@example.com")
    ask(shop, "ırına@example.com")
    assert post() == []


def test_t20_the_same_address_at_two_merchants_is_two_accounts() -> None:
    harbor, bay = merchant("harbor"), merchant("bay")
    customer(harbor)
    customer(bay)
    at_harbor, at_bay = Browser(harbor), Browser(bay)
    at_harbor.ask()
    [letter] = post(now())
    at_bay.client.cookies[request_cookie(bay)] = at_harbor.asked
    at_bay.open("/sign-in/link")
    assert at_bay.press("/sign-in/link", key=letter.secret).status_code == 404
    at_bay.press("/sign-in/code", code=letter.code)
    assert not at_bay.is_in
    at_harbor.open_link(letter)
    at_bay.client.cookies[session_cookie(bay)] = at_harbor.session
    assert not at_bay.is_in
    assert at_harbor.is_in
    assert session_cookie(harbor) != session_cookie(bay)


def test_t20_a_stranger_at_one_merchant_gets_no_letter_from_another() -> None:
    harbor, bay = merchant("harbor"), merchant("bay")
    customer(harbor)
    ask(bay)
    ask(harbor, STRANGER)
    assert post() == []
