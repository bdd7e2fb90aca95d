"""Read what the books have of some customers, so that two readings tell what was missing and what was stale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from paydesk.billing.concerns.models import Concern
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.mirrored.unknown_marks import marked_charge
from paydesk.billing.payments.mirrored.whole_customer import WholeCustomer
from paydesk.billing.payments.models import Attempt, Dispute, Payment, Refund
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.due_rows import DueRow
from paydesk.merchants.models import Connection
from paydesk.sync.reconciliation.money_facts import Fact, Moved, facts_kept, facts_said

#: When something was read, and by whom it is worked off, says nothing of what is in the books.
_NOT_COMPARED = {field.name for field in DueRow._meta.fields} | {
    "observed_at",
    "methods_observed_at",
    "reread_at",
    "reconciled_at",
    "fingerprint",
}
_OF_CUSTOMER: dict[str, tuple[type[Model], str]] = {
    "customers": (GatewayCustomer, "id"),
    "methods": (PaymentMethod, "gateway_customer_id"),
    "subscriptions": (Subscription, "gateway_customer_id"),
    "payments": (Payment, "gateway_customer_id"),
    "attempts": (Attempt, "payment__gateway_customer_id"),
    "refunds": (Refund, "payment__gateway_customer_id"),
    "disputes": (Dispute, "payment__gateway_customer_id"),
}
_Rows = Mapping[str, Mapping[int, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Books:
    """The rows of some customers by table and id, and what the ledger has of the money that moved for them."""

    rows: _Rows
    kept: Mapping[Moved, Fact]
    # Charges whose mark nothing gives, of which a person is to be told or was told.
    unknown_marks: Collection[str]

    def payments(self) -> Collection[Payment]:
        return self.rows["payments"].values()

    def owners(self) -> dict[str, GatewayCustomer]:
        """Give the customers by the company's reference."""
        return {owner.reference: owner for owner in self.rows["customers"].values()}

    def references(self, table: str) -> set[str]:
        """Name what one table has, as the company names it."""
        return {row.reference for row in self.rows[table].values()}


def read_books(
    connection: Connection, wholes: Sequence[WholeCustomer], *, only: Sequence[str] | None = None
) -> Books:
    """Read what there is of these customers, and of all that the company says of them.

    `only`: of their payments those with these references; guests, who share one row, may have very many.
    """
    mine = {"merchant_id": connection.merchant_id, "connection_id": connection.id}
    references = [whole.customer.reference for whole in wholes]
    owner_ids = GatewayCustomer.objects.filter(**mine, reference__in=references).values_list("id", flat=True)
    owned = list(owner_ids)
    rows = {table: _rows(table, mine, owned, only) for table in _OF_CUSTOMER}
    records = [record for whole in wholes for record in whole.collectibles]
    return Books(
        rows=rows,
        kept=facts_kept(connection, payment_ids=list(rows["payments"]), said=facts_said(records)),
        unknown_marks=_unknown_marks(
            connection, [record.reference for record in records if marked_charge(record)]
        ),
    )


def _rows(
    table: str, mine: Mapping[str, int], owner_ids: Sequence[int], only: Sequence[str] | None
) -> dict[int, Any]:
    model, column = _OF_CUSTOMER[table]
    rows = model._default_manager.filter(**mine, **{f"{column}__in": owner_ids})
    if only is not None and "gateway_customer_id" in column and model is not PaymentMethod:
        prefix = column.removesuffix("gateway_customer_id")
        rows = rows.filter(**{f"{prefix}reference__in": only})
    return {row.pk: row for row in rows}


def mended(before: Books, after: Books) -> Counter[str]:
    """Count what was missing and what was stale, by table: "payments missing", "payments stale"."""
    found: Counter[str] = Counter()
    for table, rows in after.rows.items():
        known = before.rows[table]
        for key, row in rows.items():
            if key not in known:
                found[f"{table} missing"] += 1
            elif _compared(row) != _compared(known[key]):
                found[f"{table} stale"] += 1
        found[f"{table} stale"] += len(known.keys() - rows.keys())
    # A row that is there, and money that was not in the ledger for it.
    found["entries missing"] += sum(
        moved.kind != LedgerEntry.Kind.REFUND_REVERSAL for moved in after.kept.keys() - before.kept.keys()
    )
    return +found


def _compared(row: Model) -> list[Any]:
    return [
        getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in _NOT_COMPARED
    ]


def _unknown_marks(connection: Connection, references: Sequence[str]) -> set[str]:
    start = f"charge:{connection.uuid}:"
    told = Concern.objects.filter(
        merchant_id=connection.merchant_id,
        kind=Concern.Kind.UNKNOWN_CHARGE,
        subject__in=[f"{start}{reference}" for reference in references],
    )
    return {subject.removeprefix(start) for subject in told.values_list("subject", flat=True)}
