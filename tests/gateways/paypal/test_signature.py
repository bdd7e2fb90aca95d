"""Who signed a webhook: only PayPal, only for this endpoint, only just now; and what happens without a certificate."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from paydesk.gateways import http
from paydesk.gateways.contract import GatewayUnreachable, Settings
from paydesk.gateways.http import HttpAnswer, HttpRequest
from paydesk.gateways.paypal import signature
from paydesk.gateways.paypal.requests import Line
from paydesk.kit.certificates import CertificateKeep
from tests.gateways.paypal.signer import NAME, NOW, Authority, Place, event, place, signed
from tests.gateways.paypal.webhook_scene import PATH, VERIFY, WEBHOOK, check, refused, sign


def test_a_webhook_of_the_company_is_believed_and_its_certificate_is_fetched_once(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey
) -> None:
    for _ in range(3):
        body = event(id="7NW873794T343360M")
        found = check(connection, body, sign(company, key, body))
        assert (found.kind, found.body) == ("PAYMENT.CAPTURE.COMPLETED", body)

    assert [path for path, _ in company.asked] == [PATH]


def test_a_body_that_was_changed_is_refused_and_nobody_is_asked_about_it(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey
) -> None:
    body = event(id="7NW873794T343360M")
    headers = sign(company, key, body)

    refused(connection, body.replace(b"7NW", b"8NW"), headers)
    refused(connection, body, headers | {"paypal-transmission-id": "another"})
    refused(connection, body, headers | {"paypal-transmission-sig": "bm9uc2Vuc2U="})
    refused(connection, body, headers | {"paypal-transmission-sig": "no base64 €"})
    refused(connection, body, headers | {"paypal-auth-algo": "SHA1withRSA"})
    refused(connection, body, {})

    assert VERIFY not in [path for path, _ in company.asked]


def test_a_webhook_for_another_endpoint_is_refused(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey
) -> None:
    body = event()

    refused(connection, body, signed(body, key, cert_url=company.url + PATH, webhook_id="OTHER"))


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_recording_is_refused(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey, minutes: int
) -> None:
    body = event()

    refused(connection, body, sign(company, key, body, at=NOW + timedelta(minutes=minutes)))


def test_a_certificate_from_another_host_is_not_even_fetched(
    company: Place, connection: Settings, authority: Authority
) -> None:
    theirs = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    body = event()
    with place() as elsewhere:
        elsewhere.put(PATH, authority.issue(theirs))
        refused(connection, body, sign(elsewhere, theirs, body))
        assert elsewhere.asked == []
    for url in (
        f"{company.url}@evil.example{PATH}",
        f"{company.url}/v1/other/CERT-1",
        PATH,
        "http://[",
        f"{company.url.replace('http', 'ftp')}{PATH}",
        f"{company.url}{PATH}?1",
        f"{company.url}{PATH}#1",
        f"{company.url}{PATH}/",
        f"{company.url}{PATH}%2F..",
        f"{company.url}{PATH}\n",
        f"{company.url}/v1/notifications/certs/",
        f"{company.url}/v1/notifications/certs/..",
        f"{company.url}/v1/notifications/certs/../../v1/oauth2/token",
    ):
        refused(connection, body, signed(body, theirs, cert_url=url, webhook_id=WEBHOOK))
    assert company.asked == []


@pytest.mark.parametrize(
    "url",
    [
        f"http://api.paypal.com{PATH}",
        f"https://api.sandbox.paypal.com{PATH}",
        f"https://api.paypal.com.evil.example{PATH}",
        f"https://evil.paypal.com{PATH}",
        f"https://api.paypal.com:8443{PATH}",
    ],
)
def test_at_paypal_only_https_and_only_the_hosts_of_that_api_will_do(
    connection: Settings, key: rsa.RSAPrivateKey, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(signature, "ask", lambda request, **_: asked.append(request))
    body = event()

    refused(replace(connection, base_url=""), body, signed(body, key, cert_url=url, webhook_id=WEBHOOK))

    assert asked == []


def test_a_certificate_of_another_chain_is_refused(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey
) -> None:
    body = event()
    company.put(PATH, Authority().issue(key))

    assert "trusted" in refused(connection, body, sign(company, key, body))
    assert "no root" in refused(replace(connection, options={}), body, sign(company, key, body))


def test_a_certificate_that_has_expired_is_refused_though_it_was_good_when_it_was_fetched(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey, authority: Authority
) -> None:
    company.put(PATH, authority.issue(key, until=NOW + timedelta(days=1)))
    body = event()
    check(connection, body, sign(company, key, body))

    later = NOW + timedelta(days=2)
    words = refused(replace(connection, now=lambda: later), body, sign(company, key, body, at=later))

    assert "not good at this time" in words


def test_at_paypal_a_certificate_for_another_name_is_refused_and_one_of_another_root_is_paypals_to_judge(
    connection: Settings, key: rsa.RSAPrivateKey, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_paypal, body = replace(connection, base_url=""), event()
    headers = signed(body, key, cert_url=f"https://api.paypal.com{PATH}", webhook_id=WEBHOOK)
    asked: list[str] = []

    def judge(_line: Line, *path: str, **_: object) -> dict[str, str]:
        asked.append(path[-1])
        return {"verification_status": "FAILURE"}

    def holds(name: str) -> None:
        files = x509.load_pem_x509_certificates(authority.issue(key, name=name))
        monkeypatch.setattr(signature, "_KEEP", CertificateKeep(clock=monotonic))
        monkeypatch.setattr(signature, "_fetch", lambda *_: files)

    monkeypatch.setattr(Line, "ask", judge)
    holds("www.paypal.com")
    assert "not for PayPal's webhooks" in refused(at_paypal, body, headers)
    holds(NAME)
    assert "does not fit" in refused(at_paypal, body + b" ", headers)
    assert asked == [], "nobody is asked about a signature that does not fit"
    assert "did not sign" in refused(at_paypal, body, headers)
    assert asked == ["verify-webhook-signature"]


def test_an_issuer_that_the_file_leaves_out_is_fetched_from_digicert_and_from_nowhere_else(
    company: Place,
    connection: Settings,
    key: rsa.RSAPrivateKey,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    below, body, ask = Authority(name="An issuer", above=authority), event(), http.ask
    lies_there = below.certificate.public_bytes(Encoding.DER)

    def at_digicert(request: HttpRequest, **more: Any) -> HttpAnswer:
        if request.url == "http://cacerts.digicert.com/issuer.crt":
            return HttpAnswer(status=200, headers={}, body=lies_there)
        assert request.url.startswith(company.url), f"{request.url} was asked"
        return ask(request, **more)

    monkeypatch.setattr(signature, "ask", at_digicert)
    for issuer_at, is_found in (
        ("http://cacerts.digicert.com/issuer.crt", True),
        ("http://digicert.com.evil.example/issuer.crt", False),
        ("http://evil.example/cacerts.digicert.com", False),
    ):
        monkeypatch.setattr(signature, "_KEEP", CertificateKeep(clock=monotonic))
        company.put(PATH, below.issue(key, issuer_at=issuer_at))
        if is_found:
            assert check(connection, body, sign(company, key, body)).body == body
        else:
            assert "trusted" in refused(connection, body, sign(company, key, body))


def test_where_the_certificate_cannot_be_had_paypal_is_asked_about_the_very_bytes(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey
) -> None:
    body = event(amount="49.00", name="Zoë").replace(b'", "', b'" ,  "')
    company.put(PATH, b"", status=503)
    headers = sign(company, key, body)
    company.put(VERIFY, json.dumps({"verification_status": "SUCCESS"}).encode())
    assert check(connection, body, headers).body == body
    company.put(VERIFY, json.dumps({"verification_status": "FAILURE"}).encode())
    refused(connection, body, headers)

    asked = next(asked for path, asked in company.asked if path == VERIFY)
    assert body in asked
    assert json.loads(asked)["webhook_id"] == WEBHOOK


def test_where_paypal_cannot_be_asked_either_the_webhook_is_neither_believed_nor_refused(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey
) -> None:
    body = event()
    company.put(PATH, b"", status=503)
    company.put(VERIFY, b"", status=500)

    with pytest.raises(GatewayUnreachable):
        check(connection, body, sign(company, key, body))


def test_what_would_tell_paypal_more_than_an_event_is_not_passed_on(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey
) -> None:
    company.put(PATH, b"", status=503)
    company.put(VERIFY, json.dumps({"verification_status": "SUCCESS"}).encode())
    body = event() + b', "webhook_id": "THEIRS"'

    refused(connection, body, sign(company, key, body))

    assert VERIFY not in [path for path, _ in company.asked]


def test_no_certificate_at_the_address_is_no_reason_to_ask_paypal(
    company: Place, connection: Settings, key: rsa.RSAPrivateKey
) -> None:
    body = event()
    company.put(VERIFY, json.dumps({"verification_status": "SUCCESS"}).encode())
    for status, lies_there in ((404, b""), (200, b"<html>"), (302, b"")):
        company.put(PATH, lies_there, status=status)

        refused(connection, body, sign(company, key, body))

    assert VERIFY not in [path for path, _ in company.asked]
