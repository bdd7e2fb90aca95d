"""Webhooks: the list of what happened, PayPal's own verification, signing, and delivery.

Signed is `transmission id|time|webhook id|CRC-32 of the body`, with RSA over SHA-256 (PayPal's guide
"Webhooks"). The certificate comes of a chain that is made when the double starts: a root, an issuer below it,
and the signer.
"""

from __future__ import annotations

import asyncio
import base64
import json
import zlib
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

import aiohttp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.doubles.paypal.state import Account, Answer, Call, Json, moment_of, unknown, written

CERTIFICATE_PATH = "/v1/notifications/certs/CERT-double"
_ALGORITHM = "SHA256withRSA"
_LISTED_FOR = timedelta(days=30)


class Signer:
    """The key of the company and its certificates; `foreign` is somebody else's with the same names."""

    @cached_property
    def _root_key(self) -> rsa.RSAPrivateKey:
        return _key()

    @cached_property
    def root(self) -> x509.Certificate:
        return _certificate(
            "Root", _key_of(self._root_key), by="Root", with_key=self._root_key, authority=True
        )

    @cached_property
    def _issuer_key(self) -> rsa.RSAPrivateKey:
        return _key()

    @cached_property
    def _signing_key(self) -> rsa.RSAPrivateKey:
        return _key()

    @cached_property
    def chain(self) -> str:
        """Give the signer's certificate and its issuer's, as the certificate's address answers."""
        issuer = _certificate(
            "Issuer", _key_of(self._issuer_key), by="Root", with_key=self._root_key, authority=True
        )
        signer = _certificate(
            "messageverificationcerts.paypal.com",
            _key_of(self._signing_key),
            by="Issuer",
            with_key=self._issuer_key,
        )
        return _pem(signer) + _pem(issuer)

    @cached_property
    def root_pem(self) -> str:
        return _pem(self.root)

    def sign(self, body: bytes, *, webhook_id: str, at: datetime, url: str) -> dict[str, str]:
        """Give the headers that go with a body."""
        transmission, time = str(uuid4()), written(at)
        signed = _signed_text(transmission, time, webhook_id, body)
        return {
            "paypal-auth-algo": _ALGORITHM,
            "paypal-auth-version": "v2",
            "paypal-cert-url": f"{url}{CERTIFICATE_PATH}",
            "paypal-transmission-id": transmission,
            "paypal-transmission-sig": base64.b64encode(
                self._signing_key.sign(signed, padding.PKCS1v15(), SHA256())
            ).decode(),
            "paypal-transmission-time": time,
        }

    def is_signed(self, asked: Json, event_text: bytes) -> bool:
        """Do as PayPal does when it is asked to verify."""
        signed = _signed_text(
            asked["transmission_id"], asked["transmission_time"], asked["webhook_id"], event_text
        )
        signature = base64.b64decode(asked["transmission_sig"])
        try:
            self._signing_key.public_key().verify(signature, signed, padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return bool(asked["auth_algo"] == _ALGORITHM)


class Courier:
    """Send what happened to an account's address: in the background, one after the other, as its setting wants it.

    Whoever receives them runs by the real clock, so that is when they are signed, wherever the account's clock stands.
    """

    session: aiohttp.ClientSession

    def __init__(self, signer: Signer, url: str) -> None:
        self._signer = signer
        self._url = url
        self._on_its_way: dict[str, asyncio.Task[None]] = {}

    def deliver(self, account: Account) -> None:
        waiting, account.to_deliver = account.to_deliver, []
        if not account.webhook_url or account.delivery == "off" or not waiting:
            return
        times = 2 if account.delivery == "doubled" else 1
        ordered = waiting[::-1] if account.delivery == "reversed" else waiting
        wanted = [event for event in ordered for _ in range(times)]
        before = self._on_its_way.get(account.client_id)
        self._on_its_way[account.client_id] = asyncio.create_task(self._send(account, wanted, before))

    async def _send(self, account: Account, events: list[Json], before: asyncio.Task[None] | None) -> None:
        if before:
            await before
        for event in events:
            body = body_of(event)
            headers = self._signer.sign(
                body, webhook_id=account.webhook_id, at=datetime.now(UTC), url=self._url
            )
            headers["Content-Type"] = "application/json"
            try:
                async with self.session.post(account.webhook_url, data=body, headers=headers) as answer:
                    status = answer.status
            except (aiohttp.ClientError, TimeoutError):
                status = 0
            account.deliveries.append({"id": event["id"], "type": event["event_type"], "status": status})


def list_events(call: Call) -> Answer:
    """List what happened in the last 30 days, newest first; the `next` link goes on before the oldest of a page."""
    query, since = call.query, call.now - _LISTED_FOR
    found = [one for one in reversed(call.account.events) if one["at"] >= since and _asked(one, query)]
    size = query.get("page_size", 10)
    links = [call.link("self", f"/v1/notifications/webhooks-events?page_size={size}")]
    if len(found) > size:
        before = written(found[size]["at"])
        rest = "".join(f"&{name}={query[name]}" for name in ("start_time", "event_type") if name in query)
        links.append(
            call.link("next", f"/v1/notifications/webhooks-events?page_size={size}&end_time={before}{rest}")
        )
    return Answer(
        body={"events": [shown(one) for one in found[:size]], "count": len(found[:size]), "links": links}
    )


def get_event(call: Call) -> Answer:
    found = [one for one in call.account.events if one["id"] == call.id]
    if not found:
        raise unknown()
    return Answer(body=shown(found[0]))


def get_webhook(call: Call) -> Answer:
    """Every app has one, which is told of everything."""
    if call.id != call.account.webhook_id:
        raise unknown()
    every = [{"name": "*", "description": "ALL"}]
    url = call.account.webhook_url or "https://merchant.example/hooks"
    return Answer(body={"id": call.id, "url": url, "event_types": every, "links": []})


def verify(call: Call, signer: Signer, raw: bytes) -> Answer:
    """Verify a webhook that somebody sends back. PayPal checks the event as it was sent, byte for byte."""
    right = call.body["webhook_id"] == call.account.webhook_id
    signed = right and signer.is_signed(call.body, _event_text(raw))
    return Answer(body={"verification_status": "SUCCESS" if signed else "FAILURE"})


def body_of(event: Json) -> bytes:
    """Write an event as it is delivered."""
    return json.dumps(shown(event)).encode()


def shown(event: Json) -> Json:
    return {name: value for name, value in event.items() if name != "at"}


def _event_text(raw: bytes) -> bytes:
    """Cut the event's own text out of a request to verify it: made anew, it may have other bytes."""
    text = raw.decode()
    start = text.index("{", text.index('"webhook_event"') + len('"webhook_event"'))
    _value, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end].encode()


def _asked(event: Json, query: Json) -> bool:
    about = event["resource"].get("id")
    return (
        not ("start_time" in query and event["at"] < moment_of(query["start_time"]))
        and not ("end_time" in query and event["at"] > moment_of(query["end_time"]))
        and query.get("event_type", event["event_type"]) == event["event_type"]
        and query.get("transaction_id", about) == about
    )


def _signed_text(transmission: str, time: str, webhook_id: str, body: bytes) -> bytes:
    return f"{transmission}|{time}|{webhook_id}|{zlib.crc32(body)}".encode()


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _key_of(key: rsa.RSAPrivateKey) -> rsa.RSAPublicKey:
    return key.public_key()


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _certificate(
    name: str, key: rsa.RSAPublicKey, *, by: str, with_key: rsa.RSAPrivateKey, authority: bool = False
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(by))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(with_key.public_key()), critical=False
        )
        .add_extension(_usage(authority=authority), critical=True)
    )
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(with_key, SHA256())


def _usage(*, authority: bool) -> x509.KeyUsage:
    usage: dict[str, Any] = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(
        **usage, digital_signature=not authority, key_cert_sign=authority, crl_sign=authority
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
