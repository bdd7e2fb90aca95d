"""Truths about rows: whose they are, receipts without a gap, and nothing in them that must never be kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from django.apps import apps
from django.db.models import Count, F, ForeignKey, Max, Min, Model, Q

from paydesk.billing.concerns.models import Concern
from paydesk.billing.payments.models import Attempt, DueCharge
from paydesk.billing.receipts.models import Receipt
from paydesk.events.models import Event
from paydesk.kit.card_data import scrub_card_data
from paydesk.merchants.find import MerchantInSight
from paydesk.notices.models import Letter

#: Secrets of companies, as they write them.
_SECRETS = re.compile(r"\b(?:sk|rk|whsec)_(?:live_|test_)?\w{16,}|\bsim_(?:sk|wh)_[\w-]{16,}")
#: Where words of others are kept, and how many of the latest rows are read.
_WRITTEN: list[tuple[type[Model], tuple[str, ...]]] = [
    (Attempt, ("trouble", "decline_code", "action_url")),
    (DueCharge, ("trouble",)),
    (Event, ("subject", "trouble")),
    (Letter, ("subject", "trouble")),
    (Concern, ("facts", "note")),
]
_LATEST = 2_000


def one_receipt_each(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I10: a payment has one receipt that counts, and the numbers of a series have no gap (R11)."""
    receipts = Receipt.objects.filter(merchant_id=merchant.id)
    twice = receipts.filter(kind=Receipt.Kind.RECEIPT).values("payment_id", "version")
    for row in twice.annotate(count=Count("id")).filter(count__gt=1):
        yield f"payment {row['payment_id']} has {row['count']} receipts of one version"
    series = receipts.values("series_id").annotate(count=Count("id"), first=Min("number"), last=Max("number"))
    for one in series.exclude(count=F("last") - F("first") + 1):
        yield f"series {one['series_id']} has {one['count']} numbers from {one['first']} to {one['last']}"


def rows_are_of_one_merchant(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I12: what a merchant's row refers to is the same merchant's."""
    for table, names in _references():
        foreign = Q()
        for name in names:
            foreign |= Q(**{f"{name}__isnull": False}) & ~Q(**{f"{name}__merchant_id": merchant.id})
        rows = table._default_manager.filter(Q(("merchant_id", merchant.id)), foreign)
        for row_id in rows.values_list("pk", flat=True)[:1]:
            yield f"row {row_id} of {table._meta.db_table} refers to another merchant"


def nothing_secret(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I14: no card number, security code or secret of a company in what others wrote. The latest rows are read."""
    for table, names in _WRITTEN:
        rows = table._default_manager.filter(Q(("merchant_id", merchant.id))).order_by("-pk")
        for row in rows.values_list("pk", *names)[:_LATEST]:
            words = " ".join(str(value) for value in row[1:])
            if scrub_card_data(words) != words or _SECRETS.search(words):
                yield f"row {row[0]} of {table._meta.db_table} holds what must not be kept"


def _references() -> Iterator[tuple[type[Model], list[str]]]:
    """Name the columns of each merchant's table that refer to a merchant's table."""
    tables = [model for model in apps.get_models() if model.__module__.startswith("paydesk.")]
    of_merchants = {
        model for model in tables if any(field.name == "merchant" for field in model._meta.concrete_fields)
    }
    for table in tables:
        names = [
            field.name
            for field in table._meta.concrete_fields
            if isinstance(field, ForeignKey) and field.related_model in of_merchants
        ]
        if table in of_merchants and names:
            yield table, names
