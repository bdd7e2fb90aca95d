"""The control door: what a test may do to an account at PayPal, and read of its books. JSON in, JSON out.

Everything is posted to `/control/accounts/CLIENT_ID/VERB`; `/control/accounts` opens an account. The words of
a test are in `tests/paypal_account.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.doubles.paypal import billing
from tests.doubles.paypal.amounts import Amount
from tests.doubles.paypal.billing import (
    Plan,
    Subscription,
    Transaction,
    advance,
    moment_after,
)
from tests.doubles.paypal.captures import give_back
from tests.doubles.paypal.orders import Order
from tests.doubles.paypal.state import (
    Account,
    Call,
    Json,
    moment_of,
    some_id,
    some_payer,
    unknown,
    written,
)
from tests.doubles.paypal.vault import enter_card, save
from tests.doubles.paypal.webhooks import shown


def set_account(account: Account, asked: Json, _url: str) -> Json:
    """Change the account's settings: where webhooks go and how, how late reports are, how long tokens live."""
    for name in ("webhook_url", "delivery", "token_seconds"):
        if name in asked:
            setattr(account, name, asked[name])
    if "lag_seconds" in asked:
        account.lag = timedelta(seconds=asked["lag_seconds"])
    if asked.get("forget_tokens"):
        account.tokens.clear()
    if asked.get("forget_keys"):
        account.keys.clear()
    return {}


def move_clock(account: Account, asked: Json, _url: str) -> Json:
    """Put the clock forward, and let PayPal collect what falls due on the way."""
    account.clock_offset += timedelta(seconds=asked["seconds"])
    for subscription in account.subscriptions.values():
        advance(account, subscription)
    account.moves.sort(key=lambda move: move.at)
    return {"now": written(account.now())}


def make_plan(account: Account, asked: Json, _url: str) -> Json:
    plan = Plan(
        id=f"P-{some_id(24)}",
        product_id=f"PROD-{some_id()}",
        name=asked["name"],
        price=Amount(minor=asked["minor"], currency=asked["currency"]),
        unit=asked["unit"],
        count=asked["count"],
        total_cycles=asked["total_cycles"],
        threshold=asked["threshold"],
        auto_bill=asked["auto_bill"],
        created=account.now() - timedelta(days=3650),
    )
    account.plans[plan.id] = plan
    return {"id": plan.id}


def subscribe(account: Account, asked: Json, _url: str) -> Json:
    """Make subscriptions with their history: the past is collected as PayPal would have.

    `cycles` have been billed, the last of them `days_since` ago; of these, the last `behind` failed at each
    try.
    """
    made = [_subscribe(account, one) for one in asked["subscriptions"]]
    account.moves.sort(key=lambda move: move.at)
    account.events.sort(key=lambda event: event["at"])
    account.to_deliver.clear()  # the past has been told long ago
    return {"ids": made}


def _subscribe(account: Account, asked: Json) -> str:
    plan, cycles = account.plans[asked["plan"]], asked["cycles"]
    last = account.now() - timedelta(days=asked["days_since"])
    started = moment_after(last.replace(microsecond=0), plan, -max(0, cycles - 1)) if cycles else last
    if asked.get("started"):
        started = moment_of(asked["started"])
    behind = asked.get("behind", 0)
    subscription = Subscription(
        id=f"I-{some_id(12)}",
        plan=plan,
        email=asked["email"],
        name=asked["name"],
        payer_id=some_payer(),
        started=started,
        created=started,
        next_billing=started,
        outstanding=plan.price * 0,
        quantity=asked.get("quantity", 1),
        custom_id=asked.get("custom_id", ""),
        declines={int(cycle): tries for cycle, tries in asked.get("declines", {}).items()},
        status_at=started,
        updated=started,
    )
    subscription.declines |= dict.fromkeys(range(cycles - behind + 1, cycles + 1), 3)
    if not cycles and not asked.get("started"):
        subscription.next_billing = moment_after(last, plan, 1)
        subscription.started = subscription.next_billing
    account.subscriptions[subscription.id] = subscription
    _tell(account, subscription, "ACTIVATED")
    advance(account, subscription)
    subscription.funding = asked.get("funding", "declined" if behind else "good")
    return subscription.id


def change_subscription(account: Account, asked: Json, _url: str) -> Json:
    """Let the payer's wallet behave otherwise, or the payer end the agreement at PayPal."""
    subscription = account.subscriptions[asked["id"]]
    advance(account, subscription)
    if "funding" in asked:
        subscription.funding = asked["funding"]
    if "outstanding_minor" in asked:
        currency = subscription.outstanding.currency
        subscription.outstanding = Amount(minor=asked["outstanding_minor"], currency=currency)
    if "minor" in asked:
        price = Amount(minor=asked["minor"], currency=asked["currency"])
        subscription.plan = replace(subscription.plan, price=price)
        subscription.outstanding = price * 0
    if "status" in asked:
        subscription.move_to(asked["status"], account.now(), asked.get("note", ""))
        if asked["status"] == "CANCELLED":
            subscription.next_billing, subscription.due = None, None
        _tell(account, subscription, asked["status"])
    return {}


def refund_transaction(account: Account, asked: Json, url: str) -> Json:
    """Refund a payment in PayPal's own pages: a capture's, or a subscription's."""
    if asked["id"] in account.captures:
        capture = account.captures[asked["id"]]
        amount = Amount(minor=asked["minor"], currency=capture.amount.currency)
        return {"id": give_back(Call(account=account, url=url), capture, amount, {}).id}
    subscription, transaction = _transaction(account, asked["id"])
    return {"id": billing.give_back(account, subscription, transaction, asked["minor"])}


def save_method(account: Account, asked: Json, _url: str) -> Json:
    """Put a card or a wallet into the vault, as if its payer had entered it long ago."""
    if asked["kind"] == "card":
        source: Json = {
            "last_digits": asked["last_digits"],
            "brand": asked["brand"],
            "expiry": asked["expiry"],
        }
    else:
        payer = some_payer()
        source = {"email_address": asked["email"], "payer_id": payer, "account_id": payer}
    return {"id": save(account, asked["customer"], asked["kind"], source, asked["behaviour"]).id}


def enter(account: Account, asked: Json, _url: str) -> Json:
    """Do what a payer does in the card fields."""
    token = account.setup_tokens[asked["id"]]
    enter_card(token, asked["card"], asked.get("expiry", "2034-12"), asked.get("name", ""))
    return {"status": token.status}


def answer_payer_action(account: Account, asked: Json, _url: str) -> Json:
    """Do what a payer does where an order wants an action; what no longer waits takes no notice."""
    order = account.orders.get(asked["id"])
    if order and order.status == "PAYER_ACTION_REQUIRED":
        confirm(account, order, yes=asked["confirm"])
    return {}


def confirm(account: Account, order: Order, *, yes: bool) -> None:
    """Let the payer confirm, or turn away; then the order is as it was before."""
    order.status, order.confirmed, order.updated = "APPROVED" if yes else "CREATED", yes, account.now()
    if yes:
        account.happened("CHECKOUT.ORDER.APPROVED", "checkout-order", {"id": order.id}, at=account.now())


def forget_order(account: Account, asked: Json, _url: str) -> Json:
    """Drop an order that was not captured, as PayPal does some hours or days later: it names no figure."""
    if not account.orders[asked["id"]].captures:
        del account.orders[asked["id"]]
    return {}


def settle_pending(account: Account, asked: Json, url: str) -> Json:
    """Let a pending payment come to its end: COMPLETED or DECLINED."""
    done, reference = asked["status"] == "COMPLETED", asked["id"]
    if capture := account.captures.get(reference):
        capture.status, capture.updated = asked["status"], account.now()
        resource = capture.shown(Call(account=account, url=url))
        event = f"PAYMENT.CAPTURE.{'COMPLETED' if done else 'DENIED'}"
        account.happened(event, "capture", resource, at=account.now())
    else:
        subscription, transaction = _transaction(account, reference)
        transaction.pending, transaction.paid = False, done
        if not done:
            subscription.outstanding += transaction.amount
    kind = "captured" if done else "declined"
    account.moves = [
        replace(move, kind=kind) if move.reference == reference else move for move in account.moves
    ]
    return {}


def _transaction(account: Account, reference: str) -> tuple[Subscription, Transaction]:
    for subscription in account.subscriptions.values():
        for transaction in subscription.transactions:
            if transaction.id == reference:
                return subscription, transaction
    raise unknown()


def order_fault(account: Account, asked: Json, _url: str) -> Json:
    """Let requests go wrong from now on; with `clear` nothing does any more."""
    if asked.get("clear"):
        account.faults.clear()
    else:
        account.faults.append(asked)
    return {}


def read(account: Account, asked: Json, _url: str) -> Json:
    """Read one of the account's lists."""
    return {"rows": _LISTS[asked["list"]](account)}


_LISTS: dict[str, Any] = {
    "violations": lambda account: account.violations,
    "journal": lambda account: account.journal,
    "events": lambda account: [shown(event) for event in account.events],
    "deliveries": lambda account: account.deliveries,
    "books": lambda account: [
        {
            "at": written(move.at),
            "kind": move.kind,
            "minor": move.amount.minor,
            "currency": move.amount.currency,
            "payer": move.payer,
            "reference": move.reference,
            "about": move.about,
            "custom": move.custom,
        }
        for move in account.moves
    ],
}


def _tell(account: Account, subscription: Subscription, what: str) -> None:
    resource = {"id": subscription.id, "status": subscription.status}
    event = f"BILLING.SUBSCRIPTION.{what}"
    account.happened(event, "subscription", resource, at=subscription.status_at)


VERBS: dict[str, Any] = {
    "settings": set_account,
    "clock": move_clock,
    "plan": make_plan,
    "subscribe": subscribe,
    "change-subscription": change_subscription,
    "refund": refund_transaction,
    "method": save_method,
    "enter": enter,
    "payer-action": answer_payer_action,
    "forget-order": forget_order,
    "settle": settle_pending,
    "fault": order_fault,
    "read": read,
}
