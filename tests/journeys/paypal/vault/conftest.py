"""A merchant that collects by itself at PayPal, connected with the real command; PayPal knows nothing of Ada yet."""

from __future__ import annotations

import pytest

from paydesk.billing.arrangements.start import AgreementWanted, start_agreement
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payment_methods.open_account import account_for
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.find import merchant_by_id
from paydesk.merchants.models import Connection
from tests import builders
from tests.journeys.commands import Commands
from tests.journeys.installation import Installation
from tests.journeys.paypal.vault.books import VaultBooks
from tests.paypal_account import PayPalAccount, paypal_account, paypal_double

__all__ = ["paypal_account", "paypal_double"]


@pytest.fixture
def books(paypal_account: PayPalAccount, installation: Installation) -> VaultBooks:
    """Ada's share of the kiln was due today, EUR 30.00, and nothing pays it."""
    paydesk = Commands(installation)
    paydesk.open_merchant()
    options = {
        "webhook_ca": paypal_account.double.root_certificate,
        "script_url": f"{paypal_account.url}/sdk/js",
    }
    address = paydesk.connect("paypal", paypal_account.settings(**options), name="PayPal")
    paypal_account.send_webhooks_to(address)
    connection = Connection.objects.get(gateway="paypal")
    merchant = merchant_by_id(connection.merchant_id)
    ada = builders.customer(merchant, "Ada Okafor", "ada@example.com")
    owner = account_for(merchant=merchant, customer_id=ada.id, connection=connection)
    wanted = AgreementWanted(
        owner=GatewayCustomer.objects.select_related("connection").get(id=owner.id),
        name="Kiln sharing",
        price=Money(3000, "EUR"),
        interval_unit="month",
        interval_count=1,
        first_day=clock.local_date(merchant.business_now(), zone=merchant.time_zone),
    )
    start_agreement(merchant=merchant, wanted=wanted, now=clock.wall_now())
    return VaultBooks(account=paypal_account, customer=owner.reference, installation=installation)
