"""A merchant, its customers, their browsers and the post: what tests of access arrange with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import mail
from django.core.mail import EmailMultiAlternatives

from paydesk.access.codes import sign_in_with_code
from paydesk.access.links import sign_in_with_link
from paydesk.access.redeem import SignedIn
from paydesk.access.sign_in import Asking, ask_to_sign_in
from paydesk.billing.customers.addresses import normalized
from paydesk.billing.customers.models import Customer, CustomerEmail
from paydesk.config.reactions import deliver_event
from paydesk.events.models import Event
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Merchant
from paydesk.notices.models import Letter
from paydesk.notices.outbox import send_due_letter
from paydesk.work.claim import claim, finish

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ADA = "ada@example.com"
STRANGER = "nobody@example.com"


@dataclass(frozen=True, kw_only=True)
class ReadLetter:
    """A sign-in letter as its reader sees it."""

    to: str
    link: str
    secret: str
    code: str
    message: EmailMultiAlternatives


def merchant(slug: str = "harbor", *, origins: tuple[str, ...] = (), **fields: object) -> MerchantInSight:
    """Open a merchant's portal."""
    given: dict[str, Any] = {
        "name": slug.title(),
        "mode": "test",
        "support_email": f"help@{slug}.example",
        "created_at": NOW,
    }
    row = Merchant.objects.create(slug=slug, frame_origins=list(origins), **(given | fields))
    return merchant_by_id(row.id)


def customer(
    shop: MerchantInSight, address: str = ADA, *, name: str = "Ada Okafor", language: str = ""
) -> Customer:
    """Make a customer of the merchant with one address."""
    row = Customer.objects.create(merchant_id=shop.id, name=name, language=language, created_at=NOW)
    CustomerEmail.objects.create(
        merchant_id=shop.id, customer=row, address=address, normalized=normalized(address)
    )
    return row


def ask(shop: MerchantInSight, address: str = ADA, *, now: datetime = NOW, **given: str) -> str:
    """Ask to sign in and give the secret that the browser keeps."""
    network = given.pop("network", "192.0.2.1")
    asking = Asking(
        merchant_id=shop.id, link_minutes=shop.link_minutes, address=address, network=network, **given
    )
    return ask_to_sign_in(asking, now=now)


def post(now: datetime = NOW) -> list[ReadLetter]:
    """Let the worker deliver what has happened and send what is due; give the letters that it sent."""
    sent_count = len(mail.outbox)
    lease = timedelta(minutes=1)
    for taken in claim(Event, most=1000, lease=lease, now=now):
        deliver_event(taken, now)
        finish(Event, taken)
    for taken in claim(Letter, most=1000, lease=lease, now=now):
        send_due_letter(taken, now)
        finish(Letter, taken)
    return [read(message) for message in mail.outbox[sent_count:]]


def read(message: object) -> ReadLetter:
    """Find the link and the code in a letter."""
    assert isinstance(message, EmailMultiAlternatives)
    text = str(message.body)
    link = re.search(r"https?://\S+#([\w-]+)", text)
    code = re.search(r"\b(\d{8})\b", text)
    assert link
    assert code
    return ReadLetter(
        to=message.to[0], link=link.group(0), secret=link.group(1), code=code.group(1), message=message
    )


def open_link(
    shop: MerchantInSight, letter: ReadLetter, *, browser: str = "", code: str = "", now: datetime = NOW
) -> SignedIn:
    """Open the link of a letter."""
    return sign_in_with_link(
        merchant_id=shop.id,
        link_secret=letter.secret,
        browser_secret=browser,
        code=code,
        device="test",
        now=now,
    )


def type_code(shop: MerchantInSight, code: str, *, browser: str, now: datetime = NOW) -> SignedIn:
    """Type the code of a letter."""
    return sign_in_with_code(merchant_id=shop.id, browser_secret=browser, code=code, device="test", now=now)


def other_code(code: str) -> str:
    """Give a code that is not this one."""
    return f"{(int(code) + 1) % 10**8:08d}"
