"""Keep what a customer wrote about themselves. What others wrote meanwhile is never overwritten unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from paydesk.billing.customers.details.address_form import PARTS
from paydesk.billing.customers.details.told import carry_over
from paydesk.billing.customers.details.written import Written, tidied, what_is_wrong
from paydesk.billing.customers.models import Customer, CustomerDetails
from paydesk.database.transactions import in_transaction, locked
from paydesk.events.record import record_event

_OWN = ("company", "country", "tax_id", *PARTS)
#: What a bill is made out with, and companies are told of.
_TOLD = ("name", "company", "country", *PARTS)


class DetailsRefused(Exception):
    """Something cannot be kept. `wrong` has the sentence for each field; `said` is what would have been kept."""

    def __init__(self, wrong: Mapping[str, str], said: Written) -> None:
        super().__init__(", ".join(wrong))
        self.wrong = wrong
        self.said = said


class DetailsMoved(Exception):
    """Somebody else kept other details since the page was opened. The words are for the customer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is kept of a customer, and which writing it is."""

    said: Written
    version: int
    changed_at: datetime | None = None


def details_of(*, merchant_id: int, customer_id: int) -> Kept:
    """Give what is kept of a customer."""
    customer = Customer.objects.get(merchant_id=merchant_id, id=customer_id)
    return _kept(customer, _row(merchant_id, customer_id))


def keep_details(
    *,
    merchant_id: int,
    customer_id: int,
    written: Written,
    seen_version: int,
    languages: Sequence[str],
    now: datetime,
) -> Kept:
    """Keep them and give them back as they are kept. The same again changes nothing. `now` is wall time.

    `languages`: those that pages speak. Raises DetailsRefused and DetailsMoved.
    """
    said = tidied(written)

    def step() -> Kept:
        customer = locked(Customer.objects.filter(merchant_id=merchant_id, id=customer_id)).get()
        before = _kept(customer, _row(merchant_id, customer_id))
        # A language that only papers speak was chosen elsewhere: it stays as long as it is not changed here.
        wrong = what_is_wrong(said, languages=[*languages, before.said.language])
        if wrong:
            raise DetailsRefused(wrong, said)
        if before.said == said:
            return before
        if before.version != seen_version:
            raise DetailsMoved(
                _("Your details were changed in another window meanwhile. Look at both, then save again.")
            )
        return _write(customer, before, said, now)

    return in_transaction(step)


def _write(customer: Customer, before: Kept, said: Written, now: datetime) -> Kept:
    Customer.objects.filter(merchant_id=customer.merchant_id, id=customer.id).update(
        name=said.name, language=said.language, time_zone=said.time_zone
    )
    own = {name: getattr(said, name) for name in _OWN}
    mine = {"merchant_id": customer.merchant_id, "customer_id": customer.id}
    row = {**own, "version": before.version + 1, "changed_at": now}
    if not CustomerDetails.objects.filter(**mine).update(**row):
        CustomerDetails.objects.create(**mine, **row)
    if any(getattr(said, name) != getattr(before.said, name) for name in _TOLD):
        record_event(
            merchant_id=customer.merchant_id,
            name="customer.details_changed",
            subject={"customer": customer.public_id},
            now=now,
        )
    else:
        carry_over(**mine, before=before.version)
    return Kept(said=said, version=before.version + 1, changed_at=now)


def _row(merchant_id: int, customer_id: int) -> CustomerDetails | None:
    return CustomerDetails.objects.filter(merchant_id=merchant_id, customer_id=customer_id).first()


def _kept(customer: Customer, row: CustomerDetails | None) -> Kept:
    own = {name: getattr(row, name) for name in _OWN} if row else {}
    said = Written(name=customer.name, language=customer.language, time_zone=customer.time_zone, **own)
    return Kept(said=said, version=row.version if row else 0, changed_at=row.changed_at if row else None)
