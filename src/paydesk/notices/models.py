"""The outbox of letters, and the mailbox that the demo shows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from paydesk.billing.customers.models import Customer
from paydesk.database.due_rows import DueRow, due_index
from paydesk.kit.ids import new_public_id
from paydesk.merchants.models import Merchant


class Letter(DueRow):
    """A letter to send. It names what it is about; secrets are made as it is rendered and never stored here."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True)
    public_id = models.CharField(max_length=16, default=new_public_id)
    kind = models.CharField(max_length=40)
    recipient = models.CharField(max_length=320)
    subject = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [due_index("letter_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "public_id"], name="letter_public_id_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}"


class MailboxMessage(models.Model):
    """A letter that the demo's mailbox caught instead of a mail server."""

    sender = models.CharField(max_length=400)
    recipient = models.CharField(max_length=400)
    title = models.CharField(max_length=400)
    text = models.TextField()
    html = models.TextField(default="", blank=True)
    caught_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title
