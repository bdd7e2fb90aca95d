"""Receipts and the series that numbers them without a gap."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from paydesk.billing.payments.models import Payment
from paydesk.merchants.models import Merchant


class ReceiptSeries(models.Model):
    """A merchant's counter for one mode; locked while a number is taken (R11)."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    mode = models.CharField(max_length=4)
    last_number = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "mode"], name="receipt_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.mode} {self.last_number}"


class Receipt(models.Model):
    """Proof that a payment was made: a snapshot that is never edited."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    series = models.ForeignKey(ReceiptSeries, on_delete=models.PROTECT)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT)
    number = models.BigIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    snapshot = models.JSONField()
    issued_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "series", "number"], name="receipt_number_once"),
            models.UniqueConstraint(fields=["merchant", "payment", "version"], name="receipt_version_once"),
        ]

    def __str__(self) -> str:
        return str(self.number)
