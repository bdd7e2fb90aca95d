"""Collecting what is due: renewals, further tries, late words of banks and ends of pauses, in the order of time."""

from __future__ import annotations

from datetime import datetime

from paydesk_simulator.company import bills, charges
from paydesk_simulator.company import subscriptions as agreements
from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.bills import Bill, BillWanted
from paydesk_simulator.company.charges import Charge, ChargeWanted
from paydesk_simulator.company.methods import method_of
from paydesk_simulator.company.subscriptions import Subscription
from paydesk_simulator.database import Books

_NEXT_MOMENT = """
SELECT min(moment) FROM (
    SELECT min(next_payment_at) AS moment FROM subscriptions
        WHERE account_id = ?1 AND status IN ('trialing', 'active', 'past_due')
    UNION ALL SELECT min(resumes_at) FROM subscriptions WHERE account_id = ?1 AND status = 'paused'
    UNION ALL SELECT min(next_attempt_at) FROM bills WHERE account_id = ?1 AND status = 'failed'
    UNION ALL SELECT min(settles_at) FROM charges WHERE account_id = ?1 AND status = 'pending'
)
"""


def collect_until(books: Books, account: Account, until: datetime) -> int:
    """Do everything that falls due up to a moment, each at its own moment; gives how many moments there were."""
    moments = 0
    while (moment := _next_moment(books, account)) and moment <= until:
        _collect_at(books, account, moment)
        moments += 1
    return moments


def collect_bill(books: Books, account: Account, bill: Bill, *, now: datetime) -> Bill:
    """Try to collect one bill with the method on file, without the customer."""
    if bill.amount_minor == 0:
        return bills.record_paid(books, account, bill, settled_by="zero", now=now)
    wanted = ChargeWanted(
        customer_id=bill.customer_id,
        amount_minor=charges.owed_of(books, bill),
        currency=bill.currency,
        bill_id=bill.id,
        description=bill.title,
    )
    charges.confirm(books, account, charges.prepare(books, account, wanted, now=now), now=now)
    return bills.bill_of(books, account, bill.id)


def _next_moment(books: Books, account: Account) -> datetime | None:
    found = books.ask(_NEXT_MOMENT, account.id)[0][0]
    return datetime.fromisoformat(found) if found else None


def _collect_at(books: Books, account: Account, moment: datetime) -> None:
    pausing = "account_id = ? AND status = 'paused' AND resumes_at <= ?"
    for subscription in books.find(Subscription, pausing, account.id, moment):
        agreements.resume(books, account, subscription, moment)
    pending = "account_id = ? AND status = 'pending' AND settles_at <= ?"
    for charge in books.find(Charge, pending, account.id, moment):
        card = method_of(books, account, charge.method_id or "").test_card()
        charges.settle(books, account, charge, succeeded=card.settles_as == "succeeded", now=moment)
    for bill in books.find(
        Bill, "account_id = ? AND status = 'failed' AND next_attempt_at <= ?", account.id, moment
    ):
        collect_bill(books, account, bill, now=moment)
    renewing = "account_id = ? AND status IN ('trialing', 'active', 'past_due') AND next_payment_at <= ?"
    for subscription in books.find(Subscription, renewing, account.id, moment):
        _renew(books, account, subscription, moment)


def _renew(books: Books, account: Account, subscription: Subscription, moment: datetime) -> None:
    if subscription.cancels_at and subscription.cancels_at <= moment:
        agreements.cancel_now(books, account, subscription, moment)
        return
    agreements.record_bill_made(books, account, subscription)
    bill = bills.make_bill(
        books,
        account,
        BillWanted(
            customer_id=subscription.customer_id,
            title=subscription.name,
            parts=subscription.parts(),
            currency=subscription.currency,
            due_at=moment,
            subscription_id=subscription.id,
        ),
    )
    collect_bill(books, account, bill, now=moment)
