"""Subscriptions v1: plans, subscriptions, their transactions, and what a merchant may do to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tests.doubles.paypal.amounts import Amount, amount_of
from tests.doubles.paypal.billing import (
    Plan,
    Subscription,
    Transaction,
    advance,
    after_pause,
    collect,
    suspend_for_failures,
)
from tests.doubles.paypal.state import Account, Answer, Call, Json, Refusal, moment_of, unknown, written

#: PayPal names no size; at 20 a page a gateway that reads only the first page is found out.
_PAGE = 10
_OUTSTANDING_STATES = ("ACTIVE", "SUSPENDED", "EXPIRED")


def get_plan(call: Call) -> Answer:
    plan = call.account.plans.get(call.id)
    if not plan:
        raise unknown()
    return Answer(body=shown_plan(plan) | {"links": [call.link("self", f"/v1/billing/plans/{plan.id}")]})


def list_subscriptions(call: Call) -> Answer:
    """List them newest first, in short: the file lacks this operation, and what is billed is read one by one."""
    for one in call.account.subscriptions.values():
        advance(call.account, one)
    found = [one for one in reversed(call.account.subscriptions.values()) if _matches(one, call.query)]
    size, page = call.query.get("page_size", _PAGE), call.query.get("page", 1)
    here = found[(page - 1) * size : page * size]
    rest = "".join(f"&{name}={call.query[name]}" for name in ("plan_ids", "statuses") if name in call.query)
    path = f"/v1/billing/subscriptions?page_size={size}{rest}"
    links = [call.link("self", f"{path}&page={page}")]
    if page * size < len(found):
        links.append(call.link("next", f"{path}&page={page + 1}"))
    return Answer(body={"subscriptions": [_shown_in_short(call, one) for one in here], "links": links})


def get_subscription(call: Call) -> Answer:
    subscription = _found(call)
    fields = call.query.get("fields", "").split(",")
    if strange := set(fields) - {"", "last_failed_payment", "plan"}:
        raise Refusal(400, "INVALID_PARAMETER_VALUE", f"fields: {sorted(strange)}")
    body = _shown_in_short(call, subscription) | {"billing_info": _billing_info(subscription, fields)}
    if "plan" in fields:
        # As in PayPal's own example, the plan inside of a subscription has no id of its product.
        body["plan"] = shown_plan(subscription.plan)
    return Answer(body=body)


def list_transactions(call: Call) -> Answer:
    subscription = _found(call)
    start, end = moment_of(call.query["start_time"]), moment_of(call.query["end_time"])
    if start > end:
        raise Refusal(400, "INVALID_PARAMETER_VALUE", "start_time is after end_time")
    found = [one for one in reversed(subscription.transactions) if start <= one.at <= end]
    links = [call.link("self", f"/v1/billing/subscriptions/{subscription.id}/transactions")]
    return Answer(
        body={"transactions": [_shown_transaction(subscription, one) for one in found], "links": links}
    )


def suspend(call: Call) -> Answer:
    subscription = _found(call)
    _expect_state(subscription, "suspend", "ACTIVE")
    return _moved(call, subscription, "SUSPENDED", "BILLING.SUBSCRIPTION.SUSPENDED")


def activate(call: Call) -> Answer:
    subscription = _found(call)
    _expect_state(subscription, "activate", "SUSPENDED")
    threshold = subscription.plan.threshold
    if threshold and subscription.failures >= threshold:
        words = "Subscription cannot be activated after payment failure threshold has reached."
        raise Refusal(422, "SUBSCRIPTION_CANNOT_BE_ACTIVATED", words)
    after_pause(subscription, call.now)
    return _moved(call, subscription, "ACTIVE", "BILLING.SUBSCRIPTION.RE-ACTIVATED")


def cancel(call: Call) -> Answer:
    subscription = _found(call)
    _expect_state(subscription, "cancel", "ACTIVE", "SUSPENDED")
    subscription.next_billing, subscription.due = None, None
    return _moved(call, subscription, "CANCELLED", "BILLING.SUBSCRIPTION.CANCELLED")


def capture(call: Call) -> Answer:
    """Take what is outstanding, or a part of it; a payer who cannot pay makes a transaction that is DECLINED."""
    subscription = _found(call)
    _expect_state(subscription, "capture", *_OUTSTANDING_STATES)
    amount = amount_of(call.body["amount"])
    if amount.currency != subscription.outstanding.currency:
        raise Refusal(422, "CURRENCY_MISMATCH", "The currency code is different from the subscription's.")
    if subscription.outstanding.minor <= 0:
        raise Refusal(
            422, "ZERO_OUTSTANDING_BALANCE", "Current outstanding balance should be greater than zero."
        )
    if amount.minor > subscription.outstanding.minor:
        words = "The capture amount can not be greater than the current outstanding balance."
        raise Refusal(422, "AMOUNT_GREATER_THAN_OUTSTANDING_BALANCE", words)
    if subscription.funding.startswith("refused:"):
        raise Refusal(422, subscription.funding.removeprefix("refused:"))
    made = collect(
        call.account, subscription, amount, call.now, paid=subscription.funding in ("good", "pending")
    )
    if subscription.funding == "pending":
        made.pending = True
        call.account.moves[-1] = replace(call.account.moves[-1], kind="pending")
    if made.paid:
        settle(subscription, amount)
    return Answer(
        body=_shown_transaction(subscription, made), again=lambda: _shown_transaction(subscription, made)
    )


def settle(subscription: Subscription, amount: Amount) -> None:
    """Take a payment off what is outstanding, and off the payment that PayPal still tries to collect with it."""
    subscription.outstanding -= amount
    subscription.failures = 0
    if due := subscription.due:
        due.amount -= _smaller(amount, due.amount - subscription.price)


def _smaller(one: Amount, other: Amount) -> Amount:
    return one if one.minor < other.minor else other


def patch(call: Call) -> Answer:
    """Set what may be changed without the payer: what is outstanding, and the merchant's own id."""
    subscription = _found(call)
    _expect_state(subscription, "update", "ACTIVE", "SUSPENDED")
    for change in call.body:
        if change["op"] == "replace" and change["path"] == "/billing_info/outstanding_balance":
            value = change["value"]
            minor = 0 if not value["value"].strip("0.") else amount_of(value).minor
            subscription.outstanding = Amount(minor=minor, currency=subscription.outstanding.currency)
        elif change["op"] in ("add", "replace") and change["path"] == "/custom_id":
            subscription.custom_id = change["value"]
        else:
            raise Refusal(422, "INVALID_PATCH_PATH", f"{change['op']} {change.get('path')}")
    subscription.updated = call.now
    return Answer(status=204)


def shown_plan(plan: Plan) -> Json:
    cycle = {
        "frequency": {"interval_unit": plan.unit, "interval_count": plan.count},
        "tenure_type": "REGULAR",
        "sequence": 1,
        "total_cycles": plan.total_cycles,
        "pricing_scheme": {"fixed_price": plan.price.shown(), "version": 1},
    }
    return {
        "id": plan.id,
        "product_id": plan.product_id,
        "name": plan.name,
        "status": "ACTIVE",
        "billing_cycles": [cycle],
        "payment_preferences": {
            "auto_bill_outstanding": plan.auto_bill,
            "payment_failure_threshold": plan.threshold,
        },
        "quantity_supported": True,
        "create_time": written(plan.created),
        "update_time": written(plan.created),
    }


def _found(call: Call) -> Subscription:
    subscription = call.account.subscriptions.get(call.id)
    if not subscription:
        raise unknown()
    advance(call.account, subscription)
    return subscription


def _expect_state(subscription: Subscription, action: str, *states: str) -> None:
    if subscription.status not in states:
        wanted = " or ".join(states).lower()
        words = f"Invalid subscription status for {action} action; subscription status should be {wanted}."
        raise Refusal(422, "SUBSCRIPTION_STATUS_INVALID", words)


def _moved(call: Call, subscription: Subscription, status: str, event: str) -> Answer:
    subscription.move_to(status, call.now, (call.body or {}).get("reason", ""))
    account: Account = call.account
    account.happened(event, "subscription", _shown_in_short(call, subscription), at=call.now)
    if status == "ACTIVE":
        suspend_for_failures(account, subscription, call.now)
    return Answer(status=204)


def _matches(subscription: Subscription, query: Json) -> bool:
    within = (
        ("created_after", "created_before", subscription.created),
        ("status_updated_after", "status_updated_before", subscription.status_at),
    )
    statuses, plans = query.get("statuses"), query.get("plan_ids")
    return (
        (not statuses or subscription.status in statuses.split(","))
        and (not plans or subscription.plan.id in plans.split(","))
        and all(_is_between(query, after, before, at) for after, before, at in within)
    )


def _is_between(query: Json, after: str, before: str, at: datetime) -> bool:
    too_early = after in query and at < moment_of(query[after])
    return not too_early and not (before in query and at > moment_of(query[before]))


def _shown_in_short(call: Call, subscription: Subscription) -> Json:
    given, _, surname = subscription.name.partition(" ")
    shown = {
        "id": subscription.id,
        "plan_id": subscription.plan.id,
        "status": subscription.status,
        "status_update_time": written(subscription.status_at),
        "start_time": written(subscription.started),
        "quantity": str(subscription.quantity),
        "subscriber": {
            "email_address": subscription.email,
            "payer_id": subscription.payer_id,
            "name": {"given_name": given} | ({"surname": surname} if surname else {}),
        },
        "create_time": written(subscription.created),
        "update_time": written(subscription.updated),
        "plan_overridden": False,
        "links": [call.link("self", f"/v1/billing/subscriptions/{subscription.id}")],
    }
    more = {"status_change_note": subscription.note, "custom_id": subscription.custom_id}
    return shown | {name: value for name, value in more.items() if value}


def _billing_info(subscription: Subscription, fields: list[str]) -> Json:
    total = subscription.plan.total_cycles
    execution = {
        "tenure_type": "REGULAR",
        "sequence": 1,
        "cycles_completed": subscription.cycles,
        "cycles_remaining": max(0, total - subscription.cycles),
        "current_pricing_scheme_version": 1,
        "total_cycles": total,
    }
    shown: Json = {
        "outstanding_balance": subscription.outstanding.shown(),
        "cycle_executions": [execution],
        "failed_payments_count": subscription.failures,
    }
    paid = [one for one in subscription.transactions if one.paid]
    if paid:
        shown["last_payment"] = {"amount": paid[-1].amount.shown(), "time": written(paid[-1].at)}
    if subscription.next_billing:
        shown["next_billing_time"] = written(subscription.next_billing)
    failed = subscription.last_failed
    if failed and "last_failed_payment" in fields:
        shown["last_failed_payment"] = {
            "amount": failed.amount.shown(),
            "time": written(failed.at),
            "reason_code": "PAYMENT_DENIED",
        }
        if subscription.due:
            shown["last_failed_payment"]["next_payment_retry_time"] = written(subscription.due.again_at)
    return shown


def _shown_transaction(subscription: Subscription, transaction: Transaction) -> Json:
    given, _, surname = subscription.name.partition(" ")
    fee = transaction.amount * 0
    return {
        "id": transaction.id,
        "status": transaction.status,
        "amount_with_breakdown": {
            "gross_amount": transaction.amount.shown(),
            "fee_amount": fee.shown(),
            "net_amount": (transaction.amount - fee).shown(),
        },
        "payer_name": {"given_name": given, "surname": surname},
        "payer_email": subscription.email,
        "time": written(transaction.at),
    }
