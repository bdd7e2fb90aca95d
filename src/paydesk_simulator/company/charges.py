"""Charges: prepared first, confirmed then; a charge succeeds once, and a bill is paid once, however often one asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from paydesk_simulator.cards import PENDING_FOR, Card
from paydesk_simulator.company import bills, journal
from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.customers import customer_of
from paydesk_simulator.company.events import announce
from paydesk_simulator.company.methods import Method, method_of
from paydesk_simulator.company.subscriptions import subscription_of
from paydesk_simulator.database import Books, new_id
from paydesk_simulator.refused import Refused, not_found


@dataclass(frozen=True, kw_only=True, slots=True)
class Charge:
    """One charge. Without a `key` the company made it itself, on its own plan; `is_part`: of a bill paid in parts."""

    TABLE: ClassVar[str] = "charges"
    id: str
    account_id: str
    customer_id: str
    method_id: str | None
    bill_id: str | None
    amount_minor: int
    currency: str
    tag: str
    key: str
    description: str
    on_session: bool
    is_part: bool
    return_url: str
    status: str
    decline_code: str
    retry_not_before: datetime | None
    settles_at: datetime | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeWanted:
    """What to charge. Without a method, the one on file is used."""

    customer_id: str
    amount_minor: int
    currency: str
    method_id: str = ""
    bill_id: str = ""
    tag: str = ""
    key: str = ""
    description: str = ""
    on_session: bool = False
    return_url: str = ""


def prepare(books: Books, account: Account, wanted: ChargeWanted, *, now: datetime) -> Charge:
    """Make the object; no money moves."""
    customer_of(books, account, wanted.customer_id)
    if wanted.amount_minor <= 0:
        raise Refused(400, "bad_amount", "A charge is for one minor unit at least.")
    if wanted.bill_id:
        _check_bill(books, bills.bill_of(books, account, wanted.bill_id), wanted)
    method_id = wanted.method_id or _method_on_file(books, account, wanted)
    if method_id and method_of(books, account, method_id).customer_id != wanted.customer_id:
        raise not_found("method")
    return books.add(
        Charge(
            id=new_id("ch"),
            account_id=account.id,
            customer_id=wanted.customer_id,
            method_id=method_id,
            bill_id=wanted.bill_id or None,
            amount_minor=wanted.amount_minor,
            currency=wanted.currency,
            tag=wanted.tag,
            key=wanted.key,
            description=wanted.description,
            on_session=wanted.on_session,
            is_part=False,
            return_url=wanted.return_url,
            status="prepared",
            decline_code="",
            retry_not_before=None,
            settles_at=None,
            created_at=now,
            finished_at=None,
        )
    )


def confirm(books: Books, account: Account, charge: Charge, *, now: datetime) -> Charge:
    """Ask the bank. A charge that was confirmed before only says how it stands."""
    if charge.status != "prepared":
        return charge
    objection = _objection(books, account, charge, now)
    if objection:
        return _decline(books, account, charge, objection, now)
    card = method_of(books, account, charge.method_id or "").test_card()
    if card.secure_charge and charge.on_session:
        return _change(books, account, charge, status="needs_customer")
    if card.settles_as:
        return _wait(books, account, charge, now)
    if card.decline_code and not _still_pays(books, charge, card):
        return _decline(books, account, charge, card.decline_code, now)
    return _succeed(books, account, charge, now)


def answer_bank(books: Books, account: Account, charge: Charge, *, confirmed: bool, now: datetime) -> Charge:
    """Take what the customer told the bank in the 3-D Secure step."""
    if charge.status != "needs_customer":
        return charge
    objection = _objection(books, account, charge, now)
    if not confirmed or method_of(books, account, charge.method_id or "").test_card().secure_fails:
        objection = objection or "verification_failed"
    if objection:
        return _decline(books, account, charge, objection, now)
    return _succeed(books, account, charge, now)


def settle(books: Books, account: Account, charge: Charge, *, succeeded: bool, now: datetime) -> Charge:
    """Take the bank's late word on a pending charge."""
    if charge.status != "pending":
        raise Refused(400, "wrong_state", "Only a pending charge can be settled.")
    if succeeded:
        return _succeed(books, account, charge, now)
    return _decline(books, account, charge, "no_reason_given", now)


def cancel(books: Books, account: Account, charge: Charge, *, now: datetime) -> Charge:
    """End a charge that has not been confirmed or waits for the customer; any other only says how it stands."""
    if charge.status not in ("prepared", "needs_customer"):
        return charge
    return _change(books, account, charge, status="canceled", finished_at=now)


def charge_of(books: Books, account: Account, charge_id: str) -> Charge:
    """Give one charge of this account."""
    charge = books.get(Charge, charge_id)
    if charge is None or charge.account_id != account.id:
        raise not_found("charge")
    return charge


def subject(charge: Charge) -> dict[str, str | None]:
    """Name the charge in an event."""
    return {
        "type": "charge",
        "id": charge.id,
        "charge": charge.id,
        "charge_tag": charge.tag,
        "bill": charge.bill_id,
        "customer": charge.customer_id,
    }


def owed_of(books: Books, bill: bills.Bill) -> int:
    """Give what is left to pay of a bill, after payments in part."""
    taken = "SELECT coalesce(sum(amount_minor), 0) FROM charges WHERE bill_id = ? AND status = 'succeeded'"
    return bill.amount_minor - int(books.ask(taken, bill.id)[0][0])


def _check_bill(books: Books, bill: bills.Bill, wanted: ChargeWanted) -> None:
    if bill.customer_id != wanted.customer_id:
        raise not_found("bill")
    if bill.status not in bills.PAYABLE:
        raise Refused(400, "bill_not_payable", "This bill is not open.")
    if (owed_of(books, bill), bill.currency) != (wanted.amount_minor, wanted.currency):
        raise Refused(400, "bad_amount", "What a bill still owes is paid completely or not at all.")


def _method_on_file(books: Books, account: Account, wanted: ChargeWanted) -> str | None:
    """The bill's own method, else its subscription's own, else the customer's default."""
    bill = bills.bill_of(books, account, wanted.bill_id) if wanted.bill_id else None
    if bill and bill.method_id:
        return bill.method_id
    if bill and bill.subscription_id:
        own = subscription_of(books, account, bill.subscription_id).method_id
        if own:
            return own
    return customer_of(books, account, wanted.customer_id).default_method_id


def _still_pays(books: Books, charge: Charge, card: Card) -> bool:
    """Some cards pay a few times before they decline."""
    paid = "SELECT count(*) FROM charges WHERE method_id = ? AND status = 'succeeded'"
    return card.pays_times is not None and int(books.ask(paid, charge.method_id)[0][0]) < card.pays_times


def _objection(books: Books, account: Account, charge: Charge, now: datetime) -> str:
    """Say why the bank need not even be asked."""
    if charge.bill_id:
        status = bills.bill_of(books, account, charge.bill_id).status
        if status not in bills.PAYABLE:
            return "payment_under_way" if status == "processing" else "bill_not_payable"
    method = books.get(Method, charge.method_id)
    if method is None or method.removed_at:
        return "method_unknown"
    return "card_expired" if method.is_expired(now) else ""


def _succeed(books: Books, account: Account, charge: Charge, now: datetime) -> Charge:
    charge = _change(
        books, account, charge, status="succeeded", finished_at=now, settles_at=None, decline_code=""
    )
    write_down(books, charge)
    if charge.bill_id:
        bill = bills.bill_of(books, account, charge.bill_id)
        bills.record_paid(books, account, bill, settled_by="charge", now=now)
    return charge


def write_down(books: Books, charge: Charge) -> None:
    """Put a charge that succeeded into the journal."""
    journal.write_down(books, movement_of(charge))


def movement_of(charge: Charge) -> journal.Movement:
    """Say what a charge that succeeded moved."""
    return journal.Movement(
        account_id=charge.account_id,
        kind="charge",
        reference=charge.id,
        charge_id=charge.id,
        bill_id=charge.bill_id or "",
        customer_id=charge.customer_id,
        tag=charge.tag,
        key=charge.key,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
        occurred_at=charge.finished_at or charge.created_at,
    )


def _decline(books: Books, account: Account, charge: Charge, code: str, now: datetime) -> Charge:
    was_pending = charge.status == "pending"
    method = books.get(Method, charge.method_id)
    pause = method.test_card().retry_after if method else None
    declined = _change(
        books,
        account,
        charge,
        status="declined",
        decline_code=code,
        retry_not_before=now + pause if pause else None,
        finished_at=now,
        settles_at=None,
    )
    bill = books.get(bills.Bill, charge.bill_id)
    if bill and (bill.status in bills.PAYABLE or was_pending):
        bills.record_failed(books, account, bill, by_company=not charge.key, now=now)
    return declined


def _wait(books: Books, account: Account, charge: Charge, now: datetime) -> Charge:
    waiting = _change(books, account, charge, status="pending", settles_at=now + PENDING_FOR)
    if charge.bill_id:
        bills.record_processing(books, account, bills.bill_of(books, account, charge.bill_id))
    return waiting


def _change(books: Books, account: Account, charge: Charge, **values: object) -> Charge:
    changed = books.change(charge, **values)
    announce(books, account, f"charge.{changed.status}", subject(changed))
    return changed
