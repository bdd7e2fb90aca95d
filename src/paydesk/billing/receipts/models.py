"""Receipts, the notes that follow them, and the series that numbers both without a gap."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from paydesk.billing.payments.models import Dispute, Payment, Refund
from paydesk.kit.ids import new_public_id
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
    """Proof that money moved: a snapshot that is never edited.

    A receipt says that a payment was made; a note says that money of it went back, or takes such a note back: the
    refund did not arrive, or the dispute was won after all.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt"
        REFUND = "refund"
        REFUND_FAILED = "refund_failed"
        DISPUTE = "dispute"
        DISPUTE_WON = "dispute_won"

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    series = models.ForeignKey(ReceiptSeries, on_delete=models.PROTECT)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT)
    public_id = models.CharField(max_length=16, default=new_public_id)
    kind = models.CharField(max_length=14, choices=Kind, default=Kind.RECEIPT)
    number = models.BigIntegerField()
    # Of a receipt: the latest one counts. A note has none to follow.
    version = models.PositiveSmallIntegerField(default=1)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, null=True)
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, null=True)
    snapshot = models.JSONField()
    issued_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "series", "number"], name="receipt_number_once"),
            models.UniqueConstraint(fields=["merchant", "public_id"], name="receipt_public_id_once"),
            models.UniqueConstraint(
                fields=["merchant", "payment", "version"],
                name="receipt_version_once",
                condition=Q(kind="receipt"),
            ),
            models.UniqueConstraint(
                fields=["merchant", "refund", "kind"],
                name="receipt_refund_note_once",
                condition=Q(refund__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["merchant", "dispute", "kind"],
                name="receipt_dispute_note_once",
                condition=Q(dispute__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["merchant", "payment"], name="receipt_of_payment")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
