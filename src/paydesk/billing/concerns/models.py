"""Doubts about money that a person has to look at."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from paydesk.kit.ids import new_public_id
from paydesk.merchants.models import Merchant


class Concern(models.Model):
    """One doubt about one thing, open until a person, or what happened since, has ended it. Never deleted.

    `subject` names the thing in words that survive a restore: "payment:PUBLIC_ID", "charge:CONNECTION_UUID:REFERENCE".
    `facts` holds identifiers and amounts, never a secret; the amount in doubt is `amount_minor` of `currency`.
    """

    class Kind(models.TextChoices):
        UNKNOWN_OUTCOME = "unknown_outcome"
        UNKNOWN_CHARGE = "unknown_charge"
        CONTRADICTION = "contradiction"
        TRUTH_BROKEN = "truth_broken"
        RESTORED = "restored"
        STUCK = "stuck"
        NOT_TAKEN = "not_taken"
        OUTSIDE = "outside"
        NOT_ENDED = "not_ended"
        NOT_RESUMED = "not_resumed"
        NOT_RELEASED = "not_released"
        BOTH_SIDES = "both_sides"

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    public_id = models.CharField(max_length=16, default=new_public_id)
    kind = models.CharField(max_length=16, choices=Kind)
    # A company's reference has up to 200 letters, and a connection's UUID and a word stand before it.
    subject = models.CharField(max_length=250)
    facts = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    # The public id of the letter that told staff of it: one letter a concern, however often it is asked for.
    told_in = models.CharField(max_length=16, default="", blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=80, default="", blank=True)
    note = models.TextField(default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            # The same doubt is open once, whoever finds it again and however many workers do at once.
            models.UniqueConstraint(
                fields=["merchant", "kind", "subject"],
                name="concern_one_open",
                condition=Q(resolved_at__isnull=True),
            ),
            models.UniqueConstraint(fields=["merchant", "public_id"], name="concern_public_id_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["merchant", "opened_at", "id"], name="concern_by_age")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
