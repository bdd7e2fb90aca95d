"""Certificates that strangers name as theirs: read, kept once somebody has fetched them, followed up to a root.

Who signed is known only once the certificate is there, so it is fetched on a stranger's word. What is kept is bounded,
and so is how often anybody is asked.
"""

from __future__ import annotations

import ssl
from base64 import b64decode
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from threading import Lock
from typing import TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import (
    AuthorityInformationAccess,
    Certificate,
    DNSName,
    ExtensionNotFound,
    SubjectAlternativeName,
    load_der_x509_certificate,
    load_pem_x509_certificates,
)
from cryptography.x509.oid import AuthorityInformationAccessOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

Kept = TypeVar("Kept")

#: Who sends forged webhooks names as many addresses as they like: none of these pushes out a certificate that is good.
_KEPT_MAX, _MISSING_MAX, _MISSING_FOR = 16, 64, 60.0
_TURNS_MAX, _A_MINUTE = 20, 60.0


class TooOften(Exception):
    """So many were asked in this minute on a stranger's word that nobody else is."""


class CertificateKeep:
    """The certificates of one process by their addresses. The clock counts seconds, and is handed in."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[str, Sequence[Certificate]] = {}
        self._missing: dict[str, tuple[Sequence[Certificate] | None, float]] = {}
        self._turns: deque[float] = deque()

    def get(
        self, address: str, fetch: Callable[[], Sequence[Certificate] | None], *, for_stranger: bool = True
    ) -> Sequence[Certificate] | None:
        """Give what lies there, fetched once: nothing at all, or None where nobody answers, is believed for a minute.

        Raises TooOften instead of fetching for a stranger.
        """
        with self._lock:
            if address in self._kept:
                # Whichever was asked for last is let go last.
                self._kept[address] = self._kept.pop(address)
                return self._kept[address]
            missing, until = self._missing.get(address, (None, 0.0))
            if self._clock() < until:
                return missing
        if for_stranger:
            self.take_turn()
        found = fetch()
        with self._lock:
            if found:
                _put(self._kept, address, found, at_most=_KEPT_MAX)
            else:
                until = self._clock() + _MISSING_FOR
                _put(self._missing, address, (found, until), at_most=_MISSING_MAX)
        return found

    def take_turn(self) -> None:
        """Count that somebody is asked on a stranger's word; raises TooOften beyond so many a minute."""
        with self._lock:
            now = self._clock()
            while self._turns and self._turns[0] <= now - _A_MINUTE:
                self._turns.popleft()
            if len(self._turns) >= _TURNS_MAX:
                raise TooOften("Nobody else is asked in this minute on a stranger's word.")
            self._turns.append(now)


def certificates_in(body: bytes) -> list[Certificate]:
    """Read a file of certificates, any number of them as text (PEM) or one as it is (DER); ValueError where none is."""
    if body.lstrip().startswith(b"-----BEGIN"):
        return load_pem_x509_certificates(body)
    return [load_der_x509_certificate(body)]


def has_signed(certificate: Certificate, message: bytes, signature: str) -> bool:
    """Say whether the key of a certificate made this signature (base64) of a message, with RSA and SHA-256."""
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def names_of(certificate: Certificate) -> Sequence[str]:
    """Give the host names that a certificate is for."""
    try:
        found = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    except (ExtensionNotFound, ValueError):
        return ()
    return found.get_values_for_type(DNSName)


def issuer_addresses(certificate: Certificate) -> Sequence[str]:
    """Say where a certificate says that its issuer's lies. Nobody has to be believed: it is followed up to a root."""
    try:
        found = certificate.extensions.get_extension_for_class(AuthorityInformationAccess).value
    except ExtensionNotFound:
        return ()
    return [
        str(one.access_location.value)
        for one in found
        if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    ]


def is_trusted(
    signer: Certificate, issuers: Sequence[Certificate], *, name: str, roots: Store, now: datetime
) -> bool:
    """Follow a certificate for a host name up to one of the roots: dates, uses and signatures. `now` is UTC."""
    policy = PolicyBuilder().store(roots).time(now.replace(tzinfo=None))
    try:
        policy.build_server_verifier(DNSName(name)).verify(signer, list(issuers))
    except VerificationError:
        return False
    return True


def _put(places: dict[str, Kept], address: str, kept: Kept, *, at_most: int) -> None:
    """Put it last, and let the first go where there are too many."""
    places.pop(address, None)
    places[address] = kept
    if len(places) > at_most:
        del places[next(iter(places))]


@cache
def roots_of_the_system() -> Store:
    """Give the roots that the system trusts, but for those whose number RFC 5280 does not allow."""
    context = ssl.create_default_context()
    found = zip(context.get_ca_certs(binary_form=True), context.get_ca_certs(), strict=True)
    return Store(
        [load_der_x509_certificate(one) for one, said in found if int(str(said["serialNumber"]), 16) > 0]
    )
