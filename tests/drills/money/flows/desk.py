"""What is done at the customer's desk, as flows: pay off, pay several, end, move, skip, pause; and staff refund."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from paydesk.billing.arrangements.changes.cancel_agreement import cancel_agreement
from paydesk.billing.arrangements.changes.change import ChangeRefused
from paydesk.billing.arrangements.changes.move_payment import move_payment
from paydesk.billing.arrangements.changes.pause_agreement import pause_agreement
from paydesk.billing.arrangements.changes.skip_payment import skip_payment
from paydesk.billing.arrangements.pay_together import pay_quote
from paydesk.billing.arrangements.quotes import quote_pay_off, quote_several
from paydesk.billing.payments.models import Attempt, Payment, Refund
from paydesk.billing.payments.refunds.refund import RefundRefused, refund_payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.find import merchant_by_id
from tests.drills.money.flows.flow import Flow, Stage, ends
from tests.drills.money.work import work_until_idle

#: What says in words that nothing was done: whoever reads it goes.
REFUSED = (RetryRefused, ChangeRefused, RefundRefused)
_OPEN = (Payment.State.SCHEDULED, Payment.State.DUE, Payment.State.FAILED)
_DONE = {Payment.State.PAID.value, Payment.State.COVERED.value}
_ENGINE = Attempt.AskedBy.ENGINE


def start_plan(stage: Stage) -> None:
    """Start a plan of three payments with a fee, the first in two days."""
    stage.scene.start_plan(price=9000, count=3, fee=Money(300, "EUR"), first_day=_day(stage, 2))


def start_later(stage: Stage) -> None:
    """Start a subscription whose first payment is due in two days."""
    stage.scene.start(first_day=_day(stage, 2))


def pay_off(stage: Stage) -> None:
    """Ask what all that remains comes to, and pay it."""
    _unless_refused(lambda: _pay(stage, quote_pay_off(**_who(stage), now=clock.wall_now())))


def pay_several(stage: Stage) -> None:
    """Pay the next two of what is open with one charge."""
    is_next = [one for one in stage.scene.payments() if one.position and one.state in _OPEN][:2]
    given = _who(stage) | {"payment_public_ids": [one.public_id for one in is_next]}
    del given["subscription_public_id"]
    _unless_refused(lambda: _pay(stage, quote_several(**given, now=clock.wall_now())))


def _pay(stage: Stage, quote: Any) -> None:
    given = {name: value for name, value in _who(stage).items() if name != "subscription_public_id"}
    pay_quote(
        **given, quote_public_id=quote.public_id, method_public_id="", return_url="", now=clock.wall_now()
    )


def cancel(stage: Stage) -> None:
    """End the agreement now, and note which attempts there were then: no other may come (I08)."""
    _unless_refused(lambda: _cancel(stage))


def _cancel(stage: Stage) -> None:
    cancel_agreement(**_who(stage), when="now", now=clock.wall_now())
    attempts = Attempt.objects.filter(merchant_id=stage.scene.merchant.id, asked_by=_ENGINE)
    stage.note("ended", sorted(attempts.values_list("id", flat=True)))


def move(stage: Stage) -> None:
    """Move the first payment by two days."""
    given = _payment(stage) | {"to": stage.facts["moved_to"]}
    _unless_refused(lambda: move_payment(**given, now=clock.wall_now()))


def skip(stage: Stage) -> None:
    """Skip the first payment."""
    _unless_refused(lambda: skip_payment(**_payment(stage), now=clock.wall_now()))


def pause(stage: Stage) -> None:
    """Let the agreement pause for three days: what was to come in two is put off by an interval."""
    given = _who(stage) | {"until": stage.facts["paused_until"]}
    _unless_refused(lambda: pause_agreement(**given, now=clock.wall_now()))


def refund(stage: Stage) -> None:
    """Refund a part as staff, unless that was done."""
    if not Refund.objects.filter(merchant_id=stage.scene.merchant.id).exclude(state="failed").exists():
        _unless_refused(
            lambda: refund_payment(
                merchant=merchant_by_id(stage.scene.merchant.id),
                payment_public_id=stage.scene.payments()[0].public_id,
                amount_minor=1000,
                asked_by="grace",
                now=clock.wall_now(),
            )
        )


def _unless_refused(act: Callable[[], object]) -> None:
    try:
        act()
    except REFUSED:
        return


def _who(stage: Stage) -> dict[str, Any]:
    agreement = stage.scene.agreement()
    return {
        "merchant": merchant_by_id(stage.scene.merchant.id),
        "customer_id": agreement.customer_id or 0,
        "subscription_public_id": agreement.public_id,
    }


def _payment(stage: Stage) -> dict[str, Any]:
    first = stage.scene.payments()[0]
    return {
        "merchant": merchant_by_id(stage.scene.merchant.id),
        "customer_id": first.customer_id or 0,
        "payment_public_id": first.public_id,
    }


def _day(stage: Stage, count: int) -> date:
    return stage.scene.today() + timedelta(days=count)


def _pay_several_if_none(stage: Stage) -> None:
    """Come back to do it, unless two payments were made or are on their way."""
    if sum(one.position is not None and one.state in _OPEN for one in stage.scene.payments()) > 1:
        pay_several(stage)


def _start_to_move(stage: Stage) -> None:
    start_later(stage)
    stage.facts["moved_to"] = _day(stage, 4)


def _start_to_pause(stage: Stage) -> None:
    start_later(stage)
    stage.facts["paused_until"] = _day(stage, 3)


def _start_and_pay(stage: Stage) -> None:
    stage.scene.start()
    work_until_idle()


def _is_paid_off(stage: Stage) -> list[str]:
    left = [one.state for one in stage.scene.payments() if one.position and one.state not in _DONE]
    agreement = stage.scene.agreement()
    wrong = [f"of the plan is left: {left}"] if left else []
    return wrong if agreement.state == "completed" else [*wrong, f"the plan is {agreement.state}"]


def _two_at_least(stage: Stage) -> list[str]:
    done = [one for one in stage.scene.payments() if one.position and one.state in _DONE]
    return [] if len(done) >= 2 else [f"only {len(done)} payments were made"]


def _is_ended(stage: Stage) -> list[str]:
    agreement = stage.scene.agreement()
    wrong = [] if agreement.state == "canceled" else [f"the agreement is {agreement.state}"]
    return [*wrong, *after_the_end(stage)]


def after_the_end(stage: Stage) -> list[str]:
    """Say which attempts the charge run opened after the agreement had ended (I08)."""
    before = stage.noted("ended")
    if before is None:
        return []
    since = Attempt.objects.filter(merchant_id=stage.scene.merchant.id, asked_by=_ENGINE).exclude(
        id__in=before
    )
    return [f"I08 attempt {one.public_id} was opened after the agreement had ended" for one in since]


def _gone_back_once(stage: Stage) -> list[str]:
    back = [row["amount_minor"] for row in stage.scene.account.journal() if row["kind"] == "refund"]
    rows = list(
        Refund.objects.filter(merchant_id=stage.scene.merchant.id).values_list("state", "amount_minor")
    )
    settled = [row for row in rows if row[0] != "failed"]
    wrong = [] if back == [-1000] else [f"the company gave back {back}"]
    return wrong if settled == [("succeeded", 1000)] else [*wrong, f"the refunds are {rows}"]


DESK = [
    Flow(
        name="pay-off",
        prepare=start_plan,
        act=pay_off,
        come_back=pay_off,
        comes_back_twice=True,
        expect=_is_paid_off,
        days=3,
    ),
    Flow(
        name="several",
        prepare=start_plan,
        act=pay_several,
        come_back=_pay_several_if_none,
        comes_back_twice=True,
        expect=_two_at_least,
        days=3,
    ),
    Flow(name="cancel", prepare=start_later, act=cancel, come_back=cancel, expect=_is_ended, days=3),
    Flow(
        name="move",
        prepare=_start_to_move,
        act=move,
        come_back=move,
        expect=ends("paid", "scheduled", minor=(3000,)),
        days=5,
    ),
    Flow(
        name="skip",
        prepare=start_later,
        act=skip,
        come_back=skip,
        expect=ends("skipped", "scheduled", minor=()),
        days=3,
    ),
    Flow(
        name="pause",
        prepare=_start_to_pause,
        act=pause,
        come_back=pause,
        expect=ends("scheduled", minor=()),
        days=4,
    ),
    Flow(
        name="staff-refund",
        prepare=_start_and_pay,
        act=refund,
        come_back=refund,
        comes_back_twice=True,
        expect=_gone_back_once,
    ),
]
