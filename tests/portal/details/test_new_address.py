"""Another e-mail address: both are proved, the old one is told and can take it back, and nobody learns who is here."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from paydesk.access.models import AddressChange, AddressSecret, CalendarFeed, Session
from paydesk.access.new_address.confirm import confirm_with_code
from paydesk.access.redeem import SignInRefused, Why
from paydesk.billing.customers.models import Customer, CustomerEmail
from paydesk.config.reactions import REACTIONS
from paydesk.events.models import Event
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from paydesk.notices.address.letters import address_changed_letter, new_address_letter
from paydesk.notices.models import Letter
from paydesk.notices.rendering import rendered
from paydesk.notices.sign_in_letter import write_sign_in_letter
from tests import builders
from tests.portal.reading import PORTAL, read, words

pytestmark = pytest.mark.django_db

NEW = "ada@studio.example"


def ask(browser: Client, address: str = NEW) -> Any:
    """Fill in the field and press."""
    return browser.post(f"{PORTAL}/details/email", {"address": address})


def letters(shop: MerchantInSight) -> list[Letter]:
    """Let the worker hear what happened, and give the letters in the outbox that it wrote."""
    for event in Event.objects.filter(merchant_id=shop.id, name__startswith="address.").order_by("id"):
        if not Letter.objects.filter(
            merchant_id=shop.id, kind__contains="address", created_at=event.happened_at
        ):
            for react in REACTIONS[event.name]:
                react(event, event.happened_at)
    return list(Letter.objects.filter(merchant_id=shop.id).order_by("id"))


def keys_of(letter: Letter, shop: MerchantInSight) -> tuple[str, str]:
    """Read the link's secret and the code of a letter as it is sent now."""
    write = {"new_address": new_address_letter, "address_changed": address_changed_letter}[letter.kind]
    written = write(letter, shop, clock.wall_now())
    assert written is not None
    text = rendered(written, shop).text
    link, code = re.search(r"https?://\S+#([\w-]+)", text), re.search(r"\b(\d{8})\b", text)
    assert link
    assert code
    return link.group(1), code.group(1)


def asked(browser: Client, shop: MerchantInSight, address: str = NEW) -> tuple[str, str]:
    """Ask, and read the letter that goes to the new address."""
    assert ask(browser, address).status_code == 303
    letter = letters(shop)[-1]
    assert letter.recipient == address
    return keys_of(letter, shop)


def type_code(browser: Client, code: str) -> Any:
    """Type it on the page after asking."""
    return browser.post(f"{PORTAL}/details/email/code", {"code": code})


def opening(ada: Customer) -> list[str]:
    """List the addresses that open her account."""
    mine = CustomerEmail.objects.filter(merchant_id=ada.merchant_id, customer_id=ada.id, retired_at=None)
    return sorted(mine.values_list("normalized", flat=True))


def wrong(code: str) -> str:
    """Give another code."""
    return f"{(int(code) + 1) % 10**8:08d}"


def test_who_came_in_a_while_ago_proves_the_old_address_first(browser: Client, ada: Customer) -> None:
    Session.objects.filter(merchant_id=ada.merchant_id).update(
        created_at=clock.wall_now() - timedelta(minutes=11)
    )
    for answer in (browser.get(f"{PORTAL}/details/email"), ask(browser)):
        assert answer["Location"].startswith(f"{PORTAL}/sign-in/prove?next=")
    assert not AddressChange.objects.filter(merchant_id=ada.merchant_id).exists()


@pytest.mark.parametrize("typed", ["", "ada", "ada@", "ADA@example.com ", "a b@example.com"])
def test_what_cannot_be_a_new_address_is_said_beside_the_field(browser: Client, typed: str) -> None:
    answer = ask(browser, typed)
    assert answer.status_code == 422
    assert 'aria-describedby=" address-error"' in answer.content.decode()


def test_the_code_in_the_session_that_asked_takes_the_new_address(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    elsewhere = builders.signed_in_client(shop, ada)
    _, code = asked(browser, shop)
    assert opening(ada) == ["ada@example.com"]
    assert "This code does not open it" in words(type_code(browser, wrong(code)))

    done = browser.get(type_code(browser, code)["Location"])

    assert f"From now on you sign in with {NEW}." in words(done)
    assert opening(ada) == [NEW]
    assert elsewhere.get(f"{PORTAL}/").status_code == 303
    told = letters(shop)[-1]
    assert (told.kind, told.recipient) == ("address_changed", "ada@example.com")
    # Neither opens anything twice.
    assert type_code(browser, code).status_code in {303, 422}
    assert AddressChange.objects.filter(merchant_id=ada.merchant_id).count() == 1


def test_a_code_is_guessed_five_times_at_most(browser: Client, shop: MerchantInSight, ada: Customer) -> None:
    _, code = asked(browser, shop)
    for _try in range(5):
        assert type_code(browser, wrong(code)).status_code == 422
    assert "Too many wrong codes" in words(type_code(browser, code))
    assert opening(ada) == ["ada@example.com"]


def test_elsewhere_the_link_needs_its_code_and_looking_changes_nothing(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    secret, code = asked(browser, shop)
    scanner, page = builders.signed_in_client(shop, ada), f"{PORTAL}/details/email/link"
    assert scanner.get(page).status_code == 200
    assert "Code from the letter" in words(scanner.post(page, {"key": secret}))
    assert scanner.post(page, {"key": secret, "act": "1"}).status_code == 422
    assert scanner.post(page, {"key": secret, "act": "1", "code": wrong(code)}).status_code == 422
    assert opening(ada) == ["ada@example.com"]
    # Without JavaScript the whole link is pasted.
    whole = f"http://127.0.0.1{page}#{secret}"
    assert "From now on" in words(scanner.post(page, {"key": whole, "act": "1", "code": code}))
    assert opening(ada) == [NEW]
    assert scanner.post(page, {"key": secret, "act": "1", "code": code}).status_code == 410
    assert scanner.post(page, {"key": "made up"}).status_code == 404


def test_the_new_mailbox_alone_takes_nothing_and_its_reader_is_told_to_sign_in(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    secret, code = asked(browser, shop)
    page, pressed = f"{PORTAL}/details/email/link", {"key": secret, "act": "1", "code": code}
    ben = builders.signed_in_client(shop, builders.customer(shop, "Ben"))
    for other in (builders.browser(), ben):
        for sent in ({"key": secret}, *([pressed] * 6)):
            refused = other.post(page, sent)
            assert refused.status_code == 403
            assert "Sign in first" in words(refused)
            assert "Use this address" not in words(refused)
    assert opening(ada) == ["ada@example.com"]
    # The way that the page names: she comes in there by her present address, and no try was used up.
    her_phone = builders.signed_in_client(shop, ada)
    assert "From now on" in words(her_phone.post(page, pressed))
    assert opening(ada) == [NEW]
    # She asked in the other browser: that one stays in.
    assert browser.get(f"{PORTAL}/").status_code == 200
    assert her_phone.get(f"{PORTAL}/").status_code == 303


@pytest.mark.parametrize("way", ["signed out", "ended from elsewhere", "idle", "too old"])
def test_what_was_asked_for_ends_with_the_session_that_asked(
    browser: Client, shop: MerchantInSight, ada: Customer, way: str
) -> None:
    secret, code = asked(browser, shop)
    asking = Session.objects.filter(merchant_id=shop.id)
    public_id, now = asking.get().public_id, clock.wall_now()
    if way == "signed out":
        browser.post(f"{PORTAL}/sign-out")
    elif way == "idle":
        asking.update(seen_at=now - timedelta(minutes=31))
    elif way == "too old":
        asking.update(expires_at=now)
    owner = builders.signed_in_client(shop, ada)
    if way == "ended from elsewhere":
        assert owner.post(f"{PORTAL}/devices/end-others").status_code == 303
    page, pressed = f"{PORTAL}/details/email/link", {"key": secret, "act": "1", "code": code}
    for other in (owner, builders.browser()):
        assert other.post(page, {"key": secret}).status_code == 410
        assert "you signed out where you asked" in words(other.post(page, pressed))
    ids = {"merchant_id": shop.id, "customer_id": ada.id}
    with pytest.raises(SignInRefused) as refused:
        confirm_with_code(**ids, session_public_id=public_id, code=code, now=clock.wall_now())
    assert refused.value.why == Why.EXPIRED
    assert opening(ada) == ["ada@example.com"]
    assert owner.get(f"{PORTAL}/").status_code == 200


def test_a_link_is_over_after_a_quarter_of_an_hour_and_when_something_newer_was_asked_for(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    page = f"{PORTAL}/details/email/link"
    first, _ = asked(browser, shop)
    second, _ = asked(browser, shop, "ada@other.example")
    assert browser.post(page, {"key": first, "act": "1"}).status_code == 410
    AddressSecret.objects.filter(merchant_id=ada.merchant_id).update(
        expires_at=clock.wall_now() - timedelta(seconds=1)
    )
    assert browser.post(page, {"key": second, "act": "1"}).status_code == 410
    assert opening(ada) == ["ada@example.com"]


def test_an_address_of_another_customer_looks_the_same_until_its_mailbox_is_proved(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    ben = builders.customer(shop, "Ben")
    unknown, known = ask(browser, "nobody@example.com"), ask(browser, "ben@example.com")
    assert (unknown.status_code, unknown["Location"]) == (known.status_code, known["Location"])
    _, code = asked(browser, shop, "ben@example.com")

    assert "This address opens an account of its own already." in words(type_code(browser, code))
    assert opening(ada) == ["ada@example.com"]
    assert opening(ben) == ["ben@example.com"]


def test_it_is_asked_for_a_few_times_an_hour(browser: Client, ada: Customer) -> None:
    answers = [ask(browser, f"ada{number}@example.com").status_code for number in range(6)]
    assert answers == [303] * 5 + [422]


def test_the_old_address_takes_it_back_with_all_that_followed(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    _, code = asked(browser, shop)
    type_code(browser, code)
    secret, undo_code = keys_of(letters(shop)[-1], shop)
    _, second = asked(browser, shop, "eve@example.com")
    type_code(browser, second)
    assert opening(ada) == ["eve@example.com"]
    CalendarFeed.objects.create(
        merchant_id=shop.id, customer_id=ada.id, secret_hash=b"x", created_at=builders.now()
    )
    owner, page = builders.browser(), f"{PORTAL}/details/email/undo"
    assert "opens with" in words(owner.post(page, {"key": secret}))
    assert owner.post(page, {"key": secret, "act": "1", "code": wrong(undo_code)}).status_code == 422

    said = words(owner.post(page, {"key": secret, "act": "1", "code": undo_code}))

    assert "The change was taken back" in said
    assert opening(ada) == ["ada@example.com"]
    assert browser.get(f"{PORTAL}/").status_code == 303
    assert not CalendarFeed.objects.filter(merchant_id=shop.id, revoked_at=None).exists()
    # Whoever has the other addresses may have accounts of their own.
    assert CustomerEmail.objects.filter(merchant_id=shop.id).count() == 1
    assert owner.post(page, {"key": secret, "act": "1", "code": undo_code}).status_code == 410


def test_after_a_week_it_stays(browser: Client, shop: MerchantInSight, ada: Customer) -> None:
    _, code = asked(browser, shop)
    type_code(browser, code)
    secret, undo_code = keys_of(letters(shop)[-1], shop)
    past = clock.wall_now() - timedelta(seconds=1)
    AddressSecret.objects.filter(merchant_id=shop.id).update(expires_at=past)
    answer = builders.browser().post(
        f"{PORTAL}/details/email/undo", {"key": secret, "act": "1", "code": undo_code}
    )
    assert answer.status_code == 410
    assert opening(ada) == [NEW]


def test_the_old_address_opens_nothing_and_the_way_back_is_open(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    _, code = asked(browser, shop)
    type_code(browser, code)
    # She asks from the address that she is in with now, and returns to the old one.
    assert NEW in read(browser, "/details")
    _, back = asked(browser, shop, "ada@example.com")
    type_code(browser, back)
    assert opening(ada) == ["ada@example.com"]


def test_a_letter_to_sign_in_no_longer_goes_to_the_old_address(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    _, code = asked(browser, shop)
    type_code(browser, code)
    for address in ("ada@example.com", NEW):
        builders.browser().post(f"{PORTAL}/sign-in", {"address": address})
    for event in Event.objects.filter(merchant_id=shop.id, name="sign_in.asked"):
        write_sign_in_letter(event, clock.wall_now())
    sent = Letter.objects.filter(merchant_id=shop.id, kind="sign_in")
    assert list(sent.values_list("recipient", flat=True)) == [NEW]


def test_a_secret_of_another_merchant_opens_nothing(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    secret, code = asked(browser, shop)
    builders.merchant("other", name="Other")
    answer = builders.browser().post("/m/other/details/email/link", {"key": secret, "act": "1", "code": code})
    assert answer.status_code == 404
    assert opening(ada) == ["ada@example.com"]
