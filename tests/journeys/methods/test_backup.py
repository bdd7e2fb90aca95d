"""Ada's card is declined one day: what she has chosen to stand by, at another company, is charged once in its place."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.backups.models import BackupChoice, BackupTry
from paydesk.notices.models import MailboxMessage
from tests.billing.backups.scene import StandingBy, standing_by
from tests.journeys.installation import Installation
from tests.journeys.looks import DESK, looks_right
from tests.journeys.plans.steps import AtHerDesk, until
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> StandingBy:
    """Her card (0604) at the first company has no money on it; at the second she has a Mastercard (5454)."""
    scene = standing_by(simulator)
    scene.other_card("good_mastercard")
    return scene


@pytest.fixture
def ada(clay: StandingBy, installation: Installation, new_context: Any) -> AtHerDesk:
    return AtHerDesk(clay=clay, installation=installation, new_context=new_context)


def choose(page: Page, portal: str, words: str, *, is_looked_at: bool = True) -> None:
    """Choose on the page that the list of methods leads to."""
    page.goto(f"{portal}/methods")
    if is_looked_at:
        looks_right(page)
    page.get_by_role("link", name=re.compile("Choose a backup|Change the backup")).click()
    expect(page.get_by_role("main")).to_contain_text("Clay, each time a payment is declined")
    if is_looked_at:
        looks_right(page)
    page.get_by_role("radio", name=re.compile(words)).check()
    page.get_by_role("button", name="Save").click()


@pytest.mark.parametrize("options", [{}, {"viewport": DESK, "color_scheme": "dark"}], ids=["phone", "desk"])
def test_what_stands_by_is_charged_once_and_a_letter_says_so(
    ada: AtHerDesk, clay: StandingBy, options: dict[str, Any]
) -> None:
    club = ada.subscription(name="Glaze club")
    page = ada.page(**options)
    choose(page, ada.portal, "5454")
    expect(page.get_by_role("status")).to_contain_text(
        re.compile(r"5454 is your backup\.\s*You agreed to this on")
    )
    expect(page.get_by_role("main")).to_contain_text("Has a backup")
    looks_right(page)

    ada.days_pass(11)
    ada.becomes(club, 1, "covered")
    until(
        lambda: BackupTry.objects.filter(merchant_id=club.merchant_id, state="charged").exists(), "it is said"
    )
    assert len(clay.moved_everywhere()) == 1

    until(lambda: MailboxMessage.objects.filter(recipient="ada@example.com").exists(), "the letter has come")
    letter = MailboxMessage.objects.get(recipient="ada@example.com")
    assert letter.title.replace("\u00a0", " ") == "EUR 30.00 was charged to your backup"
    [address] = re.findall(rf"{re.escape(ada.portal)}/payments/\w+", letter.text)
    page.goto(address)
    expect(page.get_by_role("main")).to_contain_text("Receipt")
    looks_right(page)
    page.get_by_role("region", name="What it pays").get_by_role("link", name="Glaze club").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("Paid with your backup on"))
    looks_right(page)
    page.goto(f"{ada.portal}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything is paid")


def test_who_gives_it_up_is_asked_to_pay_himself(ada: AtHerDesk, clay: StandingBy) -> None:
    club = ada.subscription(name="Glaze club")
    page = ada.page()
    choose(page, ada.portal, "5454")
    choose(page, ada.portal, "No backup")
    expect(page.get_by_role("main")).not_to_contain_text("is your backup")

    ada.days_pass(11)
    ada.becomes(club, 1, "failed")
    ada.stays(club, 1, "failed")
    page.goto(f"{ada.portal}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("One payment needs you")
    assert clay.moved_everywhere() == []


def test_one_subscription_has_another_backup_or_none(ada: AtHerDesk, clay: StandingBy) -> None:
    club = ada.subscription(name="Glaze club")
    page = ada.page()
    choose(page, ada.portal, "5454")
    expect(page.get_by_role("status")).to_contain_text("5454 is your backup.")
    page.goto(f"{ada.portal}/subscriptions/{club.public_id}")
    page.get_by_role("link", name="Change the backup").click()
    expect(page.get_by_role("radio", name=re.compile("The backup for everything"))).to_be_checked()
    looks_right(page)
    page.get_by_role("radio", name=re.compile("No backup")).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).not_to_contain_text("is its backup")

    ada.days_pass(11)
    ada.becomes(club, 1, "failed")
    ada.stays(club, 1, "failed")
    assert clay.moved_everywhere() == []


def test_no_script_is_needed(ada: AtHerDesk, clay: StandingBy) -> None:
    page = ada.page(java_script_enabled=False)
    choose(page, ada.portal, "5454", is_looked_at=False)
    expect(page.get_by_role("status")).to_contain_text("5454 is your backup.")
    assert BackupChoice.objects.filter(merchant_id=clay.merchant.id, ended_at=None).count() == 1
