"""What the control API does for drills: faults, forgotten keys, webhooks gone wrong, counts, and the journal."""

from __future__ import annotations

from dataclasses import asdict

from paydesk_simulator import idempotency
from paydesk_simulator.company.events import Delivery, Event
from paydesk_simulator.company.journal import read_journal
from paydesk_simulator.doors.control_call import Act, Control
from paydesk_simulator.doors.routes import Route
from paydesk_simulator.doors.shapes import Shape
from paydesk_simulator.drills import faults, post


def order_fault(control: Control) -> Shape:
    fields = control.fields
    fault = faults.order_fault(
        control.books,
        control.account.id,
        operation=fields.text("operation", "*"),
        kind=fields.text("kind"),
        times=fields.whole("times", 1),
        milliseconds=fields.whole("milliseconds", 0),
    )
    return asdict(fault)


def forget_faults(control: Control) -> Shape:
    faults.forget_faults(control.books, control.account.id)
    return {}


def forget_keys(control: Control) -> Shape:
    """Let every key mean nothing any more, as if its time had passed."""
    return {"forgotten": idempotency.forget_all(control.books, control.account)}


def count_calls(control: Control) -> Shape:
    return control.traffic.counted(control.account.id)


def forget_calls(control: Control) -> Shape:
    control.traffic.forget(control.account.id)
    return {}


def change_delivery(control: Control) -> Shape:
    """Say how webhooks travel from now on: held back, in copies, late."""
    account = control.books.change(
        control.account,
        delivery_copies=control.fields.whole("copies", 1),
        delivery_delay_milliseconds=control.fields.whole("delay_milliseconds", 0),
    )
    held = control.fields.flag("held", account.delivery_held)
    if held:
        account = post.hold(control.books, account)
    elif account.delivery_held:
        post.release(control.books, account, order="kept", seed=0)
    return asdict(account)


def release(control: Control) -> Shape:
    order, shuffle = control.fields.text("order", "kept"), control.fields.whole("seed", 0)
    return {"released": post.release(control.books, control.account, order=order, seed=shuffle)}


def repeat_event(control: Control) -> Shape:
    forgery = control.fields.text("forgery", "")
    post.repeat(control.books, control.account, event_id=control.ids["id"], forgery=forgery)
    return {}


def list_events(control: Control) -> Shape:
    return {
        "rows": [
            asdict(row)
            for row in control.books.find(Event, "account_id = ? ORDER BY rowid", control.account.id)
        ]
    }


def list_deliveries(control: Control) -> Shape:
    found = control.books.find(Delivery, "account_id = ? ORDER BY rowid", control.account.id)
    return {"rows": [asdict(row) for row in found]}


_OF_A_CHARGE = "id, tag, key, status, decline_code, amount_minor, currency, created_at, finished_at"


def list_charges(control: Control) -> Shape:
    """Give every charge of the account, those that were only prepared too, oldest first."""
    names = [*_OF_A_CHARGE.split(", "), "customer", "method", "bill"]
    columns = f"{_OF_A_CHARGE}, customer_id, method_id, bill_id"
    statement = f"SELECT {columns} FROM charges WHERE account_id = ? ORDER BY rowid"  # noqa: S608  our own names
    rows = control.books.ask(statement, control.account.id)
    return {"rows": [dict(zip(names, row, strict=True)) for row in rows]}


def list_journal(control: Control) -> Shape:
    """Give the journal of one account, or of all of them."""
    account_id = control.chosen.id if control.chosen else ""
    after, count = control.number_asked("after", 0), control.number_asked("limit", 1000)
    rows = read_journal(control.books, account_id=account_id, after=after, count=count)
    return {"rows": rows, "next_after": rows[-1]["id"] if len(rows) == count else None}


_ONE = "/control/accounts/{account}"

DRILL_ROUTES: list[Route[Act]] = [
    Route("GET", "/control/journal", "", list_journal),
    Route("POST", f"{_ONE}/faults", "", order_fault),
    Route("DELETE", f"{_ONE}/faults", "", forget_faults),
    Route("POST", f"{_ONE}/keys/forget", "", forget_keys),
    Route("GET", f"{_ONE}/calls", "", count_calls),
    Route("DELETE", f"{_ONE}/calls", "", forget_calls),
    Route("GET", f"{_ONE}/charges", "", list_charges),
    Route("POST", f"{_ONE}/deliveries", "", change_delivery),
    Route("GET", f"{_ONE}/deliveries", "", list_deliveries),
    Route("POST", f"{_ONE}/deliveries/release", "", release),
    Route("GET", f"{_ONE}/events", "", list_events),
    Route("POST", f"{_ONE}/events/{{id}}", "", repeat_event),
    Route("GET", f"{_ONE}/journal", "", list_journal),
]
