"""Setting up a new method: the customer enters a card on the company's page, and the bank may ask them to confirm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from paydesk_simulator.cards import CARD_OF_NAME, Card
from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.customers import Customer, customer_of
from paydesk_simulator.company.events import announce
from paydesk_simulator.company.methods import save_method
from paydesk_simulator.database import Books, new_id
from paydesk_simulator.refused import Refused, not_found

OPEN, NEEDS_CUSTOMER, DONE, REFUSED = "open", "needs_customer", "done", "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """One set-up. `entered` is the card (name, year, month) while the bank asks the customer."""

    TABLE: ClassVar[str] = "setups"
    id: str
    account_id: str
    customer_id: str
    return_url: str
    status: str
    method_id: str | None
    refusal: str
    entered: dict[str, Any]
    created_at: datetime


def begin_setup(
    books: Books, account: Account, *, customer: Customer, return_url: str, now: datetime
) -> Setup:
    """Begin a set-up; its id is the secret of its page."""
    if not return_url.startswith(("https://", "http://")):
        raise Refused(400, "bad_return_url", "The customer cannot come back to that address.")
    return books.add(
        Setup(
            id=new_id("setup"),
            account_id=account.id,
            customer_id=customer.id,
            return_url=return_url,
            status=OPEN,
            method_id=None,
            refusal="",
            entered={},
            created_at=now,
        )
    )


def setup_of(books: Books, account: Account, setup_id: str) -> Setup:
    """Give one set-up of this account."""
    setup = books.get(Setup, setup_id)
    if setup is None or setup.account_id != account.id:
        raise not_found("setup")
    return setup


def enter_card(
    books: Books, account: Account, *, setup: Setup, card: Card, expires: tuple[int, int], now: datetime
) -> Setup:
    """Take the card that was entered: save it, or ask the bank first."""
    if setup.status != OPEN:
        return setup
    entered = {"card": card.name, "year": expires[0], "month": expires[1]}
    setup = books.change(setup, entered=entered, status=NEEDS_CUSTOMER if card.secure_setup else OPEN)
    if setup.status == NEEDS_CUSTOMER:
        return setup
    return _finish(books, account, setup, now)


def answer_bank(books: Books, account: Account, *, setup: Setup, confirmed: bool, now: datetime) -> Setup:
    """Take what the customer told the bank."""
    if setup.status != NEEDS_CUSTOMER:
        return setup
    if confirmed and not CARD_OF_NAME[setup.entered["card"]].secure_fails:
        return _finish(books, account, setup, now)
    refusal = "Your bank could not confirm that this card is yours. It was not saved."
    refused = books.change(setup, status=REFUSED, refusal=refusal, entered={})
    announce(books, account, "setup.refused", _subject(refused))
    return refused


def _finish(books: Books, account: Account, setup: Setup, now: datetime) -> Setup:
    customer = customer_of(books, account, setup.customer_id)
    card, expires = CARD_OF_NAME[setup.entered["card"]], (setup.entered["year"], setup.entered["month"])
    method = save_method(books, account, customer=customer, card=card, expires=expires, now=now)
    done = books.change(setup, status=DONE, method_id=method.id, entered={})
    announce(books, account, "setup.done", _subject(done))
    return done


def _subject(setup: Setup) -> dict[str, str | None]:
    return {"type": "setup", "id": setup.id, "customer": setup.customer_id}
