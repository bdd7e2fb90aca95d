"""Judge a run: our books against the company's own, and every promise that the rows make (I01 to I20)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
from paydesk.billing.payments.models import Attempt, DueCharge, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.events.models import Event
from tests.drills.simulation.company.objects import Charge
from tests.drills.simulation.judging.cards import judge_cards
from tests.drills.simulation.judging.days import judge_days
from tests.drills.simulation.judging.doubts import is_changed_and_found_again, is_given_back_again, is_told_of
from tests.drills.simulation.judging.names import name
from tests.drills.simulation.judging.refunds import judge_refunds
from tests.drills.simulation.world import World

#: Kind, reference, minor units, currency.
_Move = tuple[str, str, int, str]
_RUNNING = ("active", "trialing", "past_due")
_OVER = {"paid", "failed", "skipped", "canceled", "written_off"}


@dataclass(kw_only=True)
class Books:
    """Everything of the merchant, read once."""

    world: World
    payments: dict[int, Payment]
    attempts: list[Attempt]
    agreements: dict[int, Subscription]
    charges: dict[str, Charge]
    #: A calm day is over: whatever happened at the company has been heard of.
    is_all_heard: bool

    def of(self, payment: Payment) -> list[Payment]:
        """Give what a payment stands for: itself, or what it covers."""
        if payment.position is not None:
            return [payment]
        return [one for one in self.payments.values() if one.covered_by_id == payment.id]


def judge(world: World) -> None:
    """Write every promise that is broken after a calm day into the world."""
    at_last = (_company_complains, _whole, _stands, _ledger, judge_refunds, _settled)
    _ask(world, (*at_last, *_AT_ANY_MOMENT), is_all_heard=True)


def judge_now(world: World) -> None:
    """The same of those that hold at any moment, whatever is under way."""
    _ask(world, (_nothing_made_up, *_AT_ANY_MOMENT), is_all_heard=False)


def _ask(world: World, rules: Sequence[Callable[[Books], Iterator[str]]], *, is_all_heard: bool) -> None:
    mine = {"merchant_id": world.rows.merchant_id}
    books = Books(
        world=world,
        payments={row.id: row for row in Payment.objects.filter(**mine)},
        attempts=list(Attempt.objects.filter(**mine)),
        agreements={row.id: row for row in Subscription.objects.filter(**mine)},
        charges={one.reference: one for one in world.company.moved()},
        is_all_heard=is_all_heard,
    )
    for rule in rules:
        world.violations.extend(f"{rule.__name__.strip('_')}: {words}" for words in rule(books))


def _once(books: Books) -> Iterator[str]:
    """I01: what is owed once is captured once, by itself or by what covers it."""
    captured: Counter[int] = Counter()
    for charge in books.charges.values():
        payment = _payment_of(books, charge)
        if payment is None:
            continue
        captured.update(one.id for one in books.of(payment))
    for payment_id, count in captured.items():
        if count > 1 and not is_told_of(books, books.payments[payment_id]):
            yield f"{name(books.payments[payment_id])} was captured {count} times"


def _payment_of(books: Books, charge: Charge) -> Payment | None:
    """Find it by the mark, which the company has from us."""
    found = [one.payment_id for one in books.attempts if one.public_id == charge.tag]
    return books.payments[found[0]] if found else None


def _whole(books: Books) -> Iterator[str]:
    """I02, I05: each capture is the one of an attempt that says so, of the amount that was owed."""
    by_reference = {one.reference: one for one in books.attempts if one.reference}
    for charge in books.charges.values():
        if _payment_of(books, charge) is None:
            yield f"{charge.reference} took {charge.minor} for a payment that is not known"
        attempt = by_reference.get(charge.reference)
        if attempt is None or attempt.state != "succeeded":
            yield f"{charge.reference} took money, and its attempt is {attempt.state if attempt else 'missing'}"
            continue
        payment = books.payments[attempt.payment_id]
        if (charge.minor, charge.currency) != (payment.amount_minor, payment.currency):
            yield f"{charge.reference} took {charge.minor} {charge.currency} for {name(payment)}"
        if payment.state != "paid" and not (payment.state == "covered" and is_told_of(books, payment)):
            yield f"{name(payment)} was captured and is {payment.state}"
    for attempt in books.attempts:
        if attempt.state == "succeeded" and attempt.reference not in books.charges:
            yield f"an attempt at {name(books.payments[attempt.payment_id])} succeeded without a charge"


def _stands(books: Books) -> Iterator[str]:
    """What is paid is paid whole, and what is held is held by something that is under way or paid."""
    for payment in books.payments.values():
        covering = books.payments.get(payment.covered_by_id or 0)
        if (
            payment.state == "paid"
            and payment.paid_minor != payment.amount_minor
            and not is_told_of(books, payment)
        ):
            yield f"{name(payment)} is paid with {payment.paid_minor} of {payment.amount_minor}"
        if covering is not None and covering.state not in ("paid", "processing"):
            yield f"{name(payment)} is held by a payment that is {covering.state}"


def _ledger(books: Books) -> Iterator[str]:
    """I02, I03: an entry a capture, refund and dispute, and no entry more."""
    found, wanted = _entries(books.world), Counter(_moves(books.world))
    for kind, reference, minor, currency in list(wanted):
        # One that failed before anybody read it took nothing: both entries are there, or none.
        if kind == "refund_reversal" and not found["refund", reference, minor, currency]:
            del wanted["refund", reference, minor, currency], wanted[kind, reference, minor, currency]
    for missing in wanted - found:
        yield f"the books miss {missing}"
    for surplus in found - wanted:
        yield f"the books have {surplus}, and the company has not"


def _nothing_made_up(books: Books) -> Iterator[str]:
    """The books may be late, but have nothing that the company has not."""
    for surplus in _entries(books.world) - Counter(_moves(books.world)):
        yield f"the books have {surplus}, and the company has not"


def _entries(world: World) -> Counter[_Move]:
    """Count the entries of the ledger; one that does not add up (I04) is none of the company's movements."""
    mine = {"merchant_id": world.rows.merchant_id}
    lines: dict[int, list[LedgerLine]] = defaultdict(list)
    for line in LedgerLine.objects.filter(**mine):
        lines[line.entry_id].append(line)
    found: Counter[_Move] = Counter()
    for entry in LedgerEntry.objects.filter(**mine):
        sides = [(line.amount_minor, line.currency) for line in lines[entry.id]]
        minor, currency = max(sides)
        adds_up = sorted(sides) == [(-minor, currency), (minor, currency)]
        found[entry.kind if adds_up else "unbalanced", entry.reference, minor, currency] += 1
    return found


def _moves(world: World) -> Iterator[_Move]:
    """List every movement of the company's journal."""
    for charge in world.company.moved():
        yield ("charge", charge.reference, charge.minor, charge.currency)
        for refund in charge.refunds:
            yield ("refund", refund.reference, refund.minor, charge.currency)
            if refund.state == "failed":
                yield ("refund_reversal", refund.reference, refund.minor, charge.currency)
        for dispute in charge.disputes:
            yield ("dispute", dispute.reference, dispute.minor, charge.currency)
            if dispute.state == "won":
                yield ("reversal", dispute.reference, dispute.minor, charge.currency)


def _company_complains(books: Books) -> Iterator[str]:
    """What the company itself finds wrong with how it was asked."""
    yield from books.world.company.complaints
    yield from books.world.network.complaints


def _settled(books: Books) -> Iterator[str]:
    """I19: nothing is open after a calm day, and what was due was charged, or a bank said no."""
    world = books.world
    for attempt in books.attempts:
        if _is_open(attempt) and attempt.created_at < world.clock.now - timedelta(hours=23):
            yield f"an attempt at {name(books.payments[attempt.payment_id])} is still {attempt.state}"
    with_open = {one.payment_id for one in books.attempts if one.state in Attempt.OPEN}
    said_no = {
        one.tag
        for one in world.company.charges.values()
        if one.status in ("declined", "canceled") or one.took_all_the_same
    }
    declined = {
        one.payment_id
        for one in books.attempts
        if one.state == "declined" and (one.public_id in said_no or one.decline_code == "no_method_on_file")
    }
    for payment in books.payments.values():
        is_running = payment.subscription_id is None or (
            books.agreements[payment.subscription_id].state in ("active", "trialing", "past_due", "completed")
        )
        is_due = payment.due_at <= world.clock.now
        if is_due and is_running and payment.state in ("scheduled", "due"):
            yield f"{name(payment)} was due on {payment.due_date} and is {payment.state}"
        if payment.state == "processing" and payment.id not in with_open:
            yield f"{name(payment)} is on its way by no attempt"
        if payment.state == "failed" and payment.id not in declined:
            yield f"{name(payment)} failed, and nobody said no"
        doubts = (is_told_of, is_changed_and_found_again, is_given_back_again)
        is_doubtful = any(doubt(books, payment) for doubt in doubts)
        if payment.contradicted_at is not None and not is_doubtful:
            yield f"{name(payment)} is contradicted"


def _is_open(attempt: Attempt) -> bool:
    """Say whether it is ours and has no answer; what another made at the company is for that one to look after."""
    return attempt.origin == Attempt.Origin.PAYDESK and attempt.state in Attempt.OPEN


def _queued(books: Books) -> Iterator[str]:
    """I09: whatever is open is looked at by itself, and nothing was given up."""
    mine = {"merchant_id": books.world.rows.merchant_id}
    for attempt in books.attempts:
        if _is_open(attempt) and (attempt.due_at is None or attempt.dead_at is not None):
            yield f"nobody looks at an open attempt at {name(books.payments[attempt.payment_id])}"
    queued = {
        row.payment_id for row in DueCharge.objects.filter(due_at__isnull=False, dead_at__isnull=True, **mine)
    }
    for payment in books.payments.values():
        agreement = books.agreements.get(payment.subscription_id or 0)
        # What is to come of an agreement that is about to end waits for nobody's undoing that.
        goes_on = agreement is not None and agreement.state in _RUNNING and agreement.cancels_at is None
        if payment.state in ("scheduled", "due") and goes_on and payment.id not in queued:
            yield f"{name(payment)} is {payment.state}, and is not in the charge run"
        if payment.state in _OVER and payment.id in queued:
            yield f"{name(payment)} is {payment.state}, and is in the charge run"


def _sums(books: Books) -> Iterator[str]:
    """I16: a plan's payments are its total, and what an agreement says that was paid was paid."""
    for agreement in books.agreements.values():
        rows = [
            one for one in books.payments.values() if one.subscription_id == agreement.id and one.position
        ]
        paid = [one for one in rows if one.state == "paid" or _is_covered_and_paid(books, one)]
        paid_minor = sum(one.amount_minor for one in paid) - agreement.waived_minor
        if (agreement.payments_made, agreement.paid_minor) != (len(paid), paid_minor):
            yield (
                f"{agreement.name} says {agreement.payments_made} payments and {agreement.paid_minor},"
                f" not {len(paid)} and {paid_minor}"
            )
        if agreement.payments_total is None:
            continue
        total_minor = sum(one.amount_minor for one in rows)
        if (total_minor, len(rows)) != (agreement.total_minor, agreement.payments_total):
            yield f"{agreement.name} comes to {total_minor} in {len(rows)}, not {agreement.total_minor}"
        # What was on its way when a plan was cancelled may have been the last of it.
        is_off = agreement.state != "canceled" and (len(paid) == agreement.payments_total) != (
            agreement.state == "completed"
        )
        if is_off:
            yield f"{agreement.name} has {len(paid)} of {agreement.payments_total} paid and is {agreement.state}"


def _is_covered_and_paid(books: Books, payment: Payment) -> bool:
    covering = books.payments.get(payment.covered_by_id or 0)
    return payment.state == "covered" and covering is not None and covering.state == "paid"


def _told_once(books: Books) -> Iterator[str]:
    """I06: that a payment was made is told once, and told."""
    told = Counter(
        subject["payment"]
        for subject in Event.objects.filter(
            merchant_id=books.world.rows.merchant_id, name="payment.succeeded"
        ).values_list("subject", flat=True)
    )
    for payment in books.payments.values():
        wanted = int(payment.state == "paid" and payment.settled_by == "attempt")
        if told[payment.public_id] != wanted:
            yield f"that {name(payment)} was made is told {told[payment.public_id]} times"


_AT_ANY_MOMENT = (_once, _queued, _sums, _told_once, judge_days, judge_cards)
