"""A company whose webhooks are signed, and a connection to it, for tests of who signed one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from paydesk.gateways.contract import BadSignature, Settings, WebhookEvent
from paydesk.gateways.paypal import signature
from paydesk.gateways.paypal.requests import Line
from paydesk.gateways.paypal.signature import verified
from paydesk.kit.certificates import CertificateKeep
from tests.gateways.paypal.signer import NOW, Authority, Place, place, signed

PATH = "/v1/notifications/certs/CERT-1"
WEBHOOK = "8PT597110X687430LKGECATA"
VERIFY = "/v1/notifications/verify-webhook-signature"
TOKEN = json.dumps({"access_token": "A21", "expires_in": 32400}).encode()


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def company(authority: Authority, key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(signature, "_KEEP", CertificateKeep(clock=monotonic))
    with place() as found:
        found.put(PATH, authority.issue(key))
        found.put("/v1/oauth2/token", TOKEN)
        yield found


@pytest.fixture
def connection(company: Place, authority: Authority) -> Settings:
    return Settings(
        base_url=company.url,
        credentials={"client_id": "client-1", "client_secret": "secret-1", "webhook_id": WEBHOOK},
        options={"webhook_ca": authority.pem},
        now=lambda: NOW,
        timeout=timedelta(seconds=2),
    )


def check(connection: Settings, body: bytes, headers: dict[str, str]) -> WebhookEvent:
    return verified(body=body, headers=headers, settings=connection, line=Line(connection))


def sign(
    company: Place, key: rsa.RSAPrivateKey, body: bytes, *, path: str = PATH, at: datetime = NOW
) -> dict[str, str]:
    return signed(body, key, cert_url=company.url + path, webhook_id=WEBHOOK, at=at)


def refused(connection: Settings, body: bytes, headers: dict[str, str]) -> str:
    with pytest.raises(BadSignature) as raised:
        check(connection, body, headers)
    return str(raised.value)
