"""A merchant loads one file; its customer meets the words in it at each step, and letters come from its own address."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from paydesk.merchants.find import merchant_by_id
from paydesk.merchants.texts import STEPS
from paydesk.notices.models import MailboxMessage
from tests.journeys.looks import looks_right
from tests.journeys.plans.steps import AtHerDesk, choose, said_day, until

pytestmark = pytest.mark.django_db(transaction=True)

#: What the file says at each step: markup in it is words like any other.
SAID = "About {}: <b>ask</b> Noor, we help. Ümläute & ampersands"


def applied(ada: AtHerDesk, folder: Path) -> None:
    """Export what the merchant has, add words and a sender, and apply it."""
    shop, file = merchant_by_id(ada.clay.merchant.id), folder / "clay.toml"
    call_command("merchant", "export", shop.slug, str(file), stdout=StringIO())
    words = "\n".join(f'{step} = "{SAID.format(step)}"' for step in STEPS)
    text = file.read_text().replace('sender = ""', 'sender = "money@clay.example"')
    file.write_text(f"{text}\n[texts.en]\n{words}\n")
    call_command("merchant", "apply", str(file), "--yes", stdout=StringIO())


def test_the_merchants_own_words_stand_at_each_step(ada: AtHerDesk, tmp_path: Path) -> None:
    kiln = ada.subscription()
    applied(ada, tmp_path)
    page = ada.page()
    for step, path in {
        "overview": "/",
        "methods": "/methods",
        "upcoming": "/upcoming",
        "orders": f"/orders/{kiln.order.public_id}",
    }.items():
        page.goto(ada.portal + path)
        expect(page.get_by_role("main")).to_contain_text(SAID.format(step))
        looks_right(page)
    page.goto(f"{ada.portal}/subscriptions/{kiln.public_id}")
    expect(page.get_by_role("main")).not_to_contain_text("About canceled")
    choose(page, "Cancel")
    expect(page.get_by_role("main")).to_contain_text(SAID.format("cancel"))
    looks_right(page)
    page.get_by_role("button", name=f"Cancel on {said_day(ada.in_days(10))}").click()
    expect(page.get_by_role("main")).to_contain_text(SAID.format("canceled"))
    looks_right(page)
    letter = MailboxMessage.objects.filter(recipient="ada@example.com", title__startswith=kiln.name)
    until(letter.exists, "a letter says that it ends")
    [sent] = letter
    assert sent.sender.endswith("<money@clay.example>")
    for step in ("canceled", "letters"):
        assert SAID.format(step) in sent.text
        assert "&lt;b&gt;ask" in sent.html
    outside = ada.new_context().new_page()
    outside.goto(f"{ada.portal}/sign-in")
    expect(outside.get_by_role("main")).to_contain_text(SAID.format("sign_in"))
    looks_right(outside)
