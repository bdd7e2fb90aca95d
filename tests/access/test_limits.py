"""The limits: counted exactly, for addresses and networks, and never a way to lock a customer out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paydesk.access.cookies import browser_of, new_mark
from paydesk.access.forget import forget_old_access
from paydesk.access.limits import LIMITS, WRONG_CODES_FOR_AN_ADDRESS, Rule, free_again_at
from paydesk.access.models import LimitCount, LinkSecret, Session, SignInRequest
from paydesk.access.redeem import SignInRefused
from paydesk.access.sign_in import AskRefused
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

MINUTE = timedelta(minutes=1)


@given(st.lists(st.integers(0, 3000), max_size=60))
def test_no_span_ever_holds_more_than_its_rule_allows(seconds: list[int]) -> None:
    rules = (Rule(most=3, span=timedelta(minutes=15)), Rule(most=5, span=timedelta(minutes=40)))
    taken: list[datetime] = []
    for second in sorted(seconds):
        moment = NOW + timedelta(seconds=second)
        if free_again_at(taken, rules=rules, now=moment) is None:
            taken.append(moment)
    for rule in rules:
        for first in taken:
            assert sum(first <= moment < first + rule.span for moment in taken) <= rule.most


def test_it_is_free_again_when_the_oldest_falls_out_of_the_span() -> None:
    rules = (Rule(most=2, span=timedelta(minutes=15)),)
    taken = [NOW, NOW + MINUTE]
    assert free_again_at(taken, rules=rules, now=NOW + 2 * MINUTE) == NOW + 15 * MINUTE
    assert free_again_at(taken, rules=rules, now=NOW + 15 * MINUTE) is None


def test_moments_ahead_of_a_clock_that_was_set_back_do_not_count() -> None:
    rules = (Rule(most=1, span=timedelta(minutes=15)),)
    assert free_again_at([NOW + timedelta(days=300)], rules=rules, now=NOW) is None


@pytest.mark.django_db
def test_an_address_gets_three_letters_in_a_quarter_of_an_hour() -> None:
    shop = merchant()
    customer(shop)
    sent = []
    for second in range(6):
        ask(shop, network=f"192.0.2.{second}", now=NOW + timedelta(seconds=second))
        sent += post(NOW + timedelta(seconds=second))
    assert len(sent) == 3
    later = NOW + 15 * MINUTE
    ask(shop, network="192.0.2.99", now=later)
    assert len(post(later)) == 1


@pytest.mark.django_db
def test_an_address_gets_ten_letters_a_day() -> None:
    shop = merchant()
    customer(shop)
    sent = []
    for quarter in range(4 * 24):
        now = NOW + quarter * 15 * MINUTE
        ask(shop, network=f"192.0.2.{quarter}", now=now)
        sent += post(now)
    assert len(sent) == 10
    ask(shop, now=NOW + timedelta(days=1))
    assert len(post(NOW + timedelta(days=1))) == 1


@pytest.mark.django_db
def test_a_network_asks_twenty_times_an_hour_and_is_told_when_it_may_again() -> None:
    shop = merchant()
    for number in range(20):
        ask(shop, f"{number}@example.com")
    with pytest.raises(AskRefused) as refused:
        ask(shop, "20@example.com")
    assert refused.value.until == NOW + timedelta(hours=1)
    assert ask(shop, "20@example.com", network="192.0.2.2")
    assert ask(shop, "20@example.com", now=NOW + timedelta(hours=1))


@pytest.mark.django_db
def test_a_refused_ask_does_not_keep_the_limit_shut() -> None:
    shop = merchant()
    customer(shop)
    for second in range(600):
        ask(shop, network=f"10.0.{second // 250}.{second % 250}", now=NOW + timedelta(seconds=second))
    assert len(post(NOW + 14 * MINUTE)) == 3
    ask(shop, network="192.0.2.1", now=NOW + 15 * MINUTE)
    assert len(post(NOW + 15 * MINUTE)) == 1


@pytest.mark.django_db
def test_a_browser_that_has_a_request_keeps_it_when_the_limit_is_reached() -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    for number in range(5):
        ask(shop, network=f"10.0.0.{number}")
    assert ask(shop, browser_secret=browser) == browser
    assert type_code(shop, letter.code, browser=browser).session.token


@pytest.mark.django_db
def test_a_browser_that_was_signed_in_before_has_an_allowance_of_its_own() -> None:
    shop = merchant()
    customer(shop)
    for number in range(5):
        ask(shop, network=f"10.0.0.{number}")
    post()
    mark = new_mark(merchant_id=shop.id, address=ADA)
    browser = ask(shop, known_browser=mark)
    [letter] = post()
    assert open_link(shop, letter, browser=browser).session.token
    for _ in range(5):
        ask(shop, known_browser=mark)
    assert len(post()) == 2


@pytest.mark.django_db
def test_a_mark_is_good_for_its_address_at_its_merchant_alone() -> None:
    mark = new_mark(merchant_id=1, address=ADA)
    assert browser_of(mark, merchant_id=1, address=ADA)
    assert browser_of(mark, merchant_id=2, address=ADA) is None
    assert browser_of(mark, merchant_id=1, address=STRANGER) is None
    assert browser_of("made up", merchant_id=1, address=ADA) is None


@pytest.mark.django_db
def test_after_a_hundred_wrong_codes_in_a_row_codes_need_their_link_until_a_link_was_opened() -> None:
    shop = merchant()
    customer(shop)
    now, wrong_count = NOW, 0
    while wrong_count < 100:
        browser = ask(shop, network=f"10.0.0.{wrong_count}", now=now)
        for letter in post(now):
            for _ in range(5):
                with pytest.raises(SignInRefused):
                    type_code(shop, other_code(letter.code), browser=browser, now=now)
                wrong_count += 1
        now += timedelta(hours=3)
    browser = ask(shop, now=now)
    [letter] = post(now)
    with pytest.raises(SignInRefused):
        type_code(shop, letter.code, browser=browser, now=now)
    assert open_link(shop, letter, browser=browser, now=now).session.token
    browser = ask(shop, now=now)
    [letter] = post(now)
    assert type_code(shop, letter.code, browser=browser, now=now).session.token


@pytest.mark.django_db
def test_codes_typed_where_no_letter_went_out_close_nothing() -> None:
    shop = merchant()
    customer(shop)
    for number in range(30):
        browser = ask(shop, network=f"10.0.0.{number}")
        for _ in range(5):
            with pytest.raises(SignInRefused):
                type_code(shop, "00000000", browser=browser)
    counts = LimitCount.objects.filter(limit=WRONG_CODES_FOR_AN_ADDRESS)
    assert all(len(count.moments) <= 5 for count in counts)


@pytest.mark.django_db
def test_no_address_stands_in_the_counts() -> None:
    shop = merchant()
    ask(shop, ADA)
    assert "ada" not in repr(list(LimitCount.objects.values()))
    assert set(LIMITS) >= set(LimitCount.objects.values_list("limit", flat=True))


@pytest.mark.django_db
def test_what_is_over_is_forgotten_and_sessions_that_are_open_stay() -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    open_link(shop, letter, browser=browser)
    forget_old_access(NOW + timedelta(hours=20))
    assert SignInRequest.objects.exists()
    forget_old_access(NOW + timedelta(days=3))
    assert not SignInRequest.objects.exists()
    assert not LinkSecret.objects.exists()
    assert Session.objects.exists()
    forget_old_access(NOW + timedelta(days=92))
    assert not Session.objects.exists()
