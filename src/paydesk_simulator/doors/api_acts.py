"""What the company's API does with customers, methods and money, by its address."""

from __future__ import annotations

from paydesk_simulator.company import bills, charges, customers, disputes, methods, refunds, setups
from paydesk_simulator.company.bill_parts import ADDRESS, read_billing
from paydesk_simulator.company.bills import Bill
from paydesk_simulator.company.charges import Charge, ChargeWanted
from paydesk_simulator.company.events import events_before
from paydesk_simulator.company.refunds import Refund
from paydesk_simulator.doors import shapes
from paydesk_simulator.doors.api_call import Act, Call, listing
from paydesk_simulator.doors.api_subscription_acts import SUBSCRIPTION_ROUTES
from paydesk_simulator.doors.routes import Route
from paydesk_simulator.doors.shapes import Shape
from paydesk_simulator.refused import not_found


def read_account(call: Call) -> Shape:
    return shapes.account_shape(call.account)


def create_customer(call: Call) -> Shape:
    email, name = call.fields.text("email"), call.fields.text("name", "")
    customer = customers.add_customer(call.books, call.account, email=email, name=name, created_at=call.now)
    return shapes.customer_shape(customer)


def update_customer(call: Call) -> Shape:
    """Take a name, and an address whole; what is empty stays, and so do the e-mail address and tax ids of bills."""
    customer, said = call.customer(), read_billing(call.fields)
    name, address = said.get("name") or customer.name, {part: said.get(part) for part in ADDRESS}
    billing = {**said, **customer.billing, "name": name} | (address if any(address.values()) else {})
    changed = customers.change_customer(call.books, call.account, customer, name=name, billing=billing)
    return shapes.customer_shape(changed)


def list_customers(call: Call) -> Shape:
    count = call.page_size()
    found = customers.customers_after(call.books, call.account, call.cursor(), count)
    return listing([shapes.customer_shape(row) for row in found], found[-1].id if len(found) == count else "")


def read_customer(call: Call) -> Shape:
    return shapes.customer_shape(call.customer())


def list_methods(call: Call) -> Shape:
    customer = call.customer()
    return listing(
        [shapes.method_shape(row, customer) for row in methods.methods_of(call.books, customer)], ""
    )


def set_default_method(call: Call) -> Shape:
    method_id = call.fields.text("method")
    changed = methods.set_default(call.books, call.account, customer=call.customer(), method_id=method_id)
    return shapes.customer_shape(changed)


def remove_method(call: Call) -> Shape:
    method = methods.method_of(call.books, call.account, call.ids["id"])
    methods.remove_method(call.books, call.account, method=method, now=call.now)
    return {"id": method.id, "removed": True}


def begin_setup(call: Call) -> Shape:
    customer = customers.customer_of(call.books, call.account, call.fields.text("customer"))
    return_url = call.fields.text("return_url")
    setup = setups.begin_setup(
        call.books, call.account, customer=customer, return_url=return_url, now=call.now
    )
    return shapes.setup_shape(call.books, setup, call.base)


def read_setup(call: Call) -> Shape:
    setup = setups.setup_of(call.books, call.account, call.ids["id"])
    return shapes.setup_shape(call.books, setup, call.base)


def list_history(call: Call) -> Shape:
    count = call.page_size()
    found = shapes.history_shapes(call.books, call.customer(), call.cursor(), count, call.base)
    last = found[-1] if len(found) == count else None
    cursor = f"{last['created_at'].isoformat(timespec='microseconds')},{last['id']}" if last else ""
    return listing(found, cursor)


def read_history(call: Call) -> Shape:
    """Give one bill, or one charge without a bill, whole."""
    bill = call.books.get(Bill, call.ids["id"])
    if bill is None:
        return shapes.single_charge_shape(call.books, _charge(call), call.base)
    return shapes.bill_shape(call.books, bills.bill_of(call.books, call.account, bill.id), call.base)


def list_documents(call: Call) -> Shape:
    """Give the pages that a customer may open: an invoice, and a receipt once it is paid."""
    found = call.ids["id"]
    bill = call.books.get(Bill, found)
    owner, paid = (
        (bill, bill.status == "paid") if bill else (_charge(call), _charge(call).status == "succeeded")
    )
    if owner.account_id != call.account.id:
        raise not_found("bill")
    documents = [{"title": "Invoice", "url": f"{call.base}/pages/invoices/{found}"}] if bill else []
    if paid:
        documents.append({"title": "Receipt", "url": f"{call.base}/pages/receipts/{found}"})
    return listing(documents, "")


def prepare_charge(call: Call) -> Shape:
    fields = call.fields
    wanted = ChargeWanted(
        customer_id=fields.text("customer"),
        amount_minor=fields.whole("amount_minor"),
        currency=fields.currency(),
        method_id=fields.text("method", ""),
        bill_id=fields.text("bill", ""),
        tag=fields.text("tag", ""),
        key=call.key,
        description=fields.text("description", ""),
        on_session=fields.flag("on_session", False),
        return_url=fields.text("return_url", ""),
    )
    charge = charges.prepare(call.books, call.account, wanted, now=call.now)
    return shapes.charge_shape(call.books, charge, call.base)


def confirm_charge(call: Call) -> Shape:
    charge = charges.confirm(call.books, call.account, _charge(call), now=call.now)
    return shapes.charge_shape(call.books, charge, call.base)


def cancel_charge(call: Call) -> Shape:
    charge = charges.cancel(call.books, call.account, _charge(call), now=call.now)
    return shapes.charge_shape(call.books, charge, call.base)


def read_charge(call: Call) -> Shape:
    return shapes.charge_shape(call.books, _charge(call), call.base)


def find_charges(call: Call) -> Shape:
    """List the charges with a tag, newest first."""
    found = call.books.find(
        Charge, "account_id = ? AND tag = ? ORDER BY rowid DESC", call.account.id, call.query.get("tag", "")
    )
    return listing([shapes.charge_shape(call.books, row, call.base) for row in found], "")


def list_events(call: Call) -> Shape:
    """Give what happened at the account, the newest first."""
    count = call.page_size()
    found = events_before(call.books, call.account, call.cursor(), count)
    return listing(list(map(shapes.event_shape, found)), found[-1].id if len(found) == count else "")


def create_refund(call: Call) -> Shape:
    row = refunds.refund(
        call.books,
        call.account,
        charge=charges.charge_of(call.books, call.account, call.fields.text("charge")),
        amount_minor=call.fields.whole("amount_minor"),
        tag=call.fields.text("tag", ""),
        key=call.key,
        now=call.now,
    )
    return shapes.refund_shape(row)


def read_refund(call: Call) -> Shape:
    return shapes.refund_shape(refunds.refund_of(call.books, call.account, call.ids["id"]))


def find_refunds(call: Call) -> Shape:
    """List the refunds with a tag or of a charge, newest first."""
    tag, charge_id = call.query.get("tag", ""), call.query.get("charge", "")
    condition = (
        "account_id = ? AND (? = '' OR tag = ?) AND (? = '' OR charge_id = ?) ORDER BY rowid DESC LIMIT 100"
    )
    found = call.books.find(Refund, condition, call.account.id, tag, tag, charge_id, charge_id)
    return listing(list(map(shapes.refund_shape, found)), "")


def read_dispute(call: Call) -> Shape:
    return shapes.dispute_shape(disputes.dispute_of(call.books, call.account, call.ids["id"]))


def _charge(call: Call) -> Charge:
    return charges.charge_of(call.books, call.account, call.ids["id"])


ROUTES: list[Route[Act]] = [
    *SUBSCRIPTION_ROUTES,
    Route("GET", "/v1/account", "account.read", read_account),
    Route("GET", "/v1/events", "event.list", list_events),
    Route("POST", "/v1/customers", "customer.create", create_customer),
    Route("GET", "/v1/customers", "customer.list", list_customers),
    Route("GET", "/v1/customers/{id}", "customer.read", read_customer),
    Route("POST", "/v1/customers/{id}", "customer.update", update_customer),
    Route("GET", "/v1/customers/{id}/methods", "method.list", list_methods),
    Route("POST", "/v1/customers/{id}/default-method", "method.default", set_default_method),
    Route("GET", "/v1/customers/{id}/history", "history.list", list_history),
    Route("POST", "/v1/methods/{id}/remove", "method.remove", remove_method),
    Route("POST", "/v1/setups", "setup.begin", begin_setup),
    Route("GET", "/v1/setups/{id}", "setup.read", read_setup),
    Route("GET", "/v1/history/{id}", "history.read", read_history),
    Route("GET", "/v1/documents/{id}", "document.list", list_documents),
    Route("POST", "/v1/charges", "charge.prepare", prepare_charge),
    Route("GET", "/v1/charges", "charge.find", find_charges),
    Route("GET", "/v1/charges/{id}", "charge.read", read_charge),
    Route("POST", "/v1/charges/{id}/confirm", "charge.confirm", confirm_charge),
    Route("POST", "/v1/charges/{id}/cancel", "charge.cancel", cancel_charge),
    Route("POST", "/v1/refunds", "refund.create", create_refund),
    Route("GET", "/v1/refunds", "refund.find", find_refunds),
    Route("GET", "/v1/refunds/{id}", "refund.read", read_refund),
    Route("GET", "/v1/disputes/{id}", "dispute.read", read_dispute),
]
