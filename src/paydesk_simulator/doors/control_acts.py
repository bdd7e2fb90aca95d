"""What the control API does with accounts and money, by its address; docs/simulator.md tells it to people."""

from __future__ import annotations

from dataclasses import asdict

from paydesk_simulator.company import bills, charges, customers, disputes, methods, refunds, setups
from paydesk_simulator.company import subscriptions as agreements
from paydesk_simulator.company.accounts import open_account
from paydesk_simulator.company.bill_parts import read_billing, read_parts
from paydesk_simulator.company.collecting import collect_bill, collect_until
from paydesk_simulator.doors import shapes
from paydesk_simulator.doors.control_call import Act, Control
from paydesk_simulator.doors.drill_acts import DRILL_ROUTES
from paydesk_simulator.doors.routes import Route
from paydesk_simulator.doors.shapes import Shape
from paydesk_simulator.drills import crowd
from paydesk_simulator.drills.seeding import seed_customers
from paydesk_simulator.refused import Refused


def create_account(control: Control) -> Shape:
    fields = control.fields
    account = open_account(
        control.books,
        kind=fields.text("kind"),
        name=fields.text("name", "Simulated account"),
        webhook_url=fields.text("webhook_url", ""),
        key_memory_seconds=fields.whole("key_memory_seconds", control.key_memory_seconds),
    )
    return asdict(account)


def read_account(control: Control) -> Shape:
    return {**asdict(control.account), "now": control.account.now()}


_CHANGEABLE = {
    "name": str,
    "webhook_url": str,
    "retry_days": list,
    "after_retries": str,
    "is_wallet": bool,
    "key_memory_seconds": int,
    "calls_a_second": int,
    "latency_milliseconds": int,
}


def change_account(control: Control) -> Shape:
    values = control.fields.values
    for name, value in values.items():
        if name not in _CHANGEABLE or not isinstance(value, _CHANGEABLE[name]):
            raise Refused(400, "bad_field", f"{name} cannot be changed to that.")
    return asdict(control.books.change(control.account, **values)) if values else asdict(control.account)


def advance_clock(control: Control) -> Shape:
    """Put the account's clock forward and let everything happen that falls due on the way."""
    seconds = control.fields.whole("advance_seconds", 0)
    to = control.fields.moment("to")
    if to is not None:
        seconds = int((to - control.account.now()).total_seconds()) + 1
    if seconds < 0:
        raise Refused(400, "clock_backwards", "A clock only goes forward.")
    offset = control.account.clock_offset_seconds + seconds
    account = control.books.change(control.account, clock_offset_seconds=offset)
    moments = collect_until(control.books, account, account.now())
    return {"now": account.now(), "offset_seconds": offset, "moments": moments}


def seed(control: Control) -> Shape:
    return seed_customers(control.books, control.account, control.fields, now=control.account.now())


def seed_many(control: Control) -> Shape:
    """Make a crowd: `customers` with `bills_each` paid bills."""
    return crowd.seed_many(
        control.books,
        control.account,
        customers=control.fields.whole("customers"),
        bills_each=control.fields.whole("bills_each"),
        now=control.account.now(),
    )


def add_method(control: Control) -> Shape:
    customer = control.customer()
    card, expires = control.card()
    method = methods.save_method(
        control.books, control.account, customer=customer, card=card, expires=expires, now=control.now()
    )
    if control.fields.flag("default", False):
        customer = methods.set_default(control.books, control.account, customer=customer, method_id=method.id)
    return shapes.method_shape(method, customer)


def enter_card(control: Control) -> Shape:
    """Do what a customer does on the hosted page."""
    setup = setups.setup_of(control.books, control.account, control.ids["id"])
    card, expires = control.card()
    if card.refused_when_saved:
        raise Refused(400, "card_refused", card.refused_when_saved)
    entered = setups.enter_card(
        control.books, control.account, setup=setup, card=card, expires=expires, now=control.now()
    )
    return shapes.setup_shape(control.books, entered, control.base)


def answer_bank(control: Control) -> Shape:
    """Do what a customer does in the 3-D Secure step of a set-up or a charge."""
    confirmed, now = control.fields.flag("confirm", True), control.now()
    setup = control.books.get(setups.Setup, control.ids["id"])
    if setup is not None:
        answered = setups.answer_bank(
            control.books, control.account, setup=setup, confirmed=confirmed, now=now
        )
        return shapes.setup_shape(control.books, answered, control.base)
    charge = charges.charge_of(control.books, control.account, control.ids["id"])
    charge = charges.answer_bank(control.books, control.account, charge, confirmed=confirmed, now=now)
    return shapes.charge_shape(control.books, charge, control.base)


def add_subscription(control: Control) -> Shape:
    fields, now = control.fields, control.now()
    total = fields.whole("payments_total", 0)
    terms = agreements.Terms(
        name=fields.text("name", "Subscription"),
        parts=read_parts(fields, title=fields.text("name", "Subscription")),
        currency=fields.currency(),
        interval_unit=fields.text("interval_unit", "month"),
        interval_count=fields.whole("interval_count", 1),
        payments_total=total or None,
        method_id=fields.text("method", "") or None,
        started_at=fields.moment("started_at") or now,
        first_payment_at=fields.moment("first_payment_at"),
    )
    row = agreements.start_subscription(
        control.books, control.account, customer_id=control.customer().id, terms=terms, now=now
    )
    collect_until(control.books, control.account, control.account.now())
    return shapes.subscription_shape(
        agreements.subscription_of(control.books, control.account, row.id), control.base
    )


def add_bill(control: Control) -> Shape:
    fields, now = control.fields, control.now()
    title = fields.text("title", "Bill")
    wanted = bills.BillWanted(
        customer_id=control.customer().id,
        title=title,
        parts=read_parts(fields, title=title),
        currency=fields.currency(),
        due_at=now,
        method_id=fields.text("method", "") or None,
    )
    bill = bills.make_bill(control.books, control.account, wanted)
    if fields.flag("collect", True):
        bill = collect_bill(control.books, control.account, bill, now=now)
    return shapes.bill_shape(control.books, bill, control.base)


def close_bill(control: Control) -> Shape:
    """Cancel a bill, write it off, or say that it was paid elsewhere or from a balance."""
    status = control.fields.text("status")
    bill = bills.bill_of(control.books, control.account, control.ids["id"])
    if status in ("external", "balance"):
        bill = bills.record_paid(control.books, control.account, bill, settled_by=status, now=control.now())
    else:
        bill = bills.close_unpaid(control.books, control.account, bill, status=status)
    return shapes.bill_shape(control.books, bill, control.base)


def settle_charge(control: Control) -> Shape:
    charge = charges.charge_of(control.books, control.account, control.ids["id"])
    succeeded = control.fields.flag("succeeded", True)
    charge = charges.settle(control.books, control.account, charge, succeeded=succeeded, now=control.now())
    return shapes.charge_shape(control.books, charge, control.base)


def settle_refund(control: Control) -> Shape:
    row = refunds.refund_of(control.books, control.account, control.ids["id"])
    succeeded = control.fields.flag("succeeded", True)
    return shapes.refund_shape(
        refunds.settle_refund(control.books, control.account, row, succeeded=succeeded, now=control.now())
    )


def open_dispute(control: Control) -> Shape:
    charge = charges.charge_of(control.books, control.account, control.fields.text("charge"))
    amount = control.fields.whole("amount_minor", charge.amount_minor)
    return shapes.dispute_shape(
        disputes.open_dispute(
            control.books,
            control.account,
            charge=charge,
            amount_minor=amount,
            now=control.now(),
            is_inquiry=control.fields.flag("inquiry", False),
        )
    )


def close_dispute(control: Control) -> Shape:
    """Decide a dispute, or let an inquiry become one."""
    dispute = disputes.dispute_of(control.books, control.account, control.ids["id"])
    if control.fields.flag("escalate", False):
        return shapes.dispute_shape(
            disputes.escalate(control.books, control.account, dispute, now=control.now())
        )
    won = control.fields.flag("won", True)
    return shapes.dispute_shape(
        disputes.close_dispute(control.books, control.account, dispute, won=won, now=control.now())
    )


def change_customer(control: Control) -> Shape:
    """Change the address, the name or the billing details, or delete the customer, as a merchant's staff would."""
    customer = customers.customer_of(control.books, control.account, control.ids["id"])
    changed = customers.change_customer(
        control.books,
        control.account,
        customer,
        email=control.fields.text("email", customer.email),
        name=control.fields.text("name", customer.name),
        billing=read_billing(control.fields) or customer.billing,
        is_deleted=control.fields.flag("deleted", customer.is_deleted),
    )
    return shapes.customer_shape(changed)


_ONE = "/control/accounts/{account}"

ROUTES: list[Route[Act]] = [
    *DRILL_ROUTES,
    Route("POST", "/control/accounts", "", create_account),
    Route("GET", _ONE, "", read_account),
    Route("POST", _ONE, "", change_account),
    Route("POST", f"{_ONE}/clock", "", advance_clock),
    Route("POST", f"{_ONE}/seed", "", seed),
    Route("POST", f"{_ONE}/seed-many", "", seed_many),
    Route("POST", f"{_ONE}/customers/{{id}}", "", change_customer),
    Route("POST", f"{_ONE}/methods", "", add_method),
    Route("POST", f"{_ONE}/setups/{{id}}/card", "", enter_card),
    Route("POST", f"{_ONE}/bank/{{id}}", "", answer_bank),
    Route("POST", f"{_ONE}/subscriptions", "", add_subscription),
    Route("POST", f"{_ONE}/bills", "", add_bill),
    Route("POST", f"{_ONE}/bills/{{id}}", "", close_bill),
    Route("POST", f"{_ONE}/charges/{{id}}", "", settle_charge),
    Route("POST", f"{_ONE}/refunds/{{id}}", "", settle_refund),
    Route("POST", f"{_ONE}/disputes", "", open_dispute),
    Route("POST", f"{_ONE}/disputes/{{id}}", "", close_dispute),
]
