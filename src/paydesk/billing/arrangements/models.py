"""What was asked for: changes of what pays, quotes for paying more than one at once, and what is to happen later."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.due_rows import DueRow, due_index
from paydesk.kit.ids import new_public_id
from paydesk.merchants.models import Connection, Merchant

#: The verb of a step for which no company is asked: Paydesk collects that subscription.
OURS = "ours"


class MethodChange(DueRow):
    """One change that a customer asked for. A killed process leaves it due, and the worker finishes it.

    `steps`: [verb, reference of the subscription or empty, reference of the method], in order.
    """

    class State(models.TextChoices):
        OPEN = "open"
        CONFIRMED = "confirmed"
        REFUSED = "refused"
        SUPERSEDED = "superseded"  # never finished, and a later change took its place

    class Refusal(models.TextChoices):
        REFUSED = "refused"  # the company said no to a step
        OTHER_DEFAULT = "other_default"  # it said yes, and has another default all the same
        STILL_CHARGED = "still_charged"  # it still charges another method for what `refused_for` names
        STILL_THERE = "still_there"  # it still has the method that was to be taken off
        STILL_NEEDED = "still_needed"  # something needs by now what was to be taken off
        TOO_LATE = "too_late"  # it did not answer for so long that the plan is stale

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    gateway_customer = models.ForeignKey(GatewayCustomer, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    public_id = models.CharField(max_length=16, default=new_public_id)
    # The method that was chosen to pay, and the one that was to be taken off: one of them, or both.
    method = models.ForeignKey(PaymentMethod, on_delete=models.CASCADE, null=True, related_name="+")
    removed_method = models.ForeignKey(PaymentMethod, on_delete=models.CASCADE, null=True, related_name="+")
    steps = models.JSONField()
    steps_done = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    refusal = models.CharField(max_length=14, choices=Refusal, default="", blank=True)
    refused_for = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField()
    # When the company was read again after the last step: what the page then says is its word.
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "public_id"], name="method_change_public_id_once"),
            # Two changes at once would end as chance has it: the second waits, or takes a dead one's place.
            models.UniqueConstraint(
                fields=["merchant", "gateway_customer"],
                name="method_change_one_open",
                condition=Q(state="open"),
            ),
        ]
        indexes: ClassVar = [due_index("method_change_due")]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.state}"

    @property
    def asks_company(self) -> bool:
        """Say whether a company has a part in it; what pays an agreement of ours is for us to say."""
        return not self.steps or any(step[0] != OURS for step in self.steps)


class Quote(models.Model):
    """What it costs to make several payments, or the rest of a plan, with one charge; it holds for a while.

    `lines`: of each payment its public id, its local day, what is owed of it and what of that is let off (minor units),
    as they were when the customer saw them. `covering`: the one payment that was made of it, whatever became of it.
    """

    class Kind(models.TextChoices):
        SEVERAL = "several"
        OFF = "off"  # all that remains of a payment plan

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    gateway_customer = models.ForeignKey(GatewayCustomer, on_delete=models.CASCADE)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, null=True)
    public_id = models.CharField(max_length=16, default=new_public_id)
    kind = models.CharField(max_length=8, choices=Kind)
    lines = models.JSONField()
    owed_minor = models.BigIntegerField()
    waived_minor = models.BigIntegerField(default=0)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # One quote is one charge at most, however often it is pressed.
    covering = models.OneToOneField(Payment, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "public_id"], name="quote_public_id_once"),
            models.CheckConstraint(
                name="quote_adds_up",
                condition=Q(amount_minor=F("owed_minor") - F("waived_minor"), amount_minor__gt=0),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["merchant", "customer"])]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.kind}"

    @property
    def payment_ids(self) -> list[str]:
        """Name the payments (public ids) in the order in which they are listed."""
        return [line["payment"] for line in self.lines]


class AskedBy(models.TextChoices):
    """Who wants an agreement changed."""

    CUSTOMER = "customer"
    STAFF = "staff"


class CancelNote(models.Model):
    """What somebody said as they were about to cancel: why, what was offered to them then, and what they chose."""

    class Answer(models.TextChoices):
        CANCELED = "canceled"
        ACCEPTED = "accepted"  # what was offered; it goes on

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE)
    asked_by = models.CharField(max_length=8, choices=AskedBy)
    # Now, or at the end of what is paid.
    wanted = models.CharField(max_length=6)
    # One of the eight, or nothing: nobody has to say.
    reason = models.CharField(max_length=16, default="", blank=True)
    comment = models.TextField(default="", blank=True)
    offered = models.CharField(max_length=8, default="", blank=True)
    answer = models.CharField(max_length=8, choices=Answer)
    created_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["merchant", "subscription"], name="note_of_subscription"),
            models.Index(fields=["merchant", "created_at"], name="note_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.reason or 'no reason'}: {self.answer}"


class ScheduledAction(DueRow):
    """What is to happen to an agreement: on its day where Paydesk collects it, else as soon as its company answers.

    `acts_at` is the merchant's own time; it is empty where a company is asked at once. An undo drops the row.
    """

    class Kind(models.TextChoices):
        PAUSE = "pause"
        RESUME = "resume"
        CANCEL = "cancel"
        SCHEDULE_CANCEL = "schedule_cancel"
        UNDO_CANCEL = "undo_cancel"
        DISCOUNT = "discount"

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        DROPPED = "dropped"
        REFUSED = "refused"

    class Refusal(models.TextChoices):
        REFUSED = "refused"  # the company said no
        NOT_SO = "not_so"  # it said yes, and it is not so all the same
        TOO_LATE = "too_late"  # it did not answer for so long that the wish is stale

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE)
    public_id = models.CharField(max_length=16, default=new_public_id)
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    refusal = models.CharField(max_length=8, choices=Refusal, default="", blank=True)
    asked_by = models.CharField(max_length=8, choices=AskedBy)
    created_at = models.DateTimeField()
    acts_at = models.DateTimeField(null=True)
    # Until when a company is asked to pause.
    until = models.DateTimeField(null=True)
    # So many per cent that it is asked to take off so many payments.
    discount_percent = models.PositiveSmallIntegerField(default=0)
    discount_payments = models.PositiveSmallIntegerField(default=0)
    # By how many intervals the pause that this ends has put off what is to come, and which payment was its first.
    put_off_by = models.PositiveIntegerField(default=0)
    put_off_position = models.PositiveIntegerField(null=True)
    # When the company was asked how the agreement stands: what the page then says is its word.
    confirmed_at = models.DateTimeField(null=True)
    note = models.ForeignKey(CancelNote, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "public_id"], name="action_public_id_once"),
            # An agreement has one thing before it at most: what pauses does not end soon, and one of two tabs is first.
            models.UniqueConstraint(
                fields=["merchant", "subscription"], name="action_one_open", condition=Q(state="open")
            ),
        ]
        indexes: ClassVar = [
            due_index("action_due"),
            models.Index(fields=["merchant", "subscription"], name="action_of_subscription"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}: {self.state}"
