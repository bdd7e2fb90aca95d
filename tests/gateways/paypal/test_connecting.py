"""What a merchant is told who connects PayPal: wrong ids are noticed at once, and the page names the events we read."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from paydesk.gateways.contract import Account, GatewayRefused, GatewayUnreachable, Settings, WebhookEvent
from paydesk.gateways.paypal import events, settings
from paydesk.gateways.paypal.connection import PayPalConnection
from paydesk.gateways.paypal.gateway import VaultGateway
from paydesk.gateways.paypal.subscriptions.gateway import SubscriptionsGateway
from paydesk.kit import clock
from tests.paypal_account import PayPalAccount

DOCS = Path(__file__).parents[3] / "docs" / "gateways" / "paypal.md"


@pytest.mark.contracts
@pytest.mark.parametrize("kind", [VaultGateway, SubscriptionsGateway])
def test_a_webhook_id_that_is_not_this_apps_is_noticed(
    paypal_account: PayPalAccount, kind: type[PayPalConnection]
) -> None:
    good = paypal_account.settings()
    other = replace(good, credentials={**good.credentials, "webhook_id": "8PT597110X687430LKGECATA"})

    assert kind(good).check() == Account(name=kind.TITLE, is_test=None)
    with pytest.raises(GatewayRefused, match="no webhook"):
        kind(other).check()


@pytest.mark.parametrize(
    ("base_url", "is_test"),
    [
        ("", False),
        ("https://api-m.sandbox.paypal.com/", True),
        ("https://API.paypal.com:443", False),
        ("http://127.0.0.1:1", None),
    ],
)
def test_the_address_says_whether_money_is_real(base_url: str, is_test: bool | None) -> None:
    assert settings.is_sandbox(Settings(base_url=base_url, credentials={}, now=clock.wall_now)) is is_test


@pytest.mark.contracts
def test_an_app_that_may_not_read_the_report_is_noticed(paypal_account: PayPalAccount) -> None:
    paypal_account.fault("403", "/v1/reporting/.*", times=0)

    with pytest.raises((GatewayRefused, GatewayUnreachable)):
        VaultGateway(paypal_account.settings()).check()
    assert SubscriptionsGateway(paypal_account.settings()).check().name


def listed(kind: str) -> set[str]:
    told = DOCS.read_text().partition(f"<!-- events of {kind} -->")[2].partition("<!-- end -->")[0]
    return set(told.split())


def named(kind: str, event: str) -> bool:
    """Say whether an event of that type names something to read again."""
    whole = (
        '{"resource": {"id": "A", "dispute_id": "A", "sale_id": "A", "billing_agreement_id": "A",'
        ' "customer": {"id": "A"}, "purchase_units": [{"custom_id": "paydesk.tag.A"}]}}'
    )
    told = WebhookEvent(
        event_id="WH-1", kind=event, body=whole.encode(), created_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    names = {"vault": events.named_for_vault, "subscriptions": events.named_for_subscriptions}
    return bool(names[kind](told))


@pytest.mark.parametrize("kind", ["vault", "subscriptions"])
def test_every_event_that_the_page_lists_is_read_by_its_kind(kind: str) -> None:
    assert len(listed(kind)) > 5
    assert {event for event in listed(kind) if not named(kind, event)} == set()


def test_the_page_lists_no_event_of_one_kind_for_the_other() -> None:
    assert not listed("vault") & listed("subscriptions")
    assert not any(named("subscriptions", event) for event in listed("vault"))
    assert not any(named("vault", event) for event in listed("subscriptions"))
