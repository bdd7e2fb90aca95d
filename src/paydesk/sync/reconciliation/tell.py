"""Tell a person once of what differs between a company and the books, and end what has ended by itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import Facts, open_concern
from paydesk.billing.concerns.resolve import BY_ITSELF, resolve_quietly
from paydesk.merchants.models import Connection
from paydesk.sync.reconciliation.differences import WORDS, Difference, Kind

#: Of what is more, the report tells: hundreds of letters would say less than one does.
_CONCERNS_MAX = 25


def tell_of(
    connection: Connection, differences: Sequence[Difference], *, told_count: int, now: datetime
) -> None:
    """Open a concern for each that nobody was told of. Call inside a transaction; `now` is wall time.

    `told_count`: how many differences this run has found before.
    """
    for number, one in enumerate(differences, start=told_count):
        # Of customers without an address there is one concern for all of them, when they are counted.
        if not one.is_told and one.kind is not Kind.ADDRESS and number < _CONCERNS_MAX:
            _open(connection, one, _facts(connection, one), now)


def tell_of_addresses(connection: Connection, *, count: int, first: str, now: datetime) -> None:
    """Open one concern for all customers without an address. Call inside a transaction."""
    one = Difference(kind=Kind.ADDRESS, reference="")
    found = f"{count:,} customers without an address, the first is {first}. {WORDS[Kind.ADDRESS].to_do}"
    _open(connection, one, {"connection": connection.name, "found": found}, now)


def end_what_has_ended(connection: Connection, found: Collection[Difference], *, now: datetime) -> None:
    """Close the concerns of earlier runs about what agrees now; `found` is all that differs. In a transaction."""
    still = {_subject(connection, one) for one in found}
    opened = Concern.objects.filter(
        merchant_id=connection.merchant_id, kind=Concern.Kind.OUTSIDE, resolved_at__isnull=True
    )
    for subject in opened.values_list("subject", flat=True):
        if _is_of(connection, subject) and subject not in still:
            resolve_quietly(
                merchant_id=connection.merchant_id,
                kind=Concern.Kind.OUTSIDE,
                subject=subject,
                note="Compared once more: the company and the books agree.",
                now=now,
            )


def looked_at(connection: Connection, differences: Sequence[Difference]) -> set[Difference]:
    """Give those that a person has looked at and closed: they are reported no more."""
    subjects = {_subject(connection, one): one for one in differences}
    closed = Concern.objects.filter(
        merchant_id=connection.merchant_id,
        kind=Concern.Kind.OUTSIDE,
        subject__in=list(subjects),
        resolved_at__isnull=False,
    ).exclude(resolved_by=BY_ITSELF)
    about_payments = _closed_about(connection, Concern.Kind.CONTRADICTION, "payment:")
    about_charges = _closed_about(connection, Concern.Kind.UNKNOWN_CHARGE, f"charge:{connection.uuid}:")
    return {
        *(subjects[subject] for subject in closed.values_list("subject", flat=True)),
        *(one for one in differences if one.is_told and one.payment and one.payment in about_payments),
        *(one for one in differences if one.kind is Kind.MARK and one.reference in about_charges),
    }


def _closed_about(connection: Connection, kind: Concern.Kind, start: str) -> set[str]:
    """Name what persons were told of and have closed, without what is open again."""
    told = Concern.objects.filter(
        merchant_id=connection.merchant_id, kind=kind, subject__startswith=start
    ).order_by("id")
    last = dict(told.values_list("subject", "resolved_at"))
    return {subject.removeprefix(start) for subject, resolved_at in last.items() if resolved_at is not None}


def _open(connection: Connection, one: Difference, facts: Facts, now: datetime) -> None:
    known = Concern.objects.filter(
        merchant_id=connection.merchant_id, kind=Concern.Kind.OUTSIDE, subject=_subject(connection, one)
    )
    if known.exclude(resolved_by=BY_ITSELF).exists():
        # Open, or a person has looked at it already.
        return
    open_concern(
        merchant_id=connection.merchant_id,
        kind=Concern.Kind.OUTSIDE,
        subject=_subject(connection, one),
        facts=facts,
        now=now,
    )


def _facts(connection: Connection, one: Difference) -> Facts:
    amount = one.there or one.here
    return {
        "connection": connection.name,
        "reference": one.reference,
        "customer": one.customer,
        "payment": one.payment,
        "amount_minor": amount.minor if amount else None,
        "currency": amount.currency if amount else None,
        "found": f"{WORDS[one.kind].means} {one.sentence()}. {WORDS[one.kind].to_do}"[:500],
    }


def _subject(connection: Connection, one: Difference) -> str:
    return f"{one.kind.value}:{connection.uuid}:{one.reference}"


def _is_of(connection: Connection, subject: str) -> bool:
    kind, _, rest = subject.partition(":")
    return kind in set(Kind) and rest.startswith(f"{connection.uuid}:")
