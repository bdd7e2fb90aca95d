"""What stands around the door: cookies, client addresses, local paths, masks and the names of devices."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from paydesk.access.client_address import client_address, network_of
from paydesk.access.codes import code_as_typed
from paydesk.kit.local_paths import is_local_path
from paydesk.portal.devices.names import device_name
from paydesk.portal.sign_in.masks import masked
from tests.access.door import Browser, now
from tests.access.scene import customer, merchant, post


@pytest.fixture
def _https(settings: Settings) -> None:
    """An installation that is not on loopback."""
    settings.IS_HTTPS = True
    settings.COOKIE_PREFIX = "__Host-"
    settings.CSRF_COOKIE_NAME = "__Host-paydesk-csrf"
    settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.django_db
@pytest.mark.usefixtures("_https")
def test_cookies_are_bound_to_the_host_and_to_https() -> None:
    shop = merchant()
    customer(shop)
    browser = Browser(shop, HTTP_X_FORWARDED_PROTO="https", HTTP_ORIGIN="https://127.0.0.1:8000")
    asked = browser.ask()
    [letter] = post(now())
    arrived = browser.open_link(letter)
    assert (asked.status_code, arrived.status_code) == (303, 303)
    kept = {**asked.cookies, **{name: morsel for name, morsel in arrived.cookies.items() if morsel.value}}
    assert len(kept) == 4
    for name, morsel in kept.items():
        assert name.startswith("__Host-paydesk-")
        assert (morsel["secure"], morsel["httponly"], morsel["path"], morsel["domain"]) == (
            True,
            True,
            "/",
            "",
        )
        assert morsel["samesite"] == "Lax"
    hours = {name: morsel["max-age"] for name, morsel in kept.items()}
    assert hours[f"__Host-paydesk-{shop.uuid.hex}"] == 12 * 3600
    assert hours[f"__Host-paydesk-{shop.uuid.hex}-asked"] == 15 * 60


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "198.51.100.7"),
        (0, "192.0.2.66", "198.51.100.7"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "192.0.2.66, 192.0.2.1", "192.0.2.1"),
        (2, "192.0.2.66, 192.0.2.1, 10.0.0.1", "192.0.2.1"),
        (2, "192.0.2.1", "198.51.100.7"),
        (1, "made up", "198.51.100.7"),
        (1, "", "198.51.100.7"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_a_forwarded_address_counts_as_far_as_our_proxies_wrote_it(
    settings: Settings, proxies: int, forwarded: str, expected: str
) -> None:
    settings.PAYDESK_PROXY_COUNT = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.7", **headers)  # type: ignore[arg-type]
    assert client_address(request) == expected


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
    ],
)
def test_a_network_is_what_one_subscriber_has(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    "path", ["/", "/payments", "/payments?state=failed&page=2", "/m/harbor/", "/@a", "/a%20b"]
)
def test_a_local_path_is_followed(path: str) -> None:
    assert is_local_path(path)


@given(st.text())
def test_whatever_is_followed_stays_on_this_site(text: str) -> None:
    if is_local_path(text):
        assert text.startswith("/")
        assert not text.startswith(("//", "/\\"))
        assert text.isascii()
        assert text.isprintable()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("12345678", "12345678"),
        (" 1234 5678 ", "12345678"),
        ("1234-5678", "12345678"),
        ("1234567", None),
        ("123456789", None),
        ("１２３４５６７８", None),
        ("abcdefgh", None),
        ("", None),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, code: str | None) -> None:
    assert code_as_typed(typed) == code


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ada@example.com", "a•••@e•••.com"),
        ("a@b.co.uk", "a•••@b•••.uk"),
        ("ada@localhost", "a•••@•••.localhost"),
    ],
)
def test_a_masked_address_keeps_its_first_letters(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537 Chrome/156 Safari/537 Edg/156",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19) AppleWebKit Version/19 Safari/604", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit Chrome/156 Mobile Safari", "Chrome on Android"),
        ("curl/8", "A browser that we do not know"),
        ("", "A browser that we do not know"),
    ],
)
def test_a_device_has_a_name(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
