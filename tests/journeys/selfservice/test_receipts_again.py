"""A customer takes all receipts of a year along, the history as a table, and has a receipt sent again."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.journeys.installation import Installation
from tests.journeys.looks import DESK, PHONE, SMALL_PHONE, looks_right
from tests.journeys.paper import read_paper
from tests.journeys.plans.steps import until
from tests.journeys.plans.years import YEAR, full_year
from tests.journeys.portal.customers import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> MerchantInSight:
    """A merchant with a pale colour."""
    return builders.merchant(accent_color="#ffe14d")


def taken(page: Page, link: str) -> tuple[str, bytes]:
    """Press a link; gives the name that the browser saves under, and the file."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


@pytest.mark.parametrize("with_scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_receipts_of_a_year_and_the_history_are_taken_along(
    shop: MerchantInSight, installation: Installation, new_context: Any, tmp_path: Path, with_scripts: bool
) -> None:
    life, portal = full_year(shop), installation.portal(shop.slug)
    context = new_context(java_script_enabled=with_scripts, accept_downloads=True)
    page = sign_in(context, portal, shop, life.who)
    page.goto(f"{portal}/statements/{YEAR}")

    name, content = taken(page, "All receipts (ZIP)")

    assert name == f"Harbor Coffee Roasters, TEST Receipts {YEAR}.zip"
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len([one for one in names if " Receipt " in one]) == 20
        assert len([one for one in names if " Refund " in one]) == 1
        assert "EUR 49.00" in read_paper(archive.read(names[0]), tmp_path)

    page.goto(f"{portal}/payments?year={YEAR}")
    name, content = taken(page, "Download all of these as a table (CSV)")
    assert name == "Harbor Coffee Roasters, TEST Payments.csv"
    rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))
    assert {row["Due"][:4] for row in rows} == {str(YEAR)}
    assert "56.40" in {row["Amount"] for row in rows}


@pytest.mark.parametrize("with_scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_receipt_is_sent_again_and_the_letter_brings_it(
    shop: MerchantInSight, installation: Installation, new_context: Any, with_scripts: bool
) -> None:
    ada = builders.customer(shop)
    paid = builders.payment(builders.order(ada, builders.connection(shop)))
    builders.attempt(paid)
    portal = installation.portal(shop.slug)
    page = sign_in(new_context(java_script_enabled=with_scripts), portal, shop, ada)
    page.goto(f"{portal}/payments/{paid.public_id}/receipt")
    expect(page.get_by_text("It goes to ada@example.com.")).to_be_visible()

    page.get_by_role("button", name="Send it to me by e-mail").click()

    said = page.get_by_role("status")
    expect(said).to_contain_text("Receipt 1")
    expect(said).to_contain_text("ada@example.com")
    until(lambda: _reload(page) == "Receipt 1 was sent to ada@example.com.", "the letter is sent")
    mailbox = page.context.new_page()
    mailbox.goto(f"{installation.url}/mailbox")
    mailbox.get_by_role("link", name="Receipt 1: EUR 49.00").click()
    expect(mailbox.get_by_text("The receipt is attached as a PDF.").first).to_be_attached()


def _reload(page: Page) -> str:
    page.reload()
    return page.get_by_role("status").locator("strong").inner_text()


@pytest.mark.parametrize(
    ("scheme", "size", "locale"),
    [
        ("light", PHONE, "en-GB"),
        ("dark", DESK, "en-GB"),
        ("dark", SMALL_PHONE, "de-DE"),
    ],
    ids=["phone", "desk in the dark", "German on a small phone in the dark"],
)
def test_every_page_looks_right(
    shop: MerchantInSight,
    installation: Installation,
    new_context: Any,
    scheme: str,
    size: ViewportSize,
    locale: str,
) -> None:
    life, portal = full_year(shop), installation.portal(shop.slug)
    paid = builders.payment(builders.order(life.who, builders.connection(shop)))
    page = sign_in(new_context(viewport=size, color_scheme=scheme, locale=locale), portal, shop, life.who)
    for _ in range(6):
        page.goto(f"{portal}/payments/{paid.public_id}/receipt")
        looks_right(page)
        page.locator(".receipt-send button").click()
        page.wait_for_load_state()
        looks_right(page)
    expect(page.locator(".receipt-send")).to_have_count(0)
    for path in ("/payments", f"/statements/{YEAR}"):
        page.goto(portal + path)
        looks_right(page)
