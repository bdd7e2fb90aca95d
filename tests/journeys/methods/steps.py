"""What a customer does with payment methods, step by step: the same at every company, but for entering the card."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

#: Cards of the simulated company.
MASTERCARD = "5454 5454 5454 5454"
ASKS_WHEN_SAVED = "4242 4242 0000 0208"
ASKS_WHEN_CHARGED = "4242 4242 0000 0307"
DECLINES = "4242 4242 0000 0604"


def add_a_card(page: Page, portal: str) -> None:
    """Press the button of the list."""
    page.goto(f"{portal}/methods")
    page.get_by_role("button", name="Add a card").click()


def replace(page: Page, portal: str, last_four: str) -> None:
    """Press "Replace" beside a card."""
    page.goto(f"{portal}/methods")
    row(page, last_four).get_by_role("button", name="Replace").click()


def row(page: Page, last_four: str) -> Locator:
    """Find a card in the list."""
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=last_four))


def enter_at_the_company(page: Page, number: str) -> None:
    """Fill in the simulated company's own page."""
    expect(page.get_by_role("heading", name="Add a card")).to_be_visible()
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry date").fill("12/31")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on the card").fill("Ada Okafor")
    page.get_by_role("button", name="Save card").click()


def choose(page: Page, *names: str) -> None:
    """Tick these alone of what the card could pay."""
    boxes = page.locator("input[name=for], input[name=default]")
    expect(boxes).not_to_have_count(0)
    page.wait_for_load_state()
    for box in boxes.all():
        words = box.locator("xpath=..").inner_text()
        box.set_checked(any(name in words for name in names))


def is_offered(page: Page, name: str, said: str) -> None:
    """Look at what the page says of something that the card could pay, as it is read out."""
    expect(page.get_by_role("checkbox", name=re.compile(f"{name}.*{said}"))).to_be_visible()


def save(page: Page) -> None:
    """Save, and pay nothing."""
    page.get_by_role("button", name=re.compile("^Save( this card)?$")).click()


def save_and_pay(page: Page, amount: str) -> None:
    """Press the one button that moves money."""
    page.get_by_role("button", name=f"Save and pay {amount}").click()


def it_pays(page: Page, *names: str) -> None:
    """The page of the change names what the card pays, and nothing else."""
    expect(page.get_by_role("region", name="pays now").get_by_role("listitem")).to_have_count(len(names))
    for name in names:
        expect(page.get_by_role("region", name="pays now")).to_contain_text(name)


def keeps(page: Page, name: str, last_four: str) -> None:
    """The page of the change names what keeps another method, and which."""
    kept = page.get_by_role("region", name="Keeps another method")
    line = kept.get_by_role("listitem").filter(has_text=name)
    expect(line).to_contain_text(last_four)


def was_confirmed(page: Page) -> None:
    """The company was read again, and the page says so."""
    expect(page.get_by_role("status").filter(has_text="confirmed this on")).to_be_visible()
