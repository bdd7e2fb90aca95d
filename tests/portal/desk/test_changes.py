"""The pages of changes: looking changes nothing, a preview tells the truth, and only we can say what was done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from paydesk.billing.arrangements.changes.pause_agreement import pause_agreement
from paydesk.billing.arrangements.changes.preview import Preview
from paydesk.billing.arrangements.changes.skip_payment import skip_payment
from paydesk.billing.arrangements.coming.read_course import read_course
from paydesk.billing.arrangements.coming.upcoming import Upcoming
from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.customers.models import Customer
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.portal.changes.course import course_of_rows
from paydesk.portal.changes.differences import SHOWN_MAX, differences_of
from paydesk.portal.reads.agreements import one_agreement
from paydesk.portal.reads.instalments import recent_instalments
from paydesk.portal.words.dates import day
from tests import builders
from tests.portal.desk.plans import agreement, cover, day_of, payments_of, plan, today, vault
from tests.portal.reading import PORTAL, read, words

pytestmark = pytest.mark.django_db


def seen(*days: date) -> list[Upcoming]:
    """What is to come on these days, by number."""
    return [
        Upcoming(
            day=one,
            due_at=builders.at(one.year, one.month, one.day),
            title="Kiln",
            amount_minor=3000,
            currency="EUR",
            subscription_public_id="s",
            payment_public_id=None,
            position=position,
            payments_total=None,
            state="scheduled",
            is_expected=True,
            is_overdue=False,
            collected_by="paydesk",
        )
        for position, one in enumerate(days, start=1)
    ]


def test_looking_changes_nothing_and_is_said_by_the_button(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    kiln = agreement(ada, vault(shop), Money(3000, "EUR"))
    before = list(Payment.objects.values()), list(Subscription.objects.values())
    to = today(shop) + timedelta(days=12)
    [first] = payments_of(kiln)
    page = read(browser, f"/subscriptions/{kiln.public_id}/move?day={to.isoformat()}")
    assert f"{day(to)} EUR 30.00 instead of {day_of(first)}" in page
    assert f"Move to {day(to)}" in page
    page = read(browser, f"/subscriptions/{kiln.public_id}/skip")
    assert f"Skip {day_of(first)}" in page
    page = read(browser, f"/subscriptions/{kiln.public_id}/pause?until={to.isoformat()}")
    assert f"Pause until {day(to)}" in page
    assert before == (list(Payment.objects.values()), list(Subscription.objects.values()))


def test_what_was_done_is_said_by_us_alone(browser: Client, shop: MerchantInSight, ada: Customer) -> None:
    account = vault(shop)
    kiln, club = agreement(ada, account, Money(3000, "EUR")), agreement(ada, account, Money(900, "EUR"))
    to = today(shop) + timedelta(days=12)
    pressed = browser.post(f"{PORTAL}/subscriptions/{kiln.public_id}/move", {"day": to.isoformat()})
    assert pressed.status_code == 303
    shown = words(browser.get(pressed["Location"]))
    assert f"is now on {day(to)}. Saved on" in shown
    query = pressed["Location"].partition("?")[2]
    for forged in (f"/subscriptions/{club.public_id}?{query}", f"/subscriptions/{kiln.public_id}?{query}x"):
        assert "Saved on" not in read(browser, forged)


def test_a_payment_of_a_plan_is_never_skipped(browser: Client, shop: MerchantInSight, ada: Customer) -> None:
    mine = plan(ada, vault(shop))
    assert "Skip the next payment" not in read(browser, f"/subscriptions/{mine.public_id}")
    response = browser.post(f"{PORTAL}/subscriptions/{mine.public_id}/skip")
    assert response.status_code == 409
    assert "cannot be skipped: all of them are owed" in words(response)


@pytest.mark.parametrize(
    ("state", "refusal", "said"),
    [
        ("open", "", "We are asking the payment company to pause it."),
        ("refused", "too_late", "did not answer in time"),
        ("done", "", ""),
    ],
)
def test_a_wish_that_a_company_has_not_answered_is_told(
    browser: Client, ada: Customer, account: Connection, state: str, refusal: str, said: str
) -> None:
    theirs = builders.subscription(builders.order(ada, account), capabilities=["pause"])
    ScheduledAction.objects.create(
        merchant_id=ada.merchant_id,
        subscription_id=theirs.id,
        kind="pause",
        state=state,
        refusal=refusal,
        asked_by="customer",
        created_at=builders.now(),
    )
    page = read(browser, f"/subscriptions/{theirs.public_id}")
    assert said in page
    assert ("payment company" in page) == bool(said)


def test_a_preview_marks_what_differs_and_no_more() -> None:
    before = seen(date(2027, 1, 8), date(2027, 2, 8), date(2027, 3, 8), date(2027, 4, 8))
    after = seen(date(2027, 1, 12), date(2027, 2, 8), date(2027, 3, 8), date(2027, 4, 8))
    found = differences_of(Preview(before=before, after=after, refusal=None))
    assert [line.is_changed for line in found.lines] == [True, False, False]
    assert found.goes_on
    skipped = differences_of(Preview(before=before, after=before[1:], refusal=None))
    assert (skipped.lines[0].day, skipped.lines[0].before) == (None, date(2027, 1, 8))
    unchanged = differences_of(Preview(before=before, after=before, refusal=None))
    assert not unchanged.has_changes


def test_a_long_preview_is_cut_and_says_that_it_goes_on() -> None:
    before = seen(*(date(2027, month, 8) for month in range(1, 13)))
    after = seen(*(date(2028, month, 8) for month in range(1, 13)))
    found = differences_of(Preview(before=before, after=after, refusal=None))
    assert len(found.lines) == SHOWN_MAX
    assert found.goes_on


def test_the_course_that_a_page_makes_of_its_rows_is_that_of_the_verbs(
    shop: MerchantInSight, ada: Customer
) -> None:
    account = vault(shop)
    mine = plan(ada, account, count=4, deposit=Money(5000, "EUR"))
    cover(payments_of(mine)[:2], state="paid")
    skipping, pausing = (
        agreement(ada, account, Money(3000, "EUR")),
        agreement(ada, account, Money(900, "EUR")),
    )
    merchant = merchant_by_id(shop.id)
    asked: dict[str, Any] = {"merchant": merchant, "customer_id": ada.id, "now": clock.wall_now()}
    [first] = payments_of(skipping)
    skip_payment(**asked, payment_public_id=first.public_id)
    until = today(shop) + timedelta(days=60)
    pause_agreement(**asked, subscription_public_id=pausing.public_id, until=until)
    ids = {"merchant_id": shop.id, "customer_id": ada.id}
    for one in (mine, skipping, pausing):
        found = one_agreement(**ids, public_id=one.public_id)
        assert found
        rows = recent_instalments(**ids, subscription_id=one.id, now=merchant.business_now())
        of_verbs = read_course(
            merchant_id=shop.id, subscription_id=one.id, zone=shop.time_zone, is_locked=False
        )
        assert course_of_rows(merchant, found, rows) == of_verbs.course
