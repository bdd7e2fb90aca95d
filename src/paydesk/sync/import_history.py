"""Import a connection: every customer with methods, subscriptions and history, going on where a kill left it.

Of a company that keeps no list of customers, those known here are read: it has no other that Paydesk could name.

Some customers at a time are written in one transaction, together with the note that they are done: a kill costs those
at hand, and loses or doubles nothing. A page's cursor is committed with the last of its customers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from django.db.models import F

from paydesk.billing.payments.mirrored.whole_customer import WholeCustomer
from paydesk.database.transactions import in_transaction, let_go
from paydesk.gateways.contract import Gateway
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.sync.list_customers import list_customers
from paydesk.sync.models import ImportRun
from paydesk.sync.read_ahead import Readers
from paydesk.sync.run_lease import Held, held_run
from paydesk.sync.take_over import at_once, write_wholes

OnProgress = Callable[[ImportRun], None]


def import_history(
    *, merchant: MerchantInSight, connection: Connection, on_progress: OnProgress
) -> ImportRun:
    """Import all of it and give the finished run; `on_progress` gets the run after each commit.

    Raises RunGoingOn when another process does it, LeaseLost, GatewayUnreachable, GatewayRefused, GatewayMissing;
    the next call goes on.
    """
    gateway = connect(connection, merchant=merchant)
    with (
        held_run(ImportRun, merchant_id=merchant.id, connection_id=connection.id) as held,
        Readers(gateway, on_wait=held.renew) as readers,
    ):
        while held.run.finished_at is None:
            _import_page(connection, gateway, held, readers, on_progress)
        return held.run


def _import_page(
    connection: Connection, gateway: Gateway, held: Held[ImportRun], readers: Readers, on_progress: OnProgress
) -> None:
    """Take over those of the page that are not done yet, and turn it."""
    let_go()
    page = list_customers(connection, readers, held.run.cursor)
    done = set(held.run.done)
    left = [record for record in page.records if record.reference not in done]
    for wholes in at_once(readers.read(left)):
        in_transaction(partial(_write, connection, gateway, held, wholes))
        on_progress(held.reread())
        let_go()
    held.write(cursor=page.next_cursor, done=[], finished_at=None if page.next_cursor else clock.wall_now())
    held.reread()


def _write(
    connection: Connection, gateway: Gateway, held: Held[ImportRun], wholes: Sequence[WholeCustomer]
) -> None:
    """Prove first that the import is still ours; then write, and note what is done in the same transaction."""
    held.renew()
    owners = write_wholes(connection=connection, gateway=gateway, wholes=wholes)
    held.write(
        done=[*held.run.done, *(whole.customer.reference for whole in wholes)],
        customers_count=F("customers_count") + len(wholes),
        subscriptions_count=F("subscriptions_count") + sum(len(whole.subscriptions) for whole in wholes),
        payments_count=F("payments_count") + sum(len(whole.collectibles) for whole in wholes),
        unlinked_count=F("unlinked_count") + sum(owner.customer_id is None for owner in owners),
    )
