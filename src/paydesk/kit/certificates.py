"""Read X.509 certificates, and follow one up to a root that is trusted. Nothing is fetched here."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import datetime
from functools import cache

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


def certificates_in(body: bytes) -> Sequence[Certificate]:
    """Read a file of certificates, any number of them as text (PEM) or one as it is (DER); ValueError where none is."""
    if body.lstrip().startswith(b"-----BEGIN"):
        return load_pem_x509_certificates(body)
    return [load_der_x509_certificate(body)]


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


@cache
def roots_of_the_system() -> Store:
    """Give the roots that the system trusts, but for those whose number RFC 5280 does not allow."""
    context = ssl.create_default_context()
    found = zip(context.get_ca_certs(binary_form=True), context.get_ca_certs(), strict=True)
    return Store(
        [load_der_x509_certificate(one) for one, said in found if int(str(said["serialNumber"]), 16) > 0]
    )
