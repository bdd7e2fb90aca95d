"""What customers chose as their backup, and each payment for which it was tried."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from paydesk.billing.customers.models import Customer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.due_rows import DueRow, due_index
from paydesk.kit.ids import new_public_id
from paydesk.merchants.models import Merchant


class BackupChoice(models.Model):
    """A customer's word, given at `chosen_at`: when a payment is declined, this method may be tried once.

    Without a subscription it is for everything of theirs; one for a subscription goes before it. Without a method that
    subscription has no backup, whatever is chosen for everything. Rows that count no longer stay: they say what was
    agreed to, and until when.
    """

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, null=True)
    payment_method = models.ForeignKey(PaymentMethod, on_delete=models.CASCADE, null=True)
    chosen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            # Two, since an empty subscription equals no other in a unique index.
            models.UniqueConstraint(
                fields=["merchant", "customer"],
                name="backup_one_for_everything",
                condition=Q(ended_at__isnull=True, subscription__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["merchant", "customer", "subscription"],
                name="backup_one_for_subscription",
                condition=Q(ended_at__isnull=True, subscription__isnull=False),
            ),
            models.CheckConstraint(
                name="backup_for_everything_names_a_method",
                condition=Q(payment_method__isnull=False) | Q(subscription__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"backup {self.payment_method_id} of customer {self.customer_id}"


class BackupTry(DueRow):
    """The one time that a payment is tried with its customer's backup; it is there before any company is asked.

    `attempt` is at the payment, or at one that covers it at the backup's own company.
    """

    class State(models.TextChoices):
        OPEN = "open"
        CHARGED = "charged"
        DECLINED = "declined"
        NOT_MADE = "not_made"

    class Why(models.TextChoices):
        """Why nothing was asked for."""

        OVERTAKEN = "overtaken"  # something else happened to the payment meanwhile
        NOT_WANTED = "not_wanted"  # the customer, or the merchant, wants no backup any more
        UNFIT = "unfit"  # the method was taken off, has expired, or cannot pay this
        REFUSED = "refused"  # its company would not make the charge
        TOO_LATE = "too_late"  # for a day nothing could be asked

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    # A payment has one in its life.
    payment = models.OneToOneField(Payment, on_delete=models.CASCADE)
    public_id = models.CharField(max_length=16, default=new_public_id)
    # A company's own try may turn out to be one of ours, whose row stays in its place: then this one names nothing.
    declined = models.ForeignKey(
        Attempt, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    # One of ours, of which no row is ever taken out.
    attempt = models.ForeignKey(Attempt, on_delete=models.DO_NOTHING, null=True, related_name="+")
    asked_count = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    why = models.CharField(max_length=10, choices=Why, default="", blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "public_id"], name="backup_try_public_id_once"),
        ]
        indexes: ClassVar = [due_index("backup_due")]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.state}"
