"""The company's pages for people: entering a card, confirming with the bank, and opening a document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from paydesk_simulator.cards import CARDS, GROUPS
from paydesk_simulator.company import charges, setups
from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.bills import Bill
from paydesk_simulator.company.charges import Charge
from paydesk_simulator.company.methods import Method
from paydesk_simulator.company.setups import Setup
from paydesk_simulator.company.subscriptions import Subscription
from paydesk_simulator.database import Books
from paydesk_simulator.doors.card_form import CardForm, read_card_form
from paydesk_simulator.doors.exchange import Answer, Request
from paydesk_simulator.doors.money_words import in_words, spaced
from paydesk_simulator.doors.routes import Route, find_route

_TEMPLATES = Path(__file__).with_name("templates")
_STYLE = _TEMPLATES / "style.css"
_PAGES = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
_PAGES.globals.update(in_words=in_words, spaced=spaced)
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


def answer_page(books: Books, request: Request) -> Answer:
    """Answer one request of a person's browser."""
    if request.path == "/pages/style.css":
        return Answer(
            body=_STYLE.read_bytes(), kind="text/css; charset=utf-8", headers={"Cache-Control": "max-age=300"}
        )
    found = find_route(ROUTES, request.method, request.path)
    if found is None:
        return _page("gone.html", status=404)
    route, ids = found
    with books.open():
        return route.act(books, request, ids["id"])


def show_card_form(books: Books, request: Request, setup_id: str) -> Answer:
    """Show the form, or where its set-up went. `?card=NUMBER` fills in a test card."""
    setup = books.get(Setup, setup_id)
    if setup is None:
        return _page("gone.html", status=404)
    if setup.status != setups.OPEN:
        return _onward(setup)
    return _card_page(books, setup, CardForm.prefilled(request.query.get("card", "")), status=200)


def take_card_form(books: Books, request: Request, setup_id: str) -> Answer:
    """Take the form: an error is told beside its field, everything else goes on."""
    setup = books.get(Setup, setup_id)
    if setup is None:
        return _page("gone.html", status=404)
    account = _account(books, setup.account_id)
    form = read_card_form(_form(request), now=account.now())
    if form.card is None or form.errors:
        return _card_page(books, setup, form, status=422)
    setup = setups.enter_card(
        books, account, setup=setup, card=form.card, expires=form.expires, now=account.now()
    )
    return _onward(setup)


def show_bank(books: Books, request: Request, object_id: str) -> Answer:
    """Show what the customer's bank asks."""
    waiting = books.get(Setup, object_id) or books.get(Charge, object_id)
    if waiting is None:
        return _page("gone.html", status=404)
    if waiting.status != "needs_customer":
        return _onward(waiting)
    is_charge = isinstance(waiting, Charge)
    amount = in_words(waiting.amount_minor, waiting.currency) if isinstance(waiting, Charge) else ""
    last_four = _last_four(books, waiting)
    merchant = _account(books, waiting.account_id).name
    return _page("bank.html", is_charge=is_charge, amount=amount, last_four=last_four, merchant=merchant)


def take_bank(books: Books, request: Request, object_id: str) -> Answer:
    """Take what the customer answered, and send them back."""
    waiting = books.get(Setup, object_id) or books.get(Charge, object_id)
    if waiting is None:
        return _page("gone.html", status=404)
    account, confirmed = _account(books, waiting.account_id), _form(request).get("answer") == "confirm"
    if isinstance(waiting, Charge):
        return _onward(charges.answer_bank(books, account, waiting, confirmed=confirmed, now=account.now()))
    return _onward(setups.answer_bank(books, account, setup=waiting, confirmed=confirmed, now=account.now()))


def show_agreement(books: Books, request: Request, subscription_id: str) -> Answer:
    """Show the page of a wallet on which its customer says what pays an agreement."""
    agreement = books.get(Subscription, subscription_id)
    if agreement is None or not agreement.is_wallet:
        return _page("gone.html", status=404)
    return _page("agreement.html", name=agreement.name, merchant=_account(books, agreement.account_id).name)


def show_invoice(books: Books, request: Request, bill_id: str) -> Answer:
    """Show a bill."""
    bill = books.get(Bill, bill_id)
    if bill is None:
        return _page("gone.html", status=404)
    return _page("document.html", title="Invoice", merchant=_account(books, bill.account_id).name, bill=bill)


def show_receipt(books: Books, request: Request, object_id: str) -> Answer:
    """Show that a bill, or a charge without one, was paid."""
    bill = books.get(Bill, object_id)
    if bill is not None and bill.paid_at:
        return _page(
            "document.html", title="Receipt", merchant=_account(books, bill.account_id).name, bill=bill
        )
    charge = books.get(Charge, object_id)
    if charge is None or charge.status != "succeeded":
        return _page("gone.html", status=404)
    words = {
        "number": charge.id[-8:],
        "title": charge.description or "Payment",
        "lines": [
            {"title": charge.description or "Payment", "amount_minor": charge.amount_minor, "quantity": 1}
        ],
        "discounts": [],
        "taxes": [],
        "balance_minor": 0,
        "billing": {},
        "amount_minor": charge.amount_minor,
        "currency": charge.currency,
        "due_at": charge.created_at,
        "paid_at": charge.finished_at,
    }
    return _page(
        "document.html", title="Receipt", merchant=_account(books, charge.account_id).name, bill=words
    )


def _onward(subject: Setup | Charge) -> Answer:
    """Send the customer to the bank, back to the merchant, or tell them that this page is done."""
    if subject.status == "needs_customer":
        return _redirect(f"/pages/bank/{subject.id}")
    if subject.return_url:
        return _redirect(subject.return_url)
    return _page("done.html")


def _card_page(books: Books, setup: Setup, form: CardForm, *, status: int) -> Answer:
    merchant = _account(books, setup.account_id).name
    return _page("card.html", status=status, merchant=merchant, setup=setup, form=form, groups=GROUPS)


def _last_four(books: Books, waiting: Setup | Charge) -> str:
    if isinstance(waiting, Charge):
        method = books.get(Method, waiting.method_id)
        return method.last_four if method else ""
    return next((card.number[-4:] for card in CARDS if card.name == waiting.entered.get("card")), "")


def _account(books: Books, account_id: str) -> Account:
    account = books.get(Account, account_id)
    assert account is not None  # noqa: S101  a foreign key says so
    return account


def _form(request: Request) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}


def _page(template: str, *, status: int = 200, **values: object) -> Answer:
    body = _PAGES.get_template(template).render(**values)
    return Answer(status=status, body=body.encode(), kind="text/html; charset=utf-8", headers=_SAFE)


def _redirect(address: str) -> Answer:
    return Answer(status=303, kind="text/plain", headers={**_SAFE, "Location": address})


PageAct = Callable[[Books, Request, str], Answer]

ROUTES: list[Route[PageAct]] = [
    Route("GET", "/pages/cards/{id}", "", show_card_form),
    Route("POST", "/pages/cards/{id}", "", take_card_form),
    Route("GET", "/pages/bank/{id}", "", show_bank),
    Route("POST", "/pages/bank/{id}", "", take_bank),
    Route("GET", "/pages/agreements/{id}", "", show_agreement),
    Route("GET", "/pages/invoices/{id}", "", show_invoice),
    Route("GET", "/pages/receipts/{id}", "", show_receipt),
]
