"""The merchant is found by host name or by /m/SLUG/, and by nothing else that a request says."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import get_script_prefix

from paydesk.merchants.doorway import MerchantMiddleware
from paydesk.merchants.models import ClockOffset, Merchant

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)


def _merchant(slug: str, **facts: object) -> Merchant:
    return Merchant.objects.create(
        slug=slug, name=slug.title(), mode="test", support_email="help@example.com", created_at=NOW, **facts
    )


def _seen(path: str, host: str = "127.0.0.1:8000", **headers: str) -> HttpRequest:
    request = RequestFactory().get(path, headers={"host": host, **headers})

    def see(_: HttpRequest) -> HttpResponse:
        request.prefix_seen = get_script_prefix()  # type: ignore[attr-defined]
        return HttpResponse()

    MerchantMiddleware(see)(request)
    return request


def test_a_slug_in_the_address_names_the_merchant_and_is_taken_off() -> None:
    _merchant("clay")
    request = _seen("/m/clay/payments")

    assert request.merchant.slug == "clay"  # type: ignore[attr-defined]
    assert request.path_info == "/payments"
    assert request.prefix_seen == "/m/clay/"  # type: ignore[attr-defined]
    assert get_script_prefix() == "/"


def test_a_host_name_names_its_merchant() -> None:
    _merchant("clay", host_name="billing.clay.example")

    assert _seen("/payments", host="Billing.Clay.example:443").merchant.slug == "clay"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "host"),
    [
        ("/payments", "127.0.0.1:8000"),
        ("/m/nobody/", "127.0.0.1:8000"),
        ("/m/clay/", "evil.example"),
        ("/m/Clay/", "127.0.0.1"),
    ],
)
def test_nothing_else_names_one(path: str, host: str) -> None:
    _merchant("clay")

    assert _seen(path, host=host).merchant is None  # type: ignore[attr-defined]


def test_a_merchant_with_its_own_host_is_not_served_elsewhere() -> None:
    _merchant("clay", host_name="billing.clay.example")

    assert _seen("/m/clay/").merchant is None  # type: ignore[attr-defined]


def test_links_are_built_from_settings_and_not_from_the_host_header() -> None:
    _merchant("clay")
    _merchant("wool", host_name="billing.wool.example")
    with override_settings(PAYDESK_URL="https://pay.example"):
        by_path = _seen("/m/clay/", host="pay.example", **{"x-forwarded-host": "evil.example"})
        by_host = _seen("/", host="billing.wool.example")

    assert by_path.merchant.portal_url == "https://pay.example/m/clay"  # type: ignore[attr-defined]
    assert by_host.merchant.portal_url == "https://billing.wool.example"  # type: ignore[attr-defined]


def test_what_may_frame_it_and_how_far_its_clock_is_ahead_come_along() -> None:
    merchant = _merchant("clay", frame_origins=["https://clay.example"])
    ClockOffset.objects.create(merchant=merchant, seconds=3600)
    seen = _seen("/m/clay/").merchant  # type: ignore[attr-defined]

    assert seen.frame_origins == ("https://clay.example",)
    assert seen.clock_offset == timedelta(hours=1)
