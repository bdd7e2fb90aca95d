"""Signing in by link and by code: what opens the door, where, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.access.links import look_at_link, make_link_and_code
from paydesk.access.models import LinkSecret, Session, SignInRequest
from paydesk.access.redeem import SignInRefused, Why
from paydesk.billing.customers.models import CustomerEmail
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

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def test_the_link_alone_opens_in_the_browser_that_asked() -> None:
    shop = merchant()
    ada = customer(shop)
    browser = ask(shop, next_path="/payments")
    [letter] = post()
    signed_in = open_link(shop, letter, browser=browser)
    assert signed_in.next_path == "/payments"
    assert Session.objects.get(id=signed_in.session.id).customer_id == ada.id


def test_the_code_alone_opens_in_the_browser_that_asked() -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    assert type_code(shop, letter.code, browser=browser).address == ADA


def test_the_link_alone_opens_nothing_elsewhere() -> None:
    shop = merchant()
    customer(shop)
    ask(shop)
    [letter] = post()
    with pytest.raises(SignInRefused) as refused:
        open_link(shop, letter, browser="another browser")
    assert refused.value.why == Why.CODE_WRONG
    assert not Session.objects.exists()


def test_link_and_code_together_open_anywhere_as_long_as_the_link_lives() -> None:
    shop = merchant()
    customer(shop)
    ask(shop)
    [letter] = post()
    # The code alone is over after 10 minutes; beside its link it lives as long as the link.
    assert open_link(shop, letter, code=letter.code, now=NOW + 15 * MINUTE - SECOND).session.token


def test_the_code_alone_opens_nothing_elsewhere() -> None:
    shop = merchant()
    customer(shop)
    ask(shop)
    [letter] = post()
    with pytest.raises(SignInRefused):
        type_code(shop, letter.code, browser="another browser")
    other = ask(shop, STRANGER)
    with pytest.raises(SignInRefused):
        type_code(shop, letter.code, browser=other)


@pytest.mark.parametrize("minutes", [5, 15])
def test_the_link_ends_on_the_second(minutes: int) -> None:
    shop = merchant(link_minutes=minutes)
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    with pytest.raises(SignInRefused) as refused:
        open_link(shop, letter, browser=browser, now=NOW + minutes * MINUTE)
    assert refused.value.why == Why.EXPIRED
    assert open_link(shop, letter, browser=browser, now=NOW + minutes * MINUTE - SECOND).session.token


@pytest.mark.parametrize(("link_minutes", "code_minutes"), [(15, 10), (5, 5)])
def test_the_code_ends_on_the_second(link_minutes: int, code_minutes: int) -> None:
    shop = merchant(link_minutes=link_minutes)
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    with pytest.raises(SignInRefused) as refused:
        type_code(shop, letter.code, browser=browser, now=NOW + code_minutes * MINUTE)
    assert refused.value.why == Why.CODE_EXPIRED
    assert type_code(
        shop, letter.code, browser=browser, now=NOW + code_minutes * MINUTE - SECOND
    ).session.token


def test_a_clock_that_jumps_back_lengthens_no_life() -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    with pytest.raises(SignInRefused):
        open_link(shop, letter, browser=browser, now=NOW - timedelta(hours=1))
    with pytest.raises(SignInRefused):
        type_code(shop, letter.code, browser=browser, now=NOW - timedelta(hours=1))


def test_five_codes_may_be_typed_and_the_sixth_is_refused_even_if_right() -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    for _ in range(5):
        with pytest.raises(SignInRefused):
            type_code(shop, other_code(letter.code), browser=browser)
    with pytest.raises(SignInRefused) as refused:
        type_code(shop, letter.code, browser=browser)
    assert refused.value.why == Why.TRIES_USED_UP
    # The link has 256 bits and is not guessed: it still works, so nobody is locked out.
    assert open_link(shop, letter, browser=browser).session.token


def test_codes_beside_a_link_are_counted_at_the_link() -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    for _ in range(5):
        with pytest.raises(SignInRefused):
            open_link(shop, letter, code=other_code(letter.code))
    with pytest.raises(SignInRefused) as refused:
        open_link(shop, letter, code=letter.code)
    assert refused.value.why == Why.TRIES_USED_UP
    assert type_code(shop, letter.code, browser=browser).session.token


def test_tries_of_whoever_asked_take_nothing_from_whoever_has_the_letter() -> None:
    shop = merchant()
    customer(shop)
    attacker = ask(shop)
    [letter] = post()
    for _ in range(6):
        with pytest.raises(SignInRefused):
            type_code(shop, other_code(letter.code), browser=attacker)
    assert open_link(shop, letter, code=letter.code).session.token


def test_a_letter_sent_again_has_a_further_secret_for_the_same_request() -> None:
    shop = merchant()
    ada = customer(shop)
    browser = ask(shop)
    [first] = post()
    request = SignInRequest.objects.get()
    again = make_link_and_code(merchant_id=shop.id, request_id=request.id, customer_id=ada.id, now=NOW)
    assert again
    assert LinkSecret.objects.filter(request=request).count() == 2
    assert type_code(shop, first.code, browser=browser).session.token
    with pytest.raises(SignInRefused) as refused:
        look_at_link(merchant_id=shop.id, link_secret=again.link_secret, browser_secret=browser, now=NOW)
    assert refused.value.why == Why.USED


def test_asking_again_in_the_same_browser_keeps_the_first_letter_working() -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [first] = post()
    later = NOW + 2 * MINUTE
    assert ask(shop, browser_secret=browser, now=later) == browser
    post(later)
    assert open_link(shop, first, browser=browser, now=later).session.token


def test_asking_again_does_not_lengthen_the_life_of_the_first_letter() -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [first] = post()
    later = NOW + 8 * MINUTE
    ask(shop, browser_secret=browser, now=later)
    [second] = post(later)
    with pytest.raises(SignInRefused) as refused:
        open_link(shop, first, browser=browser, now=NOW + 15 * MINUTE)
    assert refused.value.why == Why.EXPIRED
    with pytest.raises(SignInRefused) as refused:
        type_code(shop, first.code, browser=browser, now=NOW + 10 * MINUTE)
    assert refused.value.why == Why.CODE_WRONG
    assert type_code(shop, second.code, browser=browser, now=NOW + 10 * MINUTE).session.token


def test_a_letter_that_would_come_too_late_is_not_sent() -> None:
    shop = merchant()
    customer(shop)
    ask(shop)
    assert post(NOW + 15 * MINUTE) == []


def test_only_hashes_are_stored() -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    stored = repr(list(SignInRequest.objects.values())) + repr(list(LinkSecret.objects.values()))
    assert not any(secret in stored for secret in (browser, letter.secret, letter.code))


def test_signing_in_shows_that_the_address_reaches_the_customer() -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    open_link(shop, letter, browser=browser)
    assert CustomerEmail.objects.get().verified_at == NOW


def test_an_address_that_was_taken_from_the_customer_meanwhile_opens_nothing() -> None:
    shop = merchant()
    customer(shop)
    browser = ask(shop)
    [letter] = post()
    CustomerEmail.objects.all().delete()
    with pytest.raises(SignInRefused):
        open_link(shop, letter, browser=browser)
