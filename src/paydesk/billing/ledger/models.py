"""Ledger entries and their lines: append-only, each entry adds up to zero."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from paydesk.merchants.models import Connection, Merchant


class LedgerEntry(models.Model):
    """One fact about money. The same fact is written once: unique by merchant, connection, kind and reference (R7)."""

    class Kind(models.TextChoices):
        CHARGE = "charge"
        REFUND = "refund"
        DISPUTE = "dispute"
        REVERSAL = "reversal"
        REFUND_REVERSAL = "refund_reversal"
        BALANCE = "balance"
        EXTERNAL = "external"

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT)
    payment_id = models.BigIntegerField()
    kind = models.CharField(max_length=16, choices=Kind)
    reference = models.CharField(max_length=200)
    occurred_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merchant", "connection", "kind", "reference"], name="ledger_entry_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["merchant", "payment_id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class LedgerLine(models.Model):
    """One side of an entry; positive is a debit. The lines of an entry add up to zero in each currency (I04)."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT)
    account = models.CharField(max_length=24)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["merchant", "account", "currency"])]

    def __str__(self) -> str:
        return f"{self.account} {self.currency} {self.amount_minor}"
