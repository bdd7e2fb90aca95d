"""Subscriptions that the company collects: open-ended, or a plan of N payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from paydesk_simulator.clock import step
from paydesk_simulator.company.accounts import BILLING, Account
from paydesk_simulator.company.bill_parts import BillParts, Part
from paydesk_simulator.company.events import announce
from paydesk_simulator.company.methods import name_no_method, usable_method
from paydesk_simulator.database import Books, new_id
from paydesk_simulator.refused import Refused, not_found

LIVE = ("incomplete", "trialing", "active", "past_due", "paused", "unpaid")
RENEWING = ("trialing", "active", "past_due")


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """One agreement. Payment dates are counted from `anchored_at`, so a 31st comes back after a February."""

    TABLE: ClassVar[str] = "subscriptions"
    id: str
    account_id: str
    customer_id: str
    name: str
    status: str
    amount_minor: int
    currency: str
    interval_unit: str
    interval_count: int
    payments_total: int | None
    payments_made: int
    bills_made: int
    lines: list[Part]
    discounts: list[Part]
    #: So many per cent off so many bills that are still to be made.
    discount_percent: int
    discounted_bills: int
    taxes: list[Part]
    method_id: str | None
    started_at: datetime
    anchored_at: datetime
    next_payment_at: datetime | None
    cancels_at: datetime | None
    resumes_at: datetime | None
    ended_at: datetime | None
    is_wallet: bool
    created_at: datetime

    def parts(self) -> BillParts:
        """Give what its next bill is made of."""
        parts = BillParts(lines=self.lines, discounts=self.discounts, taxes=self.taxes)
        return parts.less(self.discount_percent) if self.discounted_bills else parts

    def discount_ends_at(self) -> datetime | None:
        """Give the date of the first payment that is not discounted any more."""
        if not self.discounted_bills or self.next_payment_at is None:
            return None
        ends_at = self.next_payment_at
        for _ in range(self.discounted_bills):
            ends_at = self.payment_date_after(ends_at)
        return ends_at

    def payment_date(self, number: int) -> datetime:
        """Give the date of a payment; the first is number 0."""
        return step(self.anchored_at, unit=self.interval_unit, count=self.interval_count * number)

    def payment_date_after(self, moment: datetime) -> datetime:
        """Give the first payment date that is later than a moment."""
        number = 0
        while self.payment_date(number) <= moment:
            number += 1
        return self.payment_date(number)


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What a customer agrees to. `first_payment_at` later than `started_at` is a trial."""

    name: str
    parts: BillParts
    currency: str
    interval_unit: str = "month"
    interval_count: int = 1
    payments_total: int | None = None
    method_id: str | None = None
    started_at: datetime
    first_payment_at: datetime | None = None


def start_subscription(
    books: Books, account: Account, *, customer_id: str, terms: Terms, now: datetime, silently: bool = False
) -> Subscription:
    """Start an agreement. Its first bill is made when the company next collects what is due."""
    if account.kind != BILLING:
        raise Refused(403, "not_offered", "An account of kind vault has no subscriptions.")
    anchor = terms.first_payment_at or terms.started_at
    subscription = books.add(
        Subscription(
            id=new_id("sub"),
            account_id=account.id,
            customer_id=customer_id,
            name=terms.name,
            status="trialing" if anchor > max(now, terms.started_at) else "active",
            amount_minor=terms.parts.owed(),
            currency=terms.currency,
            interval_unit=terms.interval_unit,
            interval_count=terms.interval_count,
            payments_total=terms.payments_total,
            payments_made=0,
            bills_made=0,
            lines=terms.parts.lines,
            discounts=terms.parts.discounts,
            discount_percent=0,
            discounted_bills=0,
            taxes=terms.parts.taxes,
            method_id=terms.method_id,
            started_at=terms.started_at,
            anchored_at=anchor,
            next_payment_at=anchor,
            cancels_at=None,
            resumes_at=None,
            ended_at=None,
            is_wallet=account.is_wallet,
            created_at=terms.started_at,
        )
    )
    if not silently:
        announce(books, account, "subscription.created", subject(subscription))
    return subscription


def subscription_of(books: Books, account: Account, subscription_id: str) -> Subscription:
    """Give one subscription of this account."""
    subscription = books.get(Subscription, subscription_id)
    if subscription is None or subscription.account_id != account.id:
        raise not_found("subscription")
    return subscription


def subscriptions_of(books: Books, customer_id: str, cursor: str, count: int) -> list[Subscription]:
    """List a customer's subscriptions, oldest first; `cursor` is the last one that was seen."""
    after = "rowid > coalesce((SELECT rowid FROM subscriptions WHERE id = ?), 0)"
    return books.find(
        Subscription, f"customer_id = ? AND {after} ORDER BY rowid LIMIT ?", customer_id, cursor, count
    )


def set_method(books: Books, account: Account, subscription: Subscription, *, method_id: str) -> Subscription:
    """Let a method pay this subscription and every open bill of it, whatever they named before."""
    _require(subscription, LIVE, "It has ended already.")
    usable_method(books, account, customer_id=subscription.customer_id, method_id=method_id)
    open_bills = "subscription_id = ? AND status IN ('due', 'failed')"
    name_no_method(books, account, "bill", open_bills, subscription.id)
    return change(books, account, subscription, method_id=method_id)


def discount(
    books: Books, account: Account, subscription: Subscription, *, percent: int, bills: int
) -> Subscription:
    """Take so many per cent off the next so many bills; those of a plan are its price, and stay."""
    _require(subscription, RENEWING, "Only what renews can cost less.")
    if subscription.payments_total is not None or subscription.parts().discounts:
        raise Refused(400, "no_discount", "It is a plan, or costs less already.")
    if not (0 < percent <= 100 and bills > 0):
        raise Refused(400, "bad_discount", "A discount is of 1 to 100 per cent, on one bill at least.")
    return change(books, account, subscription, discount_percent=percent, discounted_bills=bills)


def cancel_now(books: Books, account: Account, subscription: Subscription, now: datetime) -> Subscription:
    """End it at once. Open bills are tried no more; they stay owed, but for those of a wallet."""
    _require(subscription, LIVE, "It has ended already.")
    _let_bills_rest(books, subscription)
    if subscription.is_wallet:
        debts = (
            "UPDATE bills SET status = 'canceled' WHERE subscription_id = ? AND status IN ('due', 'failed')"
        )
        books.ask(debts, subscription.id)
    return change(
        books, account, subscription, status="canceled", ended_at=now, next_payment_at=None, resumes_at=None
    )


def schedule_cancel(books: Books, account: Account, subscription: Subscription) -> Subscription:
    """End it when the next payment would be due."""
    _require(subscription, RENEWING, "Only what renews can be cancelled for later.")
    if subscription.is_wallet:
        raise Refused(400, "keeps_no_date", "A wallet ends things at once.")
    if subscription.next_payment_at is None:
        raise Refused(400, "nothing_to_cancel", "No further payment is due.")
    return change(books, account, subscription, cancels_at=subscription.next_payment_at)


def undo_cancel(books: Books, account: Account, subscription: Subscription) -> Subscription:
    """Go on as if no cancel had been scheduled."""
    _require(subscription, LIVE, "It has ended already.")
    if subscription.cancels_at is None:
        raise Refused(400, "no_cancel_scheduled", "No cancel is scheduled.")
    return change(books, account, subscription, cancels_at=None)


def pause(books: Books, account: Account, subscription: Subscription, until: datetime | None) -> Subscription:
    """Collect nothing until it is resumed, or until a date."""
    _require(subscription, RENEWING, "Only what renews can be paused.")
    if subscription.is_wallet:
        _let_bills_rest(books, subscription)
    return change(books, account, subscription, status="paused", resumes_at=until)


def resume(books: Books, account: Account, subscription: Subscription, now: datetime) -> Subscription:
    """Collect again, from the next payment date; what fell into the pause is not asked for."""
    _require(subscription, ("paused",), "It is not paused.")
    following = subscription.payment_date_after(now) if subscription.next_payment_at else None
    status = "past_due" if _owes(books, subscription) else "active"
    if subscription.is_wallet:
        again = "UPDATE bills SET next_attempt_at = ? WHERE subscription_id = ? AND status = 'failed'"
        books.ask(again, now, subscription.id)
    return change(books, account, subscription, status=status, resumes_at=None, next_payment_at=following)


def record_bill_made(books: Books, account: Account, subscription: Subscription) -> Subscription:
    """Move on to the next payment date after a bill has been made."""
    made = subscription.bills_made + 1
    done = subscription.payments_total is not None and made >= subscription.payments_total
    following = (
        None
        if done
        else subscription.payment_date_after(subscription.next_payment_at or subscription.anchored_at)
    )
    status = "active" if subscription.status == "trialing" else subscription.status
    return change(
        books,
        account,
        subscription,
        bills_made=made,
        next_payment_at=following,
        status=status,
        discounted_bills=max(subscription.discounted_bills - 1, 0),
    )


def record_bill_paid(books: Books, account: Account, subscription_id: str, now: datetime) -> Subscription:
    """Count a payment; a plan that is paid completely is completed, arrears that are cleared are forgotten."""
    subscription = subscription_of(books, account, subscription_id)
    made = subscription.payments_made + 1
    if made == subscription.payments_total:
        ended = {"status": "completed", "ended_at": now, "next_payment_at": None, "cancels_at": None}
        return change(books, account, subscription, payments_made=made, **ended)
    values: dict[str, object] = {"payments_made": made}
    if subscription.status in ("incomplete", "past_due", "unpaid") and not _owes(books, subscription):
        values["status"] = "active"
        if subscription.next_payment_at and subscription.next_payment_at <= now:
            values["next_payment_at"] = subscription.payment_date_after(now)
    return change(books, account, subscription, **values)


def record_bill_failed(
    books: Books, account: Account, subscription_id: str, *, was_last_try: bool, now: datetime
) -> Subscription:
    """Fall into arrears; after the last try, what the account's rule says."""
    subscription = subscription_of(books, account, subscription_id)
    if subscription.status not in RENEWING:
        return subscription
    if was_last_try and account.after_retries == "canceled":
        return cancel_now(books, account, subscription, now)
    return change(books, account, subscription, status="unpaid" if was_last_try else "past_due")


def change(books: Books, account: Account, subscription: Subscription, **values: object) -> Subscription:
    """Change it and say so."""
    changed = books.change(subscription, **values)
    announce(books, account, f"subscription.{_word_for(changed)}", subject(changed))
    return changed


def subject(subscription: Subscription) -> dict[str, str | None]:
    """Name the subscription in an event."""
    return {"type": "subscription", "id": subscription.id, "customer": subscription.customer_id}


def _word_for(subscription: Subscription) -> str:
    return subscription.status if subscription.status in ("canceled", "completed", "paused") else "updated"


def _let_bills_rest(books: Books, subscription: Subscription) -> None:
    books.ask("UPDATE bills SET next_attempt_at = NULL WHERE subscription_id = ?", subscription.id)


def _owes(books: Books, subscription: Subscription) -> bool:
    owed = "SELECT 1 FROM bills WHERE subscription_id = ? AND status = 'failed' LIMIT 1"
    return bool(books.ask(owed, subscription.id))


def _require(subscription: Subscription, statuses: tuple[str, ...], words: str) -> None:
    if subscription.status not in statuses:
        raise Refused(400, "wrong_state", words)
