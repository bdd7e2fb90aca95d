"""Say how a move stands, in the reader's language: what has happened, when, and what is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.payments.models import Payment
from paydesk.kit.clock import local_date
from paydesk.merchants.find import MerchantInSight
from paydesk.portal.words.dates import day

State = Move.State
Why = Move.Why


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of a move; without `when` it is still to come. `mark` is a shape, `tone` a meaning."""

    words: str
    mark: str
    tone: str
    when: datetime | None = None


def title_of(move: Move, merchant: MerchantInSight) -> str:
    """Give what stands above the page."""
    if move.state == State.WAITING:
        acts_on = local_date(move.acts_at, zone=merchant.time_zone)
        return _("It is moved on %(day)s") % {"day": day(acts_on)}
    if move.state == State.DONE:
        return _("It is moved, and the first payment is open") if move.why else _("It is moved")
    return {
        State.UNDONE.value: _("It stays as it is"),
        State.DROPPED.value: _("It was not moved"),
        State.RELEASING.value: _("It is not moved, and goes on as before"),
    }.get(move.state, _("It is being moved"))


def reason_of(move: Move, company: str) -> str:
    """Say why it came to nothing; empty when it did not."""
    said = {"company": company}
    words = {
        Why.DECLINED.value: _("The first payment was declined. Nothing was charged."),
        Why.COLLECTED.value: _("%(company)s had collected the payment already, each time that we tried.")
        % said,
        Why.NOT_FENCED.value: _("%(company)s could not be held in time, each time that we tried.") % said,
        Why.NO_ANSWER.value: _("The first payment could not be made in time. Nothing was charged."),
        Why.ENDED.value: _("It was ended meanwhile."),
        Why.METHOD_GONE.value: _("The payment method was taken off meanwhile."),
        Why.CLOSED.value: _("One of the two companies is not connected here any more."),
        Why.TAKEN_BACK.value: _("You took it back. Nothing was charged."),
    }
    return words.get(move.why, "")


def steps_of(move: Move, company: str, first: Payment | None) -> Sequence[Step]:
    """List what has happened and what is to come, in order. `first`: the payment on which it depends."""
    begun = Step(words=_("You asked for it."), mark="mail", tone="quiet", when=move.created_at)
    if move.target_id is None:
        return [begun]
    held = Step(
        words=_("%(company)s collects nothing for it meanwhile.") % {"company": company},
        mark="pause",
        tone="quiet",
        when=move.fenced_at,
    )
    paid = _first_payment(move, first)
    ended = Step(
        words=_("It has ended at %(company)s.") % {"company": company}
        if move.ended_at
        else _("It ends at %(company)s.") % {"company": company},
        mark="tick" if move.ended_at else "clock",
        tone="success" if move.ended_at else "quiet",
        when=move.ended_at,
    )
    if move.state in (State.UNDONE, State.DROPPED, State.RELEASING):
        return [begun, *([held] if move.fenced_at else []), *_given_back(move, company)]
    return [begun, held, paid, ended]


def is_checking(first: Payment | None) -> bool:
    """Say whether the first payment is on its way."""
    return first is not None and first.state == Payment.State.PROCESSING


def _given_back(move: Move, company: str) -> Sequence[Step]:
    if move.state == State.RELEASING or move.released_at:
        words = _("It goes on at %(company)s.") if move.released_at else _("%(company)s lets it go on.")
        mark, tone = ("tick", "success") if move.released_at else ("clock", "quiet")
        return [Step(words=words % {"company": company}, mark=mark, tone=tone, when=move.released_at)]
    return []


def _first_payment(move: Move, first: Payment | None) -> Step:
    made = _("The first payment is made.")
    if move.paid_at:
        return Step(words=made, mark="tick", tone="success", when=move.paid_at)
    if is_checking(first):
        words = _("We are checking with your bank. You do not need to pay again; we will write when we know.")
        return Step(words=words, mark="half", tone="warning")
    if move.why == Why.DECLINED:
        return Step(words=_("The first payment was declined. It is open."), mark="cross", tone="danger")
    words = made if move.state == State.ENDING else _("The first payment is charged.")
    return Step(words=words, mark="clock", tone="quiet")
