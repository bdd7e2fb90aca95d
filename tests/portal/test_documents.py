"""The payment company's own documents are links that a customer may follow, asked for on a click and never before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.billing.payments.models import Payment
from paydesk.billing.receipts import documents
from paydesk.billing.receipts.documents import may_follow
from paydesk.gateways.contract import GatewayUnreachable
from paydesk.gateways.records import DocumentLink
from paydesk.merchants.models import Connection
from tests import builders
from tests.portal.reading import PORTAL, links, read, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(ada: Customer, account: Connection) -> Payment:
    """A payment whose company has documents."""
    return builders.payment(builders.order(ada, account), capabilities=["documents"])


class Company:
    """A payment company that has documents, or does not answer."""

    def __init__(self, *urls: str, silent: bool = False) -> None:
        self.urls, self.silent = urls, silent

    def documents(self, reference: str) -> Sequence[DocumentLink]:
        """Give what was arranged."""
        if self.silent:
            raise GatewayUnreachable("time-out")
        return [DocumentLink(title="Invoice", url=url) for url in self.urls]


def asked(monkeypatch: pytest.MonkeyPatch, company: Company, browser: Client, payment: Payment) -> Any:
    """Ask for the company's documents."""
    monkeypatch.setattr(documents, "connect", lambda *_, **__: company)
    return browser.get(f"{PORTAL}/payments/{payment.public_id}/documents")


def test_the_companys_own_documents_are_links(
    monkeypatch: pytest.MonkeyPatch, browser: Client, paid: Payment
) -> None:
    for page in ("", "/receipt"):
        assert "Documents from the payment company" in read(browser, f"/payments/{paid.public_id}{page}")
    answer = asked(monkeypatch, Company("https://pay.example/invoice?a=1&b=2"), browser, paid)
    assert answer.status_code == 200
    assert links(answer, "Invoice") == "https://pay.example/invoice?a=1&b=2"
    assert 'rel="noopener noreferrer' in answer.content.decode()


def test_a_link_that_nobody_should_follow_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, browser: Client, paid: Payment
) -> None:
    bad = (
        "http://pay.example/x",
        "javascript:alert(1)",
        "//pay.example",
        "https://u:p@pay.example/",
        "https://",
        "x",
    )
    answer = asked(monkeypatch, Company(*bad), browser, paid)
    assert "has no documents of its own" in words(answer)
    assert not re.search(r'href="(javascript|http:|//|https)', answer.content.decode())


@pytest.mark.parametrize(
    ("url", "is_loopback", "may"),
    [
        ("http://127.0.0.1:8000/x", True, True),
        ("http://127.0.0.1:8000/x", False, False),
        ("http://127.0.0.1.evil.example/x", True, False),
        ("HTTPS://pay.example/x", False, True),
        ("https://[::1", True, False),
    ],
)
def test_which_links_may_be_followed(url: str, is_loopback: bool, may: bool) -> None:
    assert may_follow(url, is_loopback=is_loopback) is may


def test_a_company_that_does_not_answer_is_said_in_a_plain_sentence(
    monkeypatch: pytest.MonkeyPatch, browser: Client, paid: Payment
) -> None:
    answer = asked(monkeypatch, Company(silent=True), browser, paid)
    assert answer.status_code == 503
    assert "The payment company does not answer right now." in words(answer)


def test_where_a_company_has_none_it_is_not_asked(
    browser: Client, ada: Customer, account: Connection
) -> None:
    plain = builders.payment(builders.order(ada, account))
    assert "Documents from" not in read(browser, f"/payments/{plain.public_id}/receipt")
    assert "has no documents of its own" in read(browser, f"/payments/{plain.public_id}/documents")
