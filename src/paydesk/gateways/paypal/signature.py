"""Was a webhook signed by PayPal, and lately? Checked here, with a certificate of PayPal's that is kept once fetched.

PayPal signs `transmission id|transmission time|webhook id|CRC32 of the body` with RSA and SHA-256, and names the
certificate in `cert_url` (developer.paypal.com/api/rest/webhooks/rest, "Verify message signature"). Its official SDKs
pin what it has to be: at an API host, for `messageverificationcerts...paypal.com`, issued by DigiCert
(PayPal-Java-SDK, `SSLUtil.validateCertificateChain`; the file then held the certificate alone, its issuer came with the
SDK). So an issuer that is missing is fetched from DigiCert, where the certificate says that it is, and all of it is
checked up to a root that the system trusts.

Only where a certificate cannot be had, or followed, is PayPal asked whether the signature is its own. One that does not
fit is wrong.
"""

from __future__ import annotations

import json
import re
import time
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.verification import Store

from paydesk.gateways.contract import BadSignature, GatewayRefused, GatewayUnreachable, Settings, WebhookEvent
from paydesk.gateways.http import HttpRequest, ask
from paydesk.gateways.paypal.events import event_record
from paydesk.gateways.paypal.requests import Line, moment
from paydesk.gateways.paypal.settings import WEBHOOK_CA, WEBHOOK_ID, certificate_places, is_paypal
from paydesk.kit import certificates
from paydesk.kit.certificates import TooOften

#: PayPal names no tolerance; Stripe's does.
TOLERANCE = timedelta(seconds=300)
_HEADERS = ("transmission-id", "transmission-time", "transmission-sig", "cert-url", "auth-algo")
#: CERT-360caa42-fca2a594-df8cd2d5, in PayPal's examples and in what its users report.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}")
_SIGNER = re.compile(r"messageverificationcerts\.([a-z0-9-]+\.)*paypal\.com")
_ISSUER = re.compile(r"https?://[a-z0-9.-]+\.digicert\.com/")
_KEEP = certificates.CertificateKeep(clock=time.monotonic)


class _CannotBeHad(Exception):
    """A certificate could not be fetched or followed up to a root: that says nothing about the signature."""


def verified(*, body: bytes, headers: Mapping[str, str], settings: Settings, line: Line) -> WebhookEvent:
    """Give the event of a webhook that PayPal signed for this endpoint no more than 300 s from now.

    Raises GatewayUnreachable where that cannot be said now, so that PayPal sends it again.
    """
    said = {name: headers.get(f"paypal-{name}", "") for name in _HEADERS}
    signed_at = _signed_at(said["transmission-time"])
    if abs(settings.now() - signed_at) > TOLERANCE:
        raise BadSignature("The signature is more than 300 seconds from now.")
    if said["auth-algo"] != "SHA256withRSA":
        raise BadSignature("The signature is of a kind that PayPal does not make.")
    _check_address(said["cert-url"], settings)
    try:
        _judge(body, said, settings, line)
    except TooOften as often:
        raise GatewayUnreachable(str(often)) from None
    try:
        return event_record(json.loads(body), body)
    except (ValueError, KeyError, TypeError):
        raise BadSignature("The body is signed, and is not an event.") from None


def _signed_at(text: str) -> datetime:
    try:
        found = moment(text)
    except ValueError:
        raise BadSignature("The signature is missing or cannot be read.") from None
    if found.tzinfo is None:
        raise BadSignature("The signature has a time of no place.")
    return found


def _check_address(url: str, settings: Settings) -> None:
    """A key from anywhere else would be the sender's own; what is no certificate's name is not even looked for."""
    place, _, name = url.rpartition("/")
    if place not in certificate_places(settings) or not _NAME.fullmatch(name):
        raise BadSignature("The certificate is not at PayPal's address.")


def _judge(body: bytes, said: Mapping[str, str], settings: Settings, line: Line) -> None:
    """Who signed is a stranger until the signature fits a certificate that lies at PayPal's address."""
    try:
        signer, *issuers = _certificates(said["cert-url"], settings)
    except _CannotBeHad:
        _KEEP.take_turn()
        return _ask_paypal(body, said, settings, line)
    webhook = settings.credentials.get(WEBHOOK_ID, "")
    parts = (said["transmission-id"], said["transmission-time"], webhook, str(zlib.crc32(body)))
    if not certificates.has_signed(signer, "|".join(parts).encode(), said["transmission-sig"]):
        raise BadSignature("The signature does not fit the body.")
    try:
        _check_chain(signer, issuers or _issuers_of(signer, settings), settings)
    except _CannotBeHad:
        _ask_paypal(body, said, settings, line)


def _check_chain(signer: x509.Certificate, issuers: Sequence[x509.Certificate], settings: Settings) -> None:
    """Check names, dates and signatures up to a root: the system's, or for another base URL the one in an option.

    At PayPal's own address, a certificate that cannot be followed up to a root here is PayPal's to judge.
    """
    at_paypal, now = is_paypal(settings), settings.now()
    if not signer.not_valid_before_utc <= now <= signer.not_valid_after_utc:
        raise BadSignature("The certificate is not good at this time.")
    name = next((one for one in certificates.names_of(signer) if not at_paypal or _SIGNER.fullmatch(one)), "")
    if not name:
        raise BadSignature("The certificate is not for PayPal's webhooks.")
    if certificates.is_trusted(signer, issuers, name=name, roots=_roots(settings), now=now):
        return
    if at_paypal:
        raise _CannotBeHad("The certificate cannot be followed up to a root.")
    raise BadSignature("The certificate is not one that can be trusted.")


def _roots(settings: Settings) -> Store:
    if is_paypal(settings):
        return certificates.roots_of_the_system()
    try:
        return Store(certificates.certificates_in(settings.options.get(WEBHOOK_CA, "").encode()))
    except ValueError:
        raise BadSignature("This connection has no root for the certificates of webhooks.") from None


def _issuers_of(signer: x509.Certificate, settings: Settings) -> Sequence[x509.Certificate]:
    """Fetch the issuer that the file left out; the signature fits, so that this is for no stranger."""
    for where in certificates.issuer_addresses(signer):
        if _ISSUER.match(where):
            return _certificates(where, settings, for_stranger=False)
    return ()


def _certificates(url: str, settings: Settings, *, for_stranger: bool = True) -> Sequence[x509.Certificate]:
    """Give what lies there. No certificate at PayPal's address is a clear answer, unlike none at all."""
    found = _KEEP.get(url, lambda: _fetch(url, settings), for_stranger=for_stranger)
    if found is None:
        raise _CannotBeHad(url)
    if not found:
        raise BadSignature("There is no certificate at that address.")
    return found


def _fetch(url: str, settings: Settings) -> Sequence[x509.Certificate] | None:
    request = HttpRequest(method="GET", url=url, headers={"Accept": "*/*"})
    try:
        answer = ask(request, timeout=settings.timeout, scrub=str)
        return certificates.certificates_in(answer.body) if answer.status == 200 else ()
    except GatewayUnreachable:
        return None
    except ValueError:
        return ()


def _ask_paypal(body: bytes, said: Mapping[str, str], settings: Settings, line: Line) -> None:
    """Let PayPal say whether the signature is its own; it wants the event just as it was sent.

    Raises GatewayUnreachable where PayPal cannot be asked either: it will send the webhook again.
    """
    asked = {name.replace("-", "_"): value for name, value in said.items()}
    asked["webhook_id"] = settings.credentials.get(WEBHOOK_ID, "")
    whole = json.dumps(asked).encode().removesuffix(b"}") + b', "webhook_event": ' + body + b"}"
    try:
        json.loads(body)  # or it could say more than an event
        answer = line.ask("v1", "notifications", "verify-webhook-signature", body=whole)
    except (GatewayRefused, ValueError):
        raise BadSignature("PayPal does not know what to make of this.") from None
    if answer.get("verification_status") != "SUCCESS":
        raise BadSignature("PayPal says that it did not sign this.")
