"""Holds: a merchant's charging waits, at one connection or at all, until somebody lets it go on."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from paydesk.merchants.models import Connection, Merchant


class ChargeHold(models.Model):
    """Charging waits from `started_at` until `released_at`. `why` is for staff.

    An empty connection means all of the merchant's.
    """

    class Kind(models.TextChoices):
        RESTORE = "restore"  # a backup was restored: what was charged since is known to the company alone
        TRUTH = "truth"  # the books contradict themselves
        STAFF = "staff"  # a person said so

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True)
    kind = models.CharField(max_length=8, choices=Kind)
    why = models.TextField()
    started_at = models.DateTimeField()
    # After a restore: until when this database surely knows what happened (its last beat); empty when it never beat.
    known_until = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=80, default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            # One hold for one reason: releasing it must not leave another of the same kind behind. Two, since an
            # empty connection equals no other in a unique index.
            models.UniqueConstraint(
                fields=["merchant", "connection", "kind"],
                name="charge_hold_one_open",
                condition=Q(released_at__isnull=True, connection__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["merchant", "kind"],
                name="charge_hold_one_open_of_all",
                condition=Q(released_at__isnull=True, connection__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            # Asked before each charge, so what was released long ago must cost nothing.
            models.Index(fields=["merchant"], name="charge_hold_open", condition=Q(released_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.why}"
