"""What a connection to PayPal is made of: credentials, options, hosts, and how long each API remembers a key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from paydesk.gateways.contract import Settings

CLIENT_ID = "client_id"
CLIENT_SECRET = "client_secret"  # noqa: S105  # a name
WEBHOOK_ID = "webhook_id"  # of the endpoint, as the dashboard shows it; an event's own id is another
CREDENTIALS = (CLIENT_ID, CLIENT_SECRET, WEBHOOK_ID)

#: PayPal documents no figure (developer.paypal.com/reference/guidelines/rate-limiting), so ours is 0: none.
CALLS_A_SECOND = "calls_a_second"
SCRIPT_URL = "script_url"  # where PayPal's JavaScript comes from; only tests change it
#: The root (PEM) of webhooks' certificates at a host that is not PayPal's; only for tests.
WEBHOOK_CA = "webhook_ca"

DEFAULT_BASE_URL = "https://api-m.paypal.com"
DEFAULT_SCRIPT_URL = "https://www.paypal.com/sdk/js"
SANDBOX_BASE_URL = "https://api-m.sandbox.paypal.com"
#: Where webhooks' certificates lie: the APIs' hosts, under the older of their two names as well.
_CERTIFICATE_HOSTS = {
    DEFAULT_BASE_URL: ("api-m.paypal.com", "api.paypal.com"),
    SANDBOX_BASE_URL: ("api-m.sandbox.paypal.com", "api.sandbox.paypal.com"),
}
_CERTIFICATES = "/v1/notifications/certs"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}

#: How long a `PayPal-Request-Id` is remembered: the parameter's own description in PayPal's published files,
#: checkout_orders_v2 (6 hours), vault_payment_tokens_v3 (3 hours), billing_subscriptions_v1 (72 hours) and
#: payments_payment_v2 (45 days).
ORDERS_REMEMBER = timedelta(hours=6)
VAULT_REMEMBERS = timedelta(hours=3)
SUBSCRIPTIONS_REMEMBER = timedelta(hours=72)
CAPTURES_REMEMBER = timedelta(days=45)


def base_url(settings: Settings) -> str:
    """Give the address of the API, without a slash at its end."""
    return (settings.base_url or DEFAULT_BASE_URL).rstrip("/")


def is_sandbox(settings: Settings) -> bool | None:
    """None at a host that is not PayPal's."""
    host = f".{urlsplit(base_url(settings)).hostname}"
    return host.endswith(".sandbox.paypal.com") if host.endswith(".paypal.com") else None


def is_paypal(settings: Settings) -> bool:
    return base_url(settings) in _CERTIFICATE_HOSTS


def calls_a_second(settings: Settings) -> int:
    return int(settings.options.get(CALLS_A_SECOND) or 0)


def certificate_places(settings: Settings) -> Sequence[str]:
    """Say where a webhook's certificate may lie: at PayPal, or at another base URL.

    Without https only a test's own machine is asked.
    """
    own = urlsplit(base_url(settings))
    if hosts := _CERTIFICATE_HOSTS.get(base_url(settings)):
        return [f"https://{host}{_CERTIFICATES}" for host in hosts]
    is_safe = own.scheme == "https" or own.hostname in _LOOPBACK
    return [f"{own.scheme}://{own.netloc}{_CERTIFICATES}"] if is_safe else []
