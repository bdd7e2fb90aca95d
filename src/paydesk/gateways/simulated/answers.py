"""What the company's objects are in our words. Most fields have our names; what differs is a table, or written out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from paydesk.gateways import records
from paydesk.gateways.method_setup import FinishedSetup, MethodSetup
from paydesk.gateways.records import Outcome, Verdict
from paydesk.gateways.simulated.declines import decline_for
from paydesk.gateways.simulated.requests import Answer
from paydesk.kit.money import Money

Record = TypeVar("Record")

#: A charge that was prepared and not confirmed has been seen by no bank.
_VERDICTS = {
    "prepared": Verdict.NEVER_SEEN,
    "needs_customer": Verdict.NEEDS_CUSTOMER,
    "pending": Verdict.PENDING,
    "succeeded": Verdict.SUCCEEDED,
    "declined": Verdict.DECLINED,
    "canceled": Verdict.DECLINED,
}
#: What the company calls otherwise than we do.
_THEIRS = {
    "reference": "id",
    "customer_reference": "customer",
    "subscription_reference": "subscription",
    "charge_reference": "charge",
    "method_reference": "method",
    "state": "status",
    "is_default": "default",
    "is_deleted": "deleted",
}
_PARTS = {"lines": records.LineRecord, "discounts": records.LineRecord, "taxes": records.TaxRecord}
#: Of several charges with one tag, the first of these matters: money that moved, or may still move.
_RANKS = ("succeeded", "pending", "needs_customer", "declined", "canceled", "prepared")


def to_setup(answer: Answer) -> MethodSetup:
    return MethodSetup(reference=answer["id"], page_url=answer["page_url"])


def to_finished_setup(answer: Answer) -> FinishedSetup:
    method = answer["method"]
    return FinishedSetup(method=to_method(method) if method else None, refusal=answer["refusal"])


def to_subscription(answer: Answer) -> records.SubscriptionRecord:
    """Translate a subscription. One that pauses or is about to end has no next payment."""
    stops = answer["status"] == "paused" or answer["cancels_at"] == answer["next_payment_at"]
    following = None if stops else _moment(answer["next_payment_at"])
    return _record(
        records.SubscriptionRecord,
        answer,
        state=records.SubscriptionState(answer["status"]),
        next_payment_at=following,
        next_amount=Money(answer["coming_minor"], answer["currency"]) if following else None,
        lines=_parts(answer, "lines") if len(answer["lines"]) > 1 else (),
    )


def to_outcome(answer: Answer) -> Outcome:
    status, method = answer["status"], answer["method"]
    code = "canceled" if status == "canceled" else answer["decline_code"]
    no = decline_for(code, retry_not_before=_moment(answer["retry_not_before"]))
    return _record(
        Outcome,
        answer,
        verdict=_VERDICTS[status],
        decline=no if status in ("declined", "canceled") else None,
        wait_until=_moment(answer["settles_at"]),
        method=to_method(method) if method else None,
        occurred_at=_moment(answer["finished_at"]),
    )


def to_outcome_of_rows(answer: Answer) -> Outcome:
    """Translate the list of charges with one tag; an empty one means that the company never got the ask."""
    charges: Sequence[Answer] = sorted(answer["rows"], key=lambda charge: _RANKS.index(charge["status"]))
    return to_outcome(charges[0]) if charges else Outcome(verdict=Verdict.NEVER_SEEN)


def to_attempt(answer: Answer) -> records.AttemptRecord:
    return _record(records.AttemptRecord, answer, outcome=to_outcome(answer))


def to_collectible(answer: Answer) -> records.CollectibleRecord:
    """Translate a bill, or a charge without one, whole."""
    settled_by = answer["settled_by"]
    return _record(
        records.CollectibleRecord,
        answer,
        state=records.CollectibleState(answer["status"]),
        settled_by=records.SettledBy("attempt" if settled_by == "charge" else settled_by)
        if settled_by
        else None,
        **{name: _parts(answer, name) for name in _PARTS},
        billing=records.BillingDetails(**answer["billing"]) if answer["billing"] else None,
        attempts=list(map(to_attempt, answer["charges"])),
        refunds=list(map(to_refund, answer["refunds"])),
        disputes=list(map(to_dispute, answer["disputes"])),
    )


def _parts(answer: Answer, name: str) -> list[Any]:
    return [_record(_PARTS[name], {**part, "currency": answer["currency"]}) for part in answer[name]]


def _record(kind: type[Record], answer: Answer, **named: Any) -> Record:
    """Make a record: what is named, and every field that the company has; `..._minor` is money."""
    for field in fields(kind):  # type: ignore[arg-type]  # every record is a dataclass
        value = answer.get(_THEIRS.get(field.name, field.name))
        if (minor := answer.get(f"{field.name}_minor")) is not None:
            named[field.name] = Money(minor, answer["currency"])
        elif field.name not in named and value is not None:
            named[field.name] = _moment(value) if field.name.endswith("_at") else value
    return kind(**named)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


to_customer = partial(_record, records.CustomerRecord)
to_method = partial(_record, records.MethodRecord)
to_refund = partial(_record, records.RefundRecord)
to_dispute = partial(_record, records.DisputeRecord)
