"""The pages of cancelling: what is said before, what is kept, what is offered once, and what each wrong press gets."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from paydesk.billing.arrangements.models import CancelNote
from paydesk.billing.customers.models import Customer
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.policies import set_policies
from paydesk.portal.words.dates import day
from tests import builders
from tests.portal.desk.plans import agreement, day_of, payments_of, plan, put, today, vault
from tests.portal.reading import PORTAL, read, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def kiln(shop: MerchantInSight, ada: Customer) -> Subscription:
    """EUR 30.00 a month, the next in ten days."""
    return agreement(ada, vault(shop), Money(3000, "EUR"))


def press(browser: Client, of: Subscription, **form: Any) -> Any:
    """Send the form of the page."""
    return browser.post(f"{PORTAL}/subscriptions/{of.public_id}/cancel", form)


def fields(page: Any) -> dict[str, str]:
    """Give what the page's form carries without being seen."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.content.decode())
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def let(shop: MerchantInSight, **policies: str) -> None:
    """Let the merchant decide."""
    set_policies(merchant_id=shop.id, given=policies)


def state_of(of: Subscription) -> tuple[str, bool]:
    """Say how it stands, and whether it is about to end."""
    now = Subscription.objects.get(merchant_id=of.merchant_id, id=of.id)
    return now.state, now.ends_at is not None


def test_where_it_is_off_the_page_says_whom_to_ask(
    browser: Client, shop: MerchantInSight, kiln: Subscription
) -> None:
    let(shop, cancel_subscription="off")
    page = read(browser, f"/subscriptions/{kiln.public_id}/cancel")
    assert f"{shop.name} ends this for you. Ask: {shop.support_email}" in page
    assert "Cancel now" not in page
    response = press(browser, kiln, when="now")
    assert response.status_code == 409
    assert "cannot be cancelled here" in words(response)
    assert state_of(kiln) == ("active", False)
    assert not CancelNote.objects.exists()


def test_looking_changes_nothing_and_says_plainly_what_each_way_means(
    browser: Client, kiln: Subscription
) -> None:
    before = list(Payment.objects.values()), list(Subscription.objects.values())
    [first] = payments_of(kiln)
    page = read(browser, f"/subscriptions/{kiln.public_id}/cancel")
    assert f"If it ends on {day_of(first)} You keep it until then, and can take this back" in page
    assert f"The payment of EUR 30.00 on {day_of(first)} is not charged, and none after it." in page
    assert "If it ends now It is over at once, and cannot be taken back." in page
    assert "You lose what is left" not in page
    assert f"Cancel on {day_of(first)} Cancel now Keep it" in page
    assert before == (list(Payment.objects.values()), list(Subscription.objects.values()))


def test_what_is_paid_ahead_is_said_to_be_lost_and_what_is_overdue_to_stay(
    browser: Client, kiln: Subscription
) -> None:
    Subscription.objects.filter(merchant_id=kiln.merchant_id, id=kiln.id).update(payments_made=1)
    put(payments_of(kiln)[0], position=2)
    builders.payment(
        kiln.order,
        3000,
        state="failed",
        subscription_id=kiln.id,
        collected_by="paydesk",
        position=1,
        due_at=builders.days(-3),
        due_date=builders.days(-3).date(),
        planned_date=builders.days(-3).date(),
        owed_minor=3000,
    )
    page = read(browser, f"/subscriptions/{kiln.public_id}/cancel")
    assert "You lose what is left of that, and no money goes back for it." in page
    assert f"EUR 30.00, due on {day(builders.days(-3).date())}, stays owed." in page


def test_of_a_plan_it_says_how_much_is_not_charged_any_more(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    mine = plan(ada, vault(shop), 90000, 9)
    page = read(browser, f"/subscriptions/{mine.public_id}/cancel")
    assert "9 payments, together EUR 900.00, are not charged any more." in page
    response = press(browser, mine, when="at_end")
    page = words(browser.get(response["Location"]))
    assert "EUR 0 paid" in page
    assert "What was still to come is not charged." in page
    assert "left to pay" not in page
    assert "Pay off the rest" not in page
    assert "Pay the next one now" not in page


def test_it_ends_and_why_is_kept(browser: Client, kiln: Subscription) -> None:
    [first] = payments_of(kiln)
    response = press(browser, kiln, when="at_end", reason="unused", comment="  <b>No time</b>  ")
    assert response.status_code == 303
    page = words(browser.get(response["Location"]))
    assert f"It ends on {day_of(first)}. You keep it until then, and nothing more is charged." in page
    assert "A letter to you says the same." in page
    assert "Keep it after all" in page
    [note] = CancelNote.objects.filter(merchant_id=kiln.merchant_id)
    assert (note.reason, note.comment, note.answer) == ("unused", "<b>No time</b>", "canceled")


@pytest.mark.parametrize("form", [{}, {"when": "never"}, {"reason": "unused"}])
def test_a_form_that_no_button_sends_changes_nothing(
    browser: Client, kiln: Subscription, form: dict[str, str]
) -> None:
    assert press(browser, kiln, **form).status_code == 200
    assert state_of(kiln) == ("active", False)


def test_a_reason_that_is_none_is_no_reason(browser: Client, kiln: Subscription) -> None:
    press(browser, kiln, when="now", reason="bored", comment="x" * 3000)
    [note] = CancelNote.objects.filter(merchant_id=kiln.merchant_id)
    assert (note.reason, len(note.comment)) == ("", 1000)
    assert state_of(kiln)[0] == "canceled"


def test_a_second_press_and_a_second_tab_find_it_done(browser: Client, kiln: Subscription) -> None:
    for when in ("at_end", "at_end", "now", "now"):
        assert press(browser, kiln, when=when).status_code == 303
    assert state_of(kiln)[0] == "canceled"
    response = press(browser, kiln, when="at_end")
    assert "It has ended." in words(browser.get(response["Location"]))
    page = read(browser, f"/subscriptions/{kiln.public_id}/cancel")
    assert "It has ended. Nothing more will be charged." in page
    assert CancelNote.objects.count() == 2


def test_it_is_taken_back_until_it_takes_effect(browser: Client, kiln: Subscription) -> None:
    keep = f"{PORTAL}/subscriptions/{kiln.public_id}/keep"
    assert browser.get(keep).status_code == 303
    press(browser, kiln, when="at_end")
    assert f"{day_of(payments_of(kiln)[0])} EUR 30.00 new" in words(browser.get(keep))
    assert state_of(kiln) == ("active", True)
    for _ in range(2):
        page = words(browser.get(browser.post(keep)["Location"]))
        assert "It is not cancelled any more, and goes on as before." in page
    assert state_of(kiln) == ("active", False)
    press(browser, kiln, when="now")
    assert browser.post(keep).status_code == 409


def test_what_the_merchant_offers_for_the_reason_comes_once(
    browser: Client, shop: MerchantInSight, kiln: Subscription
) -> None:
    let(shop, cancel_offers="too_expensive:pause,unused:skip", pause_days="30")
    [first] = payments_of(kiln)
    until = today(shop) + timedelta(days=30)
    page = words(press(browser, kiln, when="at_end", reason="too_expensive"))
    assert "Pause it instead?" in page
    assert f"Pause until {day(until)} Cancel on {day_of(first)}" in page
    page = words(press(browser, kiln, when="now", reason="unused"))
    assert f"Skip {day_of(first)} Cancel now" in page
    assert (state_of(kiln), CancelNote.objects.count()) == (("active", False), 0)
    press(browser, kiln, when="now", reason="unused", offered="skip", do="cancel")
    assert state_of(kiln)[0] == "canceled"
    [note] = CancelNote.objects.filter(merchant_id=kiln.merchant_id)
    assert (note.offered, note.answer) == ("skip", "canceled")


@pytest.mark.parametrize(("reason", "offer"), [("too_expensive", "pause"), ("unused", "skip")])
def test_who_takes_the_offer_is_not_cancelled(
    browser: Client, shop: MerchantInSight, kiln: Subscription, reason: str, offer: str
) -> None:
    let(shop, cancel_offers="too_expensive:pause,unused:skip")
    asked = fields(press(browser, kiln, when="at_end", reason=reason)) | {"do": "accept"}
    assert (asked["when"], asked["reason"], asked["offered"]) == ("at_end", reason, offer)
    for _ in range(2):
        assert press(browser, kiln, **asked).status_code == 303
    [note] = CancelNote.objects.filter(merchant_id=kiln.merchant_id)
    assert (note.offered, note.answer) == (offer, "accepted")
    assert state_of(kiln) == ("paused" if offer == "pause" else "active", False)


def test_a_second_press_skips_no_other_payment(
    browser: Client, shop: MerchantInSight, kiln: Subscription
) -> None:
    let(shop, cancel_offers="unused:skip", skip_in_a_row="2")
    [first] = payments_of(kiln)
    asked = fields(press(browser, kiln, when="at_end", reason="unused")) | {"do": "accept"}

    for _ in range(2):
        assert press(browser, kiln, **asked).status_code == 303

    skipped = Payment.objects.filter(merchant_id=shop.id, state="skipped")
    assert [one.id for one in skipped] == [first.id]
    assert CancelNote.objects.count() == 1


@pytest.mark.parametrize("offer", ["pause", "discount"])
def test_an_offer_that_became_another_one_is_not_taken(
    browser: Client, shop: MerchantInSight, kiln: Subscription, offer: str
) -> None:
    let(shop, cancel_offers=f"other:{offer}", pause_days="30", discount_percent="25")
    asked = fields(press(browser, kiln, when="at_end", reason="other")) | {"do": "accept"}
    assert asked["offered"] == offer
    let(shop, pause_days="20", discount_percent="10")
    for sent in (asked, asked | {"terms": ""}):
        answer = press(browser, kiln, **sent)
        assert answer.status_code == 303
        assert answer["Location"] == f"{PORTAL}/subscriptions/{kiln.public_id}"
    assert state_of(kiln) == ("active", False)
    assert [one.amount_minor for one in payments_of(kiln)] == [3000]
    assert not CancelNote.objects.exists()


def test_what_cannot_be_done_is_not_offered(
    browser: Client, shop: MerchantInSight, ada: Customer, kiln: Subscription
) -> None:
    let(shop, cancel_offers="too_expensive:pause,unused:skip", pause_days="0")
    mine = plan(ada, vault(shop))
    for of, reason in ((kiln, "too_expensive"), (mine, "unused")):
        assert press(browser, of, when="now", reason=reason).status_code == 303
        assert state_of(of)[0] == "canceled"


def test_without_the_token_of_the_form_nothing_is_cancelled(
    shop: MerchantInSight, ada: Customer, kiln: Subscription
) -> None:
    strict = builders.signed_in_client(shop, ada, enforce_csrf_checks=True)
    for page in ("cancel", "keep"):
        response = strict.post(f"{PORTAL}/subscriptions/{kiln.public_id}/{page}", {"when": "now"})
        assert response.status_code == 403
    assert state_of(kiln) == ("active", False)


def test_what_a_company_collects_says_what_it_can_do(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    for can, said, not_said in [
        (["cancel_now", "schedule_cancel"], "Cancel on", "It cannot be ended here"),
        (["cancel_now"], "Cancel on", "It cannot be ended here"),
        ([], f"It cannot be ended here right now. Ask {shop.name}:", "Cancel now"),
    ]:
        theirs = builders.subscription(
            builders.order(ada, builders.connection(shop, name=str(can))), capabilities=can
        )
        page = read(browser, f"/subscriptions/{theirs.public_id}/cancel")
        assert said in page
        assert not_said not in page
