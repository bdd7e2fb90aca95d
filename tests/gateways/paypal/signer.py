"""A company that signs webhooks as PayPal does, with certificates of its own, at an address of this machine."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
NAME = "messageverificationcerts.paypal.com"
_YEAR = timedelta(days=365)


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@dataclass
class Authority:
    """A root, or an issuer below one, and whatever it issues."""

    name: str = "A root"
    above: Authority | None = None
    key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    certificate: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        uses = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        above = self.above or self
        self.certificate = (
            above._begun(named(self.name), self.key.public_key(), NOW - _YEAR, NOW + 10 * _YEAR)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(uses, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(above.key.public_key()), critical=False
            )
            .sign(above.key, hashes.SHA256())
        )

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def issue(
        self,
        key: rsa.RSAPrivateKey,
        *,
        name: str = NAME,
        until: datetime = NOW + timedelta(days=30),
        issuer_at: str = "http://127.0.0.1/nowhere",
    ) -> bytes:
        """Give a certificate for a signer, alone in its file. `issuer_at`: where it says that its issuer's lies."""
        place = x509.UniformResourceIdentifier(issuer_at)
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
        made = (
            self._begun(named(name), key.public_key(), NOW - timedelta(days=60), until)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
            .add_extension(x509.AuthorityInformationAccess([access]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM)

    def _begun(
        self, subject: x509.Name, key: rsa.RSAPublicKey, since: datetime, until: datetime
    ) -> x509.CertificateBuilder:
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(named(self.name)).public_key(key)
        )
        dated = builder.not_valid_before(since).not_valid_after(until)
        return dated.serial_number(x509.random_serial_number())


@dataclass
class Place:
    """An address of this machine: what lies at each path, and what was asked."""

    files: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, bytes]] = field(default_factory=list)
    url: str = ""

    def put(self, path: str, body: bytes, *, status: int = 200) -> str:
        self.files[path] = (status, body)
        return f"{self.url}{path}"


@contextmanager
def place() -> Iterator[Place]:
    """Open one on a port of its own."""
    found = Place()

    class Door(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found.asked.append((self.path, body))
            status, answer = found.files.get(self.path, (404, b""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = _answer  # noqa: N815  the base class looks for these

        def log_message(self, *_words: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    found.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


def signed(
    body: bytes, key: rsa.RSAPrivateKey, *, cert_url: str, webhook_id: str, at: datetime = NOW
) -> dict[str, str]:
    """Give the headers of a webhook."""
    transmission, moment = str(uuid4()), at.strftime("%Y-%m-%dT%H:%M:%SZ")
    message = f"{transmission}|{moment}|{webhook_id}|{zlib.crc32(body)}".encode()
    return {
        "paypal-transmission-id": transmission,
        "paypal-transmission-time": moment,
        "paypal-transmission-sig": b64encode(key.sign(message, PKCS1v15(), hashes.SHA256())).decode(),
        "paypal-cert-url": cert_url,
        "paypal-auth-algo": "SHA256withRSA",
    }


def event(kind: str = "PAYMENT.CAPTURE.COMPLETED", **resource: object) -> bytes:
    told = {"id": f"WH-{uuid4()}", "event_type": kind, "create_time": "2026-11-29T11:59:58.123Z"}
    return json.dumps(told | {"resource": resource}).encode()
