"""Webhooks that anybody may send: how little they make us ask, and what they cannot push out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from paydesk.gateways.contract import GatewayUnreachable, Settings
from paydesk.gateways.paypal import signature
from paydesk.gateways.paypal.requests import Line
from paydesk.kit.certificates import CertificateKeep
from tests.gateways.paypal.signer import Authority, Place, event, signed
from tests.gateways.paypal.webhook_scene import PATH, VERIFY, WEBHOOK, check, refused, sign

_PLACE = "/v1/notifications/certs"


class Seconds:
    """A clock that a test puts forward."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch, company: Place) -> Seconds:
    """Let the process keep its certificates by a clock of the test's own."""
    found = Seconds()
    monkeypatch.setattr(signature, "_KEEP", CertificateKeep(clock=found))
    return found


def fetches(company: Place) -> list[str]:
    return [path for path, _ in company.asked if path.startswith(_PLACE)]


def test_an_address_where_nothing_lies_is_asked_once_a_minute(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey, seconds: Seconds
) -> None:
    body = event()
    forged = sign(company, key, body, path=f"{_PLACE}/CERT-none")
    for _ in range(5):
        refused(connection, body, forged)
    assert len(fetches(company)) == 1

    seconds.now += timedelta(minutes=1).total_seconds()
    refused(connection, body, forged)
    assert len(fetches(company)) == 2


def test_beyond_the_limit_nobody_is_asked_and_the_company_sends_it_again(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey, seconds: Seconds
) -> None:
    """A genuine one with a certificate that is not kept yet is neither believed nor refused (503)."""
    body = event()
    for number in range(20):
        refused(connection, body, sign(company, key, body, path=f"{_PLACE}/CERT-{number}-forged"))
    before = len(company.asked)
    with pytest.raises(GatewayUnreachable):
        check(connection, body, sign(company, key, body))
    assert len(company.asked) == before

    seconds.now += timedelta(minutes=1).total_seconds()
    assert check(connection, body, sign(company, key, body)).body == body


def test_paypal_is_asked_about_no_more_signatures_than_that(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey, seconds: Seconds
) -> None:
    body = event()
    company.put(PATH, b"", status=503)
    company.put(VERIFY, json.dumps({"verification_status": "FAILURE"}).encode())
    for _ in range(19):
        refused(connection, body, sign(company, key, body))

    with pytest.raises(GatewayUnreachable):
        check(connection, body, sign(company, key, body))

    assert len([path for path, _ in company.asked if path == VERIFY]) == 19


def test_what_strangers_name_pushes_out_no_certificate_that_is_good(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey, authority: Authority, seconds: Seconds
) -> None:
    body = event()
    check(connection, body, sign(company, key, body))
    for number in range(100):
        seconds.now += 6
        refused(connection, body, sign(company, key, body, path=f"{_PLACE}/CERT-{number}-forged"))

    assert check(connection, body, sign(company, key, body)).body == body
    assert fetches(company).count(PATH) == 1


def test_of_more_certificates_than_are_kept_the_one_in_use_stays(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey, authority: Authority, seconds: Seconds
) -> None:
    body = event()
    for number in range(40):
        seconds.now += 6
        other = f"{_PLACE}/CERT-{number}"
        company.put(other, authority.issue(key))
        for path in (PATH, other):
            assert check(connection, body, sign(company, key, body, path=path)).body == body

    assert fetches(company).count(PATH) == 1


def test_whose_signature_fits_paypals_certificate_is_no_stranger(
    connection: Settings,
    key: rsa.RSAPrivateKey,
    authority: Authority,
    seconds: Seconds,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the certificate cannot be followed to a root, PayPal is asked each time, however many come."""
    files, body = x509.load_pem_x509_certificates(authority.issue(key)), event()
    monkeypatch.setattr(signature, "_fetch", lambda *_: files)
    monkeypatch.setattr(Line, "ask", lambda *_, **__: {"verification_status": "SUCCESS"})
    headers = signed(body, key, cert_url=f"https://api.paypal.com{PATH}", webhook_id=WEBHOOK)

    for _ in range(30):
        assert check(replace(connection, base_url=""), body, headers).body == body
