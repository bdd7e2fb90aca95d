"""A company's record is its customer's by the address, but not by one that they gave up: it may be another's now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.customers.link import link_customer
from paydesk.billing.customers.link_many import link_new_customers
from paydesk.billing.customers.models import CustomerEmail
from paydesk.gateways.records import CustomerRecord
from paydesk.kit import clock
from tests import builders

pytestmark = pytest.mark.django_db

BEFORE, AFTER = timedelta(days=-1), timedelta(days=1)


@pytest.mark.parametrize(("made", "is_theirs"), [(BEFORE, True), (AFTER, False), (None, False)])
@pytest.mark.parametrize("at_once", [True, False])
def test_an_address_that_was_given_up_finds_what_is_older(
    made: timedelta | None, is_theirs: bool, at_once: bool
) -> None:
    now = clock.wall_now()
    shop = builders.merchant("clay")
    ada = builders.customer(shop)
    email = CustomerEmail.objects.get(customer_id=ada.id)
    CustomerEmail.objects.filter(id=email.id).update(retired_at=now)
    connection = builders.connection(shop)
    record = CustomerRecord(
        reference="cus_9",
        email=email.address,
        name="Somebody",
        created_at=None if made is None else now + made,
    )

    if at_once:
        [row] = link_new_customers(
            connection=connection, records=[record], observed_at={"cus_9": now}, now=now
        )
    else:
        row = link_customer(connection=connection, record=record, now=now)

    assert row.customer_id == (ada.id if is_theirs else None)
