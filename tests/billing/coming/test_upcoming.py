"""What is to come: what is agreed for a year ahead, whoever collects it, and what is overdue."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from paydesk.billing.arrangements.coming.upcoming import Upcoming, upcoming
from paydesk.billing.customers.models import Customer
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.billing.coming.agreements import ours, theirs

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 1, 10, 9, tzinfo=UTC)
TODAY = date(2027, 1, 10)
YEAR = date(2028, 1, 10)


@pytest.fixture
def shop() -> MerchantInSight:
    return builders.merchant()


@pytest.fixture
def ada(shop: MerchantInSight) -> Customer:
    return builders.customer(shop)


def listed(shop: MerchantInSight, ada: Customer, until: date = YEAR) -> list[Upcoming]:
    return upcoming(merchant=shop, customer_id=ada.id, now=NOW, until=until)


def days(found: list[Upcoming]) -> list[str]:
    return [f"{one.day:%d.%m.}" for one in found]


def test_with_no_agreement_nothing_is_to_come(shop: MerchantInSight, ada: Customer) -> None:
    assert listed(shop, ada) == []


def test_what_is_open_ended_is_told_for_the_year_and_only_the_next_is_certain(
    shop: MerchantInSight, ada: Customer
) -> None:
    agreement = ours(shop, ada)

    found = listed(shop, ada, until=date(2027, 5, 30))

    assert days(found) == ["31.01.", "28.02.", "31.03.", "30.04."]
    assert [one.is_expected for one in found] == [False, True, True, True]
    assert [one.payment_public_id is None for one in found] == [False, True, True, True]
    assert {(one.amount_minor, one.title, one.subscription_public_id) for one in found} == {
        (3000, "Kiln", agreement.public_id)
    }
    assert found[1].due_at == datetime(2027, 2, 27, 23, tzinfo=UTC)


def test_a_plan_is_told_to_its_end(shop: MerchantInSight, ada: Customer) -> None:
    ours(shop, ada, price=Money(10000, "EUR"), payments_count=3)

    found = listed(shop, ada)

    assert [one.amount_minor for one in found] == [3334, 3333, 3333]
    assert [(one.position, one.payments_total, one.is_expected) for one in found] == [
        (1, 3, False),
        (2, 3, False),
        (3, 3, False),
    ]


def test_what_is_overdue_comes_first_and_says_so(shop: MerchantInSight, ada: Customer) -> None:
    agreement = ours(shop, ada, first_day=date(2026, 12, 31))
    mine = Payment.objects.filter(merchant_id=shop.id, subscription_id=agreement.id)
    mine.update(state="failed")

    found = listed(shop, ada, until=date(2027, 2, 28))

    assert days(found) == ["31.12.", "31.01.", "28.02."]
    assert [one.is_overdue for one in found] == [True, False, False]


def test_an_end_that_is_set_ends_the_list(shop: MerchantInSight, ada: Customer) -> None:
    agreement = ours(shop, ada)
    cancels_at = datetime(2027, 2, 27, 23, tzinfo=UTC)
    Subscription.objects.filter(merchant_id=shop.id, id=agreement.id).update(cancels_at=cancels_at)
    theirs(shop, ada, cancels_at=datetime(2027, 3, 20, 11, tzinfo=UTC))

    assert days(listed(shop, ada)) == ["20.01.", "31.01.", "20.02."]


def test_what_a_company_collects_is_expected_on_its_days(shop: MerchantInSight, ada: Customer) -> None:
    theirs(shop, ada, next_amount_minor=1900)

    found = listed(shop, ada, until=date(2027, 3, 20))

    assert days(found) == ["20.01.", "20.02.", "20.03."]
    assert [one.amount_minor for one in found] == [1900, 4900, 4900]
    assert all(one.is_expected and one.collected_by == "gateway" for one in found)


def test_a_short_february_does_not_shorten_what_follows_at_a_company(
    shop: MerchantInSight, ada: Customer
) -> None:
    theirs(
        shop,
        ada,
        started_at=datetime(2026, 12, 31, 11, tzinfo=UTC),
        next_payment_at=datetime(2027, 2, 28, 11, tzinfo=UTC),
    )
    assert days(listed(shop, ada, until=date(2027, 4, 30))) == ["28.02.", "31.03.", "30.04."]


def test_a_plan_of_a_company_ends_with_its_last_payment(shop: MerchantInSight, ada: Customer) -> None:
    agreement = theirs(shop, ada, payments_total=6, payments_made=3)
    order = agreement.order
    builders.payment(
        order, state="failed", due_at=NOW - timedelta(days=20), subscription_id=agreement.id, owed_minor=4900
    )

    found = listed(shop, ada)

    assert [(one.is_overdue, one.position) for one in found] == [(True, None), (False, 5), (False, 6)]


def test_one_bill_of_a_company_may_be_for_several_payments_of_a_plan(
    shop: MerchantInSight, ada: Customer
) -> None:
    agreement = theirs(shop, ada, payments_total=6, payments_made=2)
    overdue = NOW - timedelta(days=50)
    builders.payment(agreement.order, 9800, state="failed", due_at=overdue, subscription_id=agreement.id)

    assert [one.position for one in listed(shop, ada)] == [None, 5, 6]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"state": "paused"}, []),
        ({"state": "paused", "resumes_at": datetime(2027, 2, 1, tzinfo=UTC)}, ["20.02.", "20.03."]),
        ({"state": "unpaid"}, []),
        ({"state": "canceled"}, []),
        ({"next_payment_at": None}, []),
        ({"next_payment_at": datetime(2026, 12, 20, tzinfo=UTC)}, ["20.01.", "20.02.", "20.03."]),
    ],
)
def test_a_company_that_makes_no_bills_is_expected_to_collect_nothing(
    shop: MerchantInSight, ada: Customer, facts: dict[str, object], expected: list[str]
) -> None:
    theirs(shop, ada, **facts)
    assert days(listed(shop, ada, until=date(2027, 3, 31))) == expected


def test_the_method_that_will_pay_is_named(shop: MerchantInSight, ada: Customer) -> None:
    agreement = ours(shop, ada)
    account = agreement.connection
    assert listed(shop, ada)[0].method_last_four == ""

    builders.method(ada, account, last_four="1111", is_default=True)
    assert {one.method_last_four for one in listed(shop, ada)} == {"1111"}

    own = builders.method(ada, account, last_four="2222", brand="mastercard")
    mine = Subscription.objects.filter(merchant_id=shop.id, id=agreement.id)
    mine.update(payment_method_id=own.id)
    assert {(one.method_brand, one.method_last_four) for one in listed(shop, ada)} == {("mastercard", "2222")}


def test_a_company_that_left_collects_nothing(shop: MerchantInSight, ada: Customer) -> None:
    agreement = ours(shop, ada)
    theirs(shop, ada)
    type(agreement.connection).objects.filter(merchant_id=shop.id).update(removed_at=NOW)
    assert listed(shop, ada) == []


def test_nobody_sees_what_another_pays(shop: MerchantInSight, ada: Customer) -> None:
    ours(shop, ada)
    assert listed(shop, builders.customer(shop, "Ben Arslan")) == []
    assert listed(builders.merchant("wool"), ada) == []


def test_it_takes_three_queries_however_many_agreements_there_are(
    shop: MerchantInSight, ada: Customer
) -> None:
    for number in range(4):
        ours(shop, ada, name=f"Kiln {number}")
        theirs(shop, ada)

    with CaptureQueriesContext(database) as asked:
        found = listed(shop, ada)

    assert len(found) == 4 * 12 * 2
    assert len(asked) == 3
