"""What a connection to Stripe is made of: its credentials and options, its hosts, and how long keys are remembered."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from paydesk.gateways.contract import Settings
from paydesk.gateways.method_setup import HostedFields

SECRET_KEY = "secret_key"  # noqa: S105  # a name; a restricted key is enough: docs/gateways/stripe.md lists what it needs
PUBLISHABLE_KEY = "publishable_key"
WEBHOOK_SECRET = "webhook_secret"  # noqa: S105  # a name
CREDENTIALS = (SECRET_KEY, PUBLISHABLE_KEY, WEBHOOK_SECRET)
SCRIPT_URL = "script_url"  # where Stripe.js is loaded from

DEFAULT_BASE_URL = "https://api.stripe.com"
DEFAULT_SCRIPT_URL = "https://js.stripe.com/v3/"

#: docs.stripe.com/api/idempotent_requests: keys are removed once they are at least 24 hours old.
KEY_MEMORY = dict.fromkeys(("charge", "refund", "method", "subscription"), timedelta(hours=24))

#: docs.stripe.com/rate-limits, "Global API rate limit": requests a second for each account, live and in a sandbox.
_A_SECOND_LIVE, _A_SECOND_SANDBOX = 100, 25

#: docs.stripe.com/security/guide, "Content security policy", for Stripe.js and Elements.
_FRAMES = ("https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com")
_SCRIPTS = ("https://js.stripe.com", "https://*.js.stripe.com")


def is_test(settings: Settings) -> bool | None:
    """A key says it, except for the oldest: `sk_test_`, `rk_live_` (docs.stripe.com/keys)."""
    key = settings.credentials[SECRET_KEY]
    return "_test_" in key if "_test_" in key or "_live_" in key else None


def requests_a_second(settings: Settings) -> int:
    """Give the documented rate of an account; 0, for none, at an address that is not Stripe's own."""
    if settings.base_url not in ("", DEFAULT_BASE_URL):
        return 0
    return _A_SECOND_LIVE if is_test(settings) is False else _A_SECOND_SANDBOX


def card_fields(settings: Settings, *, client_secret: str) -> HostedFields:
    """Describe the Card Element and our module that drives it. A script from elsewhere brings its own host along."""
    publishable_key = settings.credentials[PUBLISHABLE_KEY]
    script_url = settings.options.get(SCRIPT_URL) or DEFAULT_SCRIPT_URL
    host = urlsplit(script_url)
    own = () if script_url == DEFAULT_SCRIPT_URL else (f"{host.scheme}://{host.netloc}",)
    return HostedFields(
        script_url=script_url,
        module="stripe/fields.js",
        values={"publishable-key": publishable_key, "client-secret": client_secret, "script-url": script_url},
        script_origins=own or _SCRIPTS,
        frame_origins=own or _FRAMES,
        connect_origins=own or (DEFAULT_BASE_URL,),
    )
