"""Many at once: one session from 200 redeems, five tries from 200 codes, and no letter beyond the limit."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest
from django.db import connection

from paydesk.access.limits import LETTERS_TO_AN_ADDRESS, WRONG_CODES_FOR_AN_ADDRESS
from paydesk.access.models import LimitCount, Session, SignInRequest
from paydesk.access.redeem import SignInRefused
from paydesk.access.tickets import TicketRefused, issue_ticket, redeem_ticket
from paydesk.access.visitor import visitor_of_session
from tests.access.scene import NOW, ask, customer, merchant, open_link, other_code, post, type_code

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 40


def all_at_once(act: Callable[[], object], *, times: int = 200) -> list[object]:
    """Do it so many times, forty at the same moment, and give what came of it; a refusal counts as None."""
    start = Barrier(AT_ONCE)

    def one() -> list[object]:
        try:
            start.wait(timeout=60)
            return [_outcome(act) for _ in range(times // AT_ONCE)]
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [outcome for done in [pool.submit(one) for _ in range(AT_ONCE)] for outcome in done.result()]


def _outcome(act: Callable[[], object]) -> object:
    try:
        return act()
    except (SignInRefused, TicketRefused):
        return None


@pytest.mark.parametrize("trial", range(10))
def test_two_hundred_redeems_of_one_link_make_one_session(trial: int) -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    outcomes = all_at_once(lambda: open_link(shop, letter, browser=browser))
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert Session.objects.count() == 1


def test_link_and_code_redeemed_at_once_make_one_session() -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    turns = count()

    def either_way() -> object:
        if next(turns) % 2:
            return open_link(shop, letter, browser=browser)
        return type_code(shop, letter.code, browser=browser)

    outcomes = all_at_once(either_way)
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert Session.objects.count() == 1


def test_two_hundred_codes_at_once_are_five_tries() -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    all_at_once(lambda: type_code(shop, other_code(letter.code), browser=browser))
    assert SignInRequest.objects.get().tries_count == 5
    assert len(LimitCount.objects.get(limit=WRONG_CODES_FOR_AN_ADDRESS).moments) == 5
    with pytest.raises(SignInRefused):
        type_code(shop, letter.code, browser=browser)


def test_asks_at_once_send_three_letters() -> None:
    shop = merchant()
    customer(shop)
    numbers = iter(range(200))
    all_at_once(lambda: ask(shop, network=f"10.0.0.{next(numbers)}"))
    assert len(post()) == 3
    assert len(LimitCount.objects.get(limit=LETTERS_TO_AN_ADDRESS).moments) == 3


def test_a_ticket_redeemed_at_once_opens_once() -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    session = open_link(shop, letter, browser=browser).session
    who = visitor_of_session(merchant=shop, session_id=session.id, now=NOW)
    assert who
    secret = issue_ticket(visitor=who, path="/m/harbor/devices", now=NOW)
    outcomes = all_at_once(
        lambda: redeem_ticket(merchant=shop, secret=secret, path="/m/harbor/devices", now=NOW)
    )
    assert sum(outcome is not None for outcome in outcomes) == 1
