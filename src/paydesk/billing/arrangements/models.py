"""Changes of what pays what: asked for once, carried out step by step, and read again at the company."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.database.due_rows import DueRow, due_index
from paydesk.kit.ids import new_public_id
from paydesk.merchants.models import Connection, Merchant


class MethodChange(DueRow):
    """One change that a customer asked for. A killed process leaves it due, and the worker finishes it.

    `steps`: [verb, reference of the company's subscription or empty, reference of the method], in order.
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
