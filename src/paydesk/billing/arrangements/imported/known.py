"""Look up what the lines of a CSV name: customers, cards, and agreements that are there already, in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from paydesk.billing.customers.addresses import normalized
from paydesk.billing.customers.models import CustomerEmail, GatewayCustomer
from paydesk.billing.orders.models import Order
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.named import agreements_named
from paydesk.database.batches import batches
from paydesk.kit.spreadsheets.table import Line
from paydesk.merchants.models import Connection

_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Everything by the words of the file. `payable` are the ids of records that have a card for themselves.

    All is of the connection, but for `named`: agreements at every connection of the merchant.
    """

    owners: dict[str, GatewayCustomer] = field(default_factory=dict)
    owners_by_address: dict[str, list[GatewayCustomer]] = field(default_factory=lambda: defaultdict(list))
    methods: dict[str, PaymentMethod] = field(default_factory=dict)
    named: dict[str, Sequence[Subscription]] = field(default_factory=dict)
    orders: set[str] = field(default_factory=set)
    payable: set[int] = field(default_factory=set)


def look_up(*, connection: Connection, lines: Sequence[Line]) -> Known:
    """Give what is known of what the lines name."""
    known = Known()
    for some in batches([line.cells for line in lines], most=_AT_ONCE):
        _take_owners(connection, known, {cells["customer"] for cells in some})
        _take_agreements(connection, known, {cells["reference"] for cells in some})
        named = {cells["method"] for cells in some} - {""}
        mine = PaymentMethod.objects.filter(
            merchant_id=connection.merchant_id, connection_id=connection.id, removed_at__isnull=True
        )
        known.methods.update({one.reference: one for one in mine.filter(reference__in=named)})
    return known


def _take_owners(connection: Connection, known: Known, words: set[str]) -> None:
    records = GatewayCustomer.objects.filter(merchant_id=connection.merchant_id, connection_id=connection.id)
    by_reference = {one.reference: one for one in records.filter(reference__in=words)}
    addresses = {normalized(word) for word in words if "@" in word}
    customers = CustomerEmail.objects.filter(
        merchant_id=connection.merchant_id, normalized__in=addresses
    ).values_list("customer_id", "normalized")
    of_customer: dict[int, list[str]] = defaultdict(list)
    for customer_id, address in customers:
        of_customer[customer_id].append(address)
    by_customer = list(records.filter(customer_id__in=list(of_customer)).order_by("id"))
    for owner in (*by_reference.values(), *by_customer):
        # Each would be asked for again, for every line.
        owner.connection = connection
    known.owners.update(by_reference)
    for owner in by_customer:
        for address in of_customer[owner.customer_id or 0]:
            if owner.id not in {one.id for one in known.owners_by_address[address]}:
                known.owners_by_address[address].append(owner)
    owner_ids = [one.id for one in (*by_reference.values(), *by_customer)]
    with_card = PaymentMethod.objects.filter(
        merchant_id=connection.merchant_id, gateway_customer_id__in=owner_ids, removed_at__isnull=True
    )
    known.payable.update(with_card.values_list("gateway_customer_id", flat=True))


def _take_agreements(connection: Connection, known: Known, references: set[str]) -> None:
    known.named.update(agreements_named(connection=connection, references=references))
    ordered = Order.objects.filter(
        merchant_id=connection.merchant_id, connection_id=connection.id, reference__in=references
    )
    known.orders.update(ordered.values_list("reference", flat=True))
