"""Reconcile a whole connection: compare it with the books, mend what is safe, and name the rest for a person.

Safe is what mirroring the company's present word mends. Customers are read side by side and written some at a time;
how far it is, is committed with what was found, so that a kill costs what is at hand. A second run right after finds
nothing to mend.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from paydesk.billing.payments.mirrored.whole_customer import WholeCustomer
from paydesk.billing.payments.models import Payment
from paydesk.database.transactions import in_transaction, let_go
from paydesk.gateways.contract import Gateway
from paydesk.gateways.records import CustomerRecord
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.sync.list_customers import known_customers, list_customers, owners_of
from paydesk.sync.models import Reconciliation
from paydesk.sync.read_ahead import Readers
from paydesk.sync.reconciliation.compare import Sides, differences_of, sides_of
from paydesk.sync.reconciliation.differences import Difference, Kind
from paydesk.sync.reconciliation.hand import Hand, hand_of
from paydesk.sync.reconciliation.leftover import leftover_money
from paydesk.sync.reconciliation.mend import Mended, mend
from paydesk.sync.reconciliation.sums import add_sums, added, sums_of, sums_that_differ
from paydesk.sync.reconciliation.tell import end_what_has_ended, looked_at, tell_of, tell_of_addresses
from paydesk.sync.take_over import at_once

#: What is named whole; more is only counted.
FOUND_MAX = 500
#: Payments of guests that are read together.
_GUESTS_AT_A_TIME = 100
_Part = Reconciliation.Part

#: Gets the run, and until when a company that is busy wants to be left alone.
OnProgress = Callable[[Reconciliation, datetime | None], None]


@dataclass(frozen=True, kw_only=True)
class _Work:
    """One reconciliation at work."""

    connection: Connection
    gateway: Gateway
    hand: Hand
    readers: Readers
    on_progress: OnProgress


def reconcile(
    *, merchant: MerchantInSight, connection: Connection, is_dry_run: bool, on_progress: OnProgress
) -> Reconciliation:
    """Do all of it and give the finished run; `on_progress` gets it every so often, also while a company is waited for.

    Raises RunGoingOn when another process does it, LeaseLost, GatewayUnreachable, GatewayRefused, GatewayMissing; the
    next call goes on.
    """
    gateway = connect(connection, merchant=merchant)
    with hand_of(connection, is_dry_run=is_dry_run) as hand:

        def on_wait() -> None:
            hand.renew()
            on_progress(hand.run, readers.busy_until)

        with Readers(gateway, on_wait=on_wait) as readers:
            work = _Work(
                connection=connection,
                gateway=gateway,
                hand=hand,
                readers=readers,
                on_progress=on_progress,
            )
            while hand.run.finished_at is None:
                _PARTS[hand.run.part](work)
        return hand.run


def _listed(work: _Work) -> None:
    """Compare one page of the company's list."""
    let_go()
    run = work.hand.run
    page = list_customers(work.connection, work.readers, run.cursor)
    done = set(run.done)
    left = [record for record in page.records if record.reference not in done]
    _compare(work, work.readers.read(left), keeps_done=True)
    following = {} if page.next_cursor else {"part": _Part.KNOWN}
    work.hand.write(cursor=page.next_cursor, done=[], **following)


def _known(work: _Work) -> None:
    """Compare one page of those known here whom the company did not list."""
    let_go()
    page = known_customers(work.connection, after_id=int(work.hand.run.cursor or 0))
    left = work.hand.unseen(owners_of(work.connection, [record.reference for record in page.records]))
    named = {owner.reference for owner in left}
    _compare(work, work.readers.read_known([record for record in page.records if record.reference in named]))
    following = {} if page.next_cursor else {"part": _Part.REST}
    work.hand.write(cursor=page.next_cursor, **following)


def _rest(work: _Work) -> None:
    """Compare what guests paid, read one by one; then what belongs to nobody, and end."""
    place = int(work.hand.run.cursor or 0)
    guests = Payment.objects.filter(
        merchant_id=work.connection.merchant_id,
        connection_id=work.connection.id,
        gateway_customer__reference="",
        id__gt=place,
    )
    payments = list(guests.order_by("id")[:_GUESTS_AT_A_TIME])
    if payments:
        _compare(work, _of_guests(work, payments), only=[payment.reference for payment in payments])
        work.hand.write(cursor=str(payments[-1].id))
    else:
        _end(work)


def _of_guests(work: _Work, payments: Sequence[Payment]) -> Iterator[WholeCustomer]:
    let_go()
    asked_at = clock.wall_now()
    yield WholeCustomer(
        customer=CustomerRecord(reference="", email="", is_deleted=True),
        methods=(),
        subscriptions=(),
        collectibles=list(work.readers.collectibles(one.reference for one in payments)),
        asked_at=asked_at,
    )


_PARTS: dict[str, Callable[[_Work], None]] = {
    _Part.LISTED: _listed,
    _Part.KNOWN: _known,
    _Part.REST: _rest,
}


def _compare(
    work: _Work,
    wholes: Iterator[WholeCustomer],
    *,
    only: Sequence[str] | None = None,
    keeps_done: bool = False,
) -> None:
    for some in at_once(wholes):
        mended = mend(
            connection=work.connection,
            gateway=work.gateway,
            wholes=some,
            only=only,
            is_dry_run=work.hand.is_dry_run,
        )
        let_go()
        sides = sides_of(work.gateway, some, mended.books, readers=work.readers)
        done = [whole.customer.reference for whole in some]
        _keep(work, mended, sides, done, keeps_done=keeps_done)
        work.on_progress(work.hand.run, None)
        let_go()


def _keep(work: _Work, mended: Mended, sides: Sides, done: list[str], *, keeps_done: bool) -> None:
    """Commit what was found with how far it is."""
    run = work.hand.run
    changes = {
        "customers_count": run.customers_count + len([reference for reference in done if reference]),
        "payments_count": run.payments_count + len(sides.books.payments()),
        "mended": added(run.mended, mended.counts),
        "sums": add_sums(run.sums, sums_of(sides)),
        **({"done": [*run.done, *done]} if keeps_done else {}),
    }
    _write(work, list(differences_of(work.connection, sides)), changes, done)


def _write(
    work: _Work, differences: Sequence[Difference], changes: dict[str, object], done: list[str]
) -> None:
    hand, run, now = work.hand, work.hand.run, clock.wall_now()
    closed = looked_at(work.connection, differences)
    named = {(one["kind"], one["reference"]) for one in run.found}
    fresh = [one for one in differences if one not in closed and (one.kind.value, one.reference) not in named]
    found = {
        "found_counts": added(run.found_counts, Counter(one.kind.value for one in fresh)),
        "found": [*run.found, *(one.in_json() for one in fresh)][:FOUND_MAX],
    }

    def step() -> None:
        hand.write(**changes, **found)
        hand.mark(done)
        if not hand.is_dry_run:
            tell_of(work.connection, fresh, told_count=sum(run.found_counts.values()), now=now)

    if hand.is_dry_run:
        step()
    else:
        in_transaction(step)


def _end(work: _Work) -> None:
    """Look at what belongs to nobody, add up, tell, and finish."""
    run = work.hand.run
    let_go()
    left = leftover_money(work.connection, work.gateway, asked_at=clock.wall_now(), readers=work.readers)
    _write(work, [*left, *sums_that_differ(run.sums)], {}, [])
    if not work.hand.is_dry_run:
        in_transaction(lambda: _tell_at_the_end(work.connection, work.hand.run, clock.wall_now()))
    work.hand.write(finished_at=clock.wall_now(), cursor="")
    work.on_progress(work.hand.run, None)


def _tell_at_the_end(connection: Connection, run: Reconciliation, now: datetime) -> None:
    nameless = [one for one in run.found if one["kind"] == Kind.ADDRESS]
    found = [
        Difference(kind=Kind(one["kind"]), reference=one["reference"])
        for one in run.found
        if one["kind"] != Kind.ADDRESS
    ]
    if nameless:
        found.append(Difference(kind=Kind.ADDRESS, reference=""))
        tell_of_addresses(
            connection, count=run.found_counts[Kind.ADDRESS], first=nameless[0]["reference"], now=now
        )
    if sum(run.found_counts.values()) <= FOUND_MAX:
        end_what_has_ended(connection, found, now=now)
