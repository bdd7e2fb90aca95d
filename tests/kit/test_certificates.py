"""Certificates are fetched once, and what strangers name is asked for seldom and let go first."""

from __future__ import annotations

import pytest
from cryptography.x509 import Certificate

from paydesk.kit.certificates import CertificateKeep, TooOften, certificates_in, issuer_addresses, names_of
from tests.gateways.paypal.signer import NAME, Authority


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    authority = Authority()
    [found] = certificates_in(authority.issue(authority.key, issuer_at="http://ca.example/issuer.crt"))
    return found


class Fetching:
    """A place on the way to which somebody counts."""

    def __init__(self, found: list[Certificate] | None) -> None:
        self.found = found
        self.times = 0

    def __call__(self) -> list[Certificate] | None:
        self.times += 1
        return self.found


def test_a_file_without_a_certificate_is_none() -> None:
    for body in (b"", b"<html>", b"-----BEGIN NOTHING-----"):
        with pytest.raises(ValueError, match=r"."):
            certificates_in(body)


def test_a_certificate_says_whom_it_is_for_and_where_its_issuers_lies(certificate: Certificate) -> None:
    assert list(names_of(certificate)) == [NAME]
    assert issuer_addresses(certificate) == ["http://ca.example/issuer.crt"]


@pytest.mark.parametrize("found", [[], None])
def test_what_is_missing_is_believed_for_a_minute(found: list[Certificate] | None) -> None:
    seconds = [0.0]
    keep, fetching = CertificateKeep(clock=lambda: seconds[0]), Fetching(found)
    for seconds[0], times in ((0.0, 1), (59.0, 1), (60.0, 2)):
        assert keep.get("a", fetching) == found
        assert fetching.times == times


def test_what_is_kept_needs_no_turn(certificate: Certificate) -> None:
    keep, fetching = CertificateKeep(clock=lambda: 0.0), Fetching([certificate])
    assert keep.get("a", fetching) == [certificate]
    for _ in range(19):
        keep.take_turn()
    with pytest.raises(TooOften):
        keep.get("b", fetching)

    assert keep.get("a", fetching) == [certificate]
    assert fetching.times == 1
