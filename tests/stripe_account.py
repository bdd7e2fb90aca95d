"""The two processes that are Stripe in the tests (localstripe, the checking proxy before it), and a debt there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import running_server

ROOT = Path(__file__).parent.parent
DOUBLES = ROOT / "tests" / "doubles"


@dataclass(frozen=True, kw_only=True)
class StripeAccount:
    """The two processes: `url` is Stripe for the code under test, `localstripe_url` is for setting scenes alone."""

    url: str
    localstripe_url: str


@dataclass(frozen=True, kw_only=True)
class PastDue:
    """A subscription with a paid invoice and a failed one."""

    customer: str
    subscription: str
    paid_invoice: str
    failed_invoice: str
    method: str  # the card that failed


@pytest.fixture(scope="session")
def stripe_account(pytestconfig: pytest.Config) -> Iterator[StripeAccount]:
    """Start localstripe and the proxy once for the session. The contract made from the SDK is kept between sessions."""
    cache = pytestconfig.cache
    assert cache is not None
    folder = cache.mkdir("stripe-contract")
    paths = {"PYTHONPATH": str(ROOT)}
    localstripe: list[str | Path] = [sys.executable, DOUBLES / "localstripe_server.py", "{port}"]
    with running_server(localstripe, environment=paths) as behind:
        proxy: list[str | Path] = [sys.executable, DOUBLES / "stripe_proxy.py", "{port}", behind.url, folder]
        with running_server(proxy, environment=paths, ready_path="/_violations") as before:
            yield StripeAccount(url=before.url, localstripe_url=behind.url)
