"""The company is down, or our own process is killed, in the middle: nothing is lost, and what was asked for is done."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, expect

from paydesk.billing.arrangements.models import MethodChange
from paydesk.kit import clock
from tests.journeys.installation import Installation, running_installation
from tests.journeys.looks import looks_right
from tests.journeys.methods.steps import (
    MASTERCARD,
    add_a_card,
    enter_at_the_company,
    it_pays,
    save,
    save_and_pay,
    was_confirmed,
)
from tests.journeys.methods.test_choosing import charged_to
from tests.journeys.methods.test_saving_and_paying import PAID, to_the_choice
from tests.journeys.portal.customers import Payer

pytestmark = pytest.mark.django_db(transaction=True)

ALL = ("Studio", "Kiln", "Everything else and everything new")
WAIT_SECONDS = 30


def test_a_company_that_is_down_is_named_before_a_card_is_entered(ada: Payer) -> None:
    page = ada.page()
    ada.clay.account.fault("error_before", operation="*", times=50)
    add_a_card(page, ada.portal)
    expect(page.get_by_role("status")).to_contain_text("The payment company does not answer right now.")
    looks_right(page)
    ada.clay.account.no_faults()
    page.get_by_role("button", name="Add a card").click()
    expect(page.get_by_role("heading", name="Add a card")).to_be_visible()


def test_a_company_that_is_down_after_the_card_was_entered_loses_nothing(owing: Payer) -> None:
    page = to_the_choice(owing)
    owing.clay.account.fault("error_before", operation="*", times=50)
    save_and_pay(page, "EUR 49.00")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed.")
    looks_right(page)
    assert owing.clay.moved() == []
    owing.clay.account.no_faults()
    save_and_pay(page, "EUR 49.00")
    expect(page.get_by_role("status").filter(has_text=PAID)).to_be_visible()
    assert len(owing.clay.moved()) == 1


def test_a_company_that_is_down_when_the_customer_comes_back_is_asked_again(owing: Payer) -> None:
    page = owing.page()
    page.goto(f"{owing.portal}/methods")
    page.get_by_role("button", name="Replace").click()
    owing.clay.account.fault("error_before", operation="setup.read", times=50)
    enter_at_the_company(page, MASTERCARD)
    expect(page.get_by_role("status")).to_contain_text("The payment company does not answer right now.")
    looks_right(page)
    owing.clay.account.no_faults()
    page.get_by_role("link", name="Try again").click()
    save_and_pay(page, "EUR 49.00")
    expect(page.get_by_role("status").filter(has_text=PAID)).to_be_visible()


def test_a_change_without_an_answer_is_finished_by_the_worker_and_moves_no_money(owing: Payer) -> None:
    page = to_the_choice(owing)
    owing.clay.account.fault("lost_after", operation="method.default", times=3)
    save_and_pay(page, "EUR 49.00")
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting for an answer")
    expect(page.get_by_role("main")).to_contain_text("EUR 49.00 is not paid yet")
    looks_right(page)
    assert owing.clay.moved() == []
    owing.clay.account.no_faults()
    until(lambda: state_of_change(owing) == "confirmed")
    page.get_by_role("link", name="Look again").first.click()
    was_confirmed(page)
    page.get_by_role("link", name="Pay EUR 49.00 now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay EUR 49.00")


def test_a_process_that_is_killed_leaves_the_change_to_the_worker(
    ada: Payer, tmp_path: Path, new_context: Any
) -> None:
    """The web server dies with kill -9 while the company makes the change."""
    with running_installation(tmp_path) as other:
        page = Payer(clay=ada.clay, installation=other, new_context=new_context).page()
        add_a_card(page, other.portal(ada.clay.merchant.slug))
        enter_at_the_company(page, MASTERCARD)
        ada.clay.account.fault("slow", operation="method.default", milliseconds=6000)
        page.get_by_role("button", name="Save this card").click(no_wait_after=True)
        until(lambda: state_of_change(ada) == "open")
        kill(other)
        with pytest.raises(Error):
            page.reload()
    mine = MethodChange.objects.filter(merchant_id=ada.clay.merchant.id)
    assert mine.get().state == "open"
    # Two minutes later nobody holds it any more.
    mine.update(due_at=clock.wall_now(), lease_until=clock.wall_now())
    until(lambda: state_of_change(ada) == "confirmed")
    page = ada.page()
    page.goto(f"{ada.portal}/methods/changes/{mine.get().public_id}")
    was_confirmed(page)
    it_pays(page, *ALL)
    assert set(charged_to(ada.clay).values()) == {"5454"}


def test_a_press_while_another_change_is_made_is_answered_by_that_one(ada: Payer) -> None:
    page = ada.page()
    add_a_card(page, ada.portal)
    enter_at_the_company(page, MASTERCARD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose what it pays")
    other = page.context.new_page()
    other.goto(page.url)
    ada.clay.account.fault("slow", operation="method.default", milliseconds=6000)
    page.get_by_role("button", name="Save this card").click(no_wait_after=True)
    until(lambda: state_of_change(ada) == "open")
    save(other)
    expect(other.get_by_role("heading", level=1)).to_have_text("Waiting for an answer")
    was_confirmed(page)
    other.get_by_role("link", name="Look again").click()
    was_confirmed(other)
    assert MethodChange.objects.filter(merchant_id=ada.clay.merchant.id).count() == 1


def state_of_change(who: Payer) -> str:
    """Give the state of the latest change, or nothing."""
    mine = MethodChange.objects.filter(merchant_id=who.clay.merchant.id).order_by("-id")
    return mine.values_list("state", flat=True).first() or ""


def until(is_so: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"not so within {WAIT_SECONDS} s"
        time.sleep(0.05)


def kill(other: Installation) -> None:
    """Kill the web server with all its children; its worker goes with the installation."""
    parent = other.web.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    for pid in [parent, *map(int, children)]:
        os.kill(pid, signal.SIGKILL)
