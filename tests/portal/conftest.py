"""A merchant with one customer, and a browser without scripts in which she is signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests import builders


@pytest.fixture
def shop(db: None) -> MerchantInSight:
    """Harbor Coffee Roasters, at /m/harbor."""
    return builders.merchant()


@pytest.fixture
def account(shop: MerchantInSight) -> Connection:
    """Its account at the simulated company."""
    return builders.connection(shop)


@pytest.fixture
def ada(shop: MerchantInSight) -> Customer:
    """A customer who has bought nothing yet."""
    return builders.customer(shop)


@pytest.fixture
def browser(shop: MerchantInSight, ada: Customer) -> Client:
    """Ada's browser."""
    return builders.signed_in_client(shop, ada)
