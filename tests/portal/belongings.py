"""One of everything that a customer can have, with the public id of each: what nobody else may come to."""

from __future__ import annotations

from paydesk.access.calendar.feeds import make_feed
from paydesk.access.models import CalendarFeed, Session
from paydesk.billing.arrangements.quotes import quote_pay_off
from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.orders.models import Order, Shipment
from paydesk.billing.payment_methods.models import MethodSetup, PaymentMethod
from paydesk.billing.payments.models import Payment
from paydesk.billing.receipts.issue import issue_receipt
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_id
from paydesk.merchants.models import Connection
from tests import builders
from tests.changes import method_change
from tests.portal.desk.plans import payments_of, plan, vault


def everything(who: Customer, account: Connection) -> dict[str, str]:
    """Give a customer one of each, and name the public id of each."""
    order = builders.order(who, account)
    payment = builders.payment(order, state="failed")
    paid = builders.payment(order, capabilities=["documents"])
    method = builders.method(who, account)
    session = _session(who)
    return {
        "customer": who.public_id,
        "order": order.public_id,
        **_parcel(order),
        "subscription": builders.subscription(order).public_id,
        **_plan(who),
        "failed payment": payment.public_id,
        "paid payment": paid.public_id,
        **_receipts(paid),
        "attempt": builders.attempt(payment, "declined").public_id,
        "method": method.public_id,
        "set-up": _setup(method, payment).public_id,
        "change": method_change(method).public_id,
        "record at the company": _record(method).public_id,
        "session": session.public_id,
        "calendar": _calendar(who),
        "row number": str(payment.id),
    }


def _plan(who: Customer) -> dict[str, str]:
    """Agree on a plan that Paydesk collects, and quote what remains of it."""
    merchant = merchant_by_id(who.merchant_id)
    mine = plan(who, vault(merchant))
    quote = quote_pay_off(
        merchant=merchant, customer_id=who.id, subscription_public_id=mine.public_id, now=clock.wall_now()
    )
    return {
        "plan": mine.public_id,
        "payment to come": payments_of(mine)[0].public_id,
        "quote": quote.public_id,
    }


def _parcel(order: Order) -> dict[str, str]:
    """Send a parcel of an order."""
    name, number = f"parcel{order.public_id}", f"JD{order.public_id}"
    Shipment.objects.create(
        merchant_id=order.merchant_id,
        order_id=order.id,
        reference=name,
        carrier="DHL",
        number=number,
        shipped_date=builders.now().date(),
    )
    return {"parcel": name, "number of the parcel": number, "number of the order": order.number}


def _receipts(paid: Payment) -> dict[str, str]:
    """Prove a payment and a refund of it."""
    builders.refund(paid, 1000)
    merchant = merchant_by_id(paid.merchant_id)
    issued = issue_receipt(merchant=merchant, payment_id=paid.id, now=builders.now())
    return {"receipt": issued.receipt.public_id, "note": issued.notes[0].public_id}


def _setup(method: PaymentMethod, payment: Payment) -> MethodSetup:
    owner = GatewayCustomer.objects.get(merchant_id=method.merchant_id, id=method.gateway_customer_id)
    return MethodSetup.objects.create(
        merchant_id=method.merchant_id,
        connection_id=method.connection_id,
        gateway_customer_id=owner.id,
        customer_id=method.customer_id or 0,
        payment_public_id=payment.public_id,
        reference="seti_1",
        created_at=builders.now(),
    )


def _calendar(who: Customer) -> str:
    make_feed(merchant_id=who.merchant_id, customer_id=who.id, language="en", now=builders.now())
    return CalendarFeed.objects.get(merchant_id=who.merchant_id, customer_id=who.id).public_id


def _session(who: Customer) -> Session:
    builders.session_token(who)
    return Session.objects.get(merchant_id=who.merchant_id, customer_id=who.id)


def _record(method: PaymentMethod) -> GatewayCustomer:
    return GatewayCustomer.objects.get(merchant_id=method.merchant_id, id=method.gateway_customer_id)
