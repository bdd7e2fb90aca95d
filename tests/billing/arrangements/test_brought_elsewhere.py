"""A merchant's name for an agreement means one at all its connections: whatever is brought where, nobody pays twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from paydesk.billing.arrangements.moving.begin import MoveRefused, begin_move
from paydesk.billing.arrangements.start import StartRefused, start_agreement
from paydesk.billing.arrangements.wanted import AgreementWanted
from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.kit.ids import new_public_id
from paydesk.kit.money import Money
from paydesk.kit.spreadsheets.table import LinesRefused
from paydesk.merchants.find import merchant_by_id
from tests import builders
from tests.billing.arrangements.brought import PLAIN, PLAN, Brought, brought
from tests.side_by_side import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
#: Lines that are right at every connection at which Ada is.
CLUB = PLAIN | {"customer": "ada@example.com"}
KILN = PLAN | {"customer": "ada@example.com", "method": ""}


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything happens on 1 December 2026."""
    monkeypatch.setattr(clock, "wall_now", lambda: NOW)


@pytest.fixture
def shop() -> Brought:
    """The merchant at its first connection."""
    return brought()


@pytest.fixture
def till(shop: Brought) -> Brought:
    """The merchant at its second connection, where Ada has a card as well."""
    return beside(shop, "Till")


def beside(shop: Brought, name: str) -> Brought:
    """Open another connection at which Ada has a card."""
    there = builders.connection(shop.merchant, gateway="simulated-vault", name=name)
    ada = Customer.objects.get(merchant_id=shop.merchant.id, gatewaycustomer__reference="cus_1")
    builders.owner(ada, there, f"{name}-ada")
    builders.method(ada, there, reference=f"{name}-card", is_default=True)
    return replace(shop, connection=there)


def refused(there: Brought, *lines: dict[str, str], is_dry_run: bool = False) -> list[str]:
    """Import lines that are refused, and give what is said of them."""
    with pytest.raises(LinesRefused) as said:
        there.bring(*lines, is_dry_run=is_dry_run)
    return [str(one) for one in said.value.wrong]


def move(there: Brought, reference: str) -> None:
    """Let the customer move an agreement to her card there."""
    agreement = there.agreement(reference)
    card = PaymentMethod.objects.get(merchant_id=there.merchant.id, connection_id=there.connection.id)
    begin_move(
        merchant=merchant_by_id(there.merchant.id),
        customer_id=agreement.customer_id or 0,
        subscription_public_id=agreement.public_id,
        method_public_id=card.public_id,
        now=NOW,
    )


def end(there: Brought, state: str) -> None:
    """Let everything have ended that began there."""
    mine = Subscription.objects.filter(
        merchant_id=there.merchant.id, order__connection_id=there.connection.id
    )
    mine.update(state=state, ended_at=NOW)


def start(there: Brought, reference: str = "A-1") -> Subscription:
    """Start the club by the verb."""
    owner = GatewayCustomer.objects.select_related("connection").get(
        merchant_id=there.merchant.id,
        connection_id=there.connection.id,
        customer__gatewaycustomer__reference="cus_1",
    )
    wanted = AgreementWanted(
        owner=owner,
        name="Glaze club",
        price=Money(1800, "EUR"),
        interval_unit="month",
        interval_count=1,
        first_day=date(2099, 1, 31),
        reference=reference,
    )
    return start_agreement(merchant=merchant_by_id(there.merchant.id), wanted=wanted, now=NOW)


def test_the_same_file_at_a_second_connection_is_refused_and_makes_nothing(
    shop: Brought, till: Brought
) -> None:
    shop.bring(CLUB, KILN)
    for is_dry_run in (True, False):
        assert refused(till, CLUB, KILN, CLUB | {"reference": "A-2"}, is_dry_run=is_dry_run) == [
            "Line 2, reference: 'A-1' is collected at the connection 'Shop' already, and would be collected twice.",
            "Line 3, reference: 'P-1' is collected at the connection 'Shop' already, and would be collected twice.",
        ]
    assert till.names() == ["A-1", "P-1"]
    assert shop.bring(CLUB, KILN).known_count == 2


def test_what_was_moved_is_known_where_it_began_and_where_it_is_and_nowhere_else(
    shop: Brought, till: Brought
) -> None:
    shop.bring(CLUB, KILN)
    move(till, "P-1")
    assert till.agreement("P-1").connection_id == till.connection.id

    for there, lines in ((shop, (CLUB, KILN)), (till, (KILN,))):
        again = there.bring(*lines)
        assert (again.agreements_count, again.known_count, again.differing) == (0, len(lines), [])
    assert shop.bring(KILN | {"customer": "ben@example.com", "name": "Oven"}).differing == [
        (2, ["customer", "name"])
    ]
    assert "'P-1' is collected at the connection 'Till'" in refused(beside(shop, "Van"), KILN)[0]
    assert shop.names() == ["A-1", "P-1"]
    assert len(shop.payments("P-1")) == 4


@pytest.mark.parametrize("state", ["canceled", "completed"])
def test_the_name_of_what_has_ended_can_be_given_again_at_another_connection_alone(
    shop: Brought, till: Brought, state: str
) -> None:
    shop.bring(CLUB)
    end(shop, state)
    assert (shop.bring(CLUB).known_count, till.bring(CLUB).agreements_count) == (1, 1)
    assert till.names() == ["A-1", "A-1"]
    assert "at the connection 'Till'" in refused(beside(shop, "Van"), CLUB)[0]


def test_what_goes_on_is_not_moved_to_where_another_has_ended_under_its_name(
    shop: Brought, till: Brought
) -> None:
    shop.bring(KILN)
    end(shop, "canceled")
    till.bring(KILN)
    goes_on = Subscription.objects.filter(merchant_id=shop.merchant.id, state="active")
    card = PaymentMethod.objects.get(merchant_id=shop.merchant.id, reference="pm_1")
    with pytest.raises(MoveRefused, match="cannot be moved right now"):
        begin_move(
            merchant=merchant_by_id(shop.merchant.id),
            customer_id=card.customer_id or 0,
            subscription_public_id=goes_on.get().public_id,
            method_public_id=card.public_id,
            now=NOW,
        )
    assert goes_on.get().connection_id == till.connection.id


def test_a_companys_own_names_are_its_own(shop: Brought, till: Brought) -> None:
    ada = Customer.objects.get(merchant_id=shop.merchant.id, gatewaycustomer__reference="cus_1")
    builders.subscription(builders.order(ada, shop.connection, reference="A-1"), reference="A-1")
    with pytest.raises(StartRefused, match="the company itself has something that is called 'A-1'"):
        start(shop)
    assert till.bring(CLUB).agreements_count == 1
    assert "the company itself" in refused(shop, KILN | {"reference": "A-1"})[0]


def test_the_verb_gives_what_is_there_and_refuses_what_is_collected_elsewhere(
    shop: Brought, till: Brought
) -> None:
    begun = start(shop)
    with pytest.raises(StartRefused, match="'A-1' is collected at the connection 'Shop' already"):
        start(till)
    move(till, "A-1")
    assert [start(there).id for there in (shop, till)] == [begun.id] * 2
    with pytest.raises(StartRefused, match="at the connection 'Till' already"):
        start(beside(shop, "Van"))
    assert shop.names() == ["A-1"]
    end(shop, "canceled")
    assert start(beside(shop, "Cart")).id != begun.id


def test_many_lines_that_are_collected_elsewhere_are_looked_up_at_a_stroke(
    shop: Brought, till: Brought
) -> None:
    lines = [CLUB | {"reference": f"A-{number}"} for number in range(400)]
    shop.bring(*lines)
    with CaptureQueriesContext(database) as asked:
        assert len(refused(till, *lines)) == 400
    assert len(asked) < 20
    with CaptureQueriesContext(database) as asked:
        assert shop.bring(*lines).known_count == 400
    assert len(asked) < 20


def test_two_imports_at_once_at_two_connections_make_each_agreement_once(
    shop: Brought, till: Brought
) -> None:
    lines = [KILN | {"reference": f"P-{number:03}"} for number in range(40)]
    [trouble] = side_by_side(lambda: shop.bring(*lines), lambda: till.bring(*lines))
    assert isinstance(trouble, LinesRefused)
    assert trouble.lines_count == 40
    assert len(set(shop.names())) == len(shop.names()) == 40


def test_that_none_goes_on_twice_is_proved_by_the_database(shop: Brought, till: Brought) -> None:
    shop.bring(CLUB)
    twin = shop.agreement("A-1")
    twin.id, twin.uuid, twin.public_id, twin.connection = None, uuid4(), new_public_id(), till.connection
    with pytest.raises(IntegrityError):
        twin.save(force_insert=True)
    twin.state = "canceled"
    twin.save(force_insert=True)
