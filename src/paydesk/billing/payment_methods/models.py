"""Saved payment methods, and the set-ups by which a customer enters one at the payment company."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.gateways.records import MethodKind
from paydesk.kit.ids import new_public_id
from paydesk.merchants.models import Connection, Merchant


class PaymentMethod(models.Model):
    """A method as the connection has it; removed rows stay, because attempts name them."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    gateway_customer = models.ForeignKey(GatewayCustomer, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True)
    public_id = models.CharField(max_length=16, default=new_public_id)
    reference = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in MethodKind])
    brand = models.CharField(max_length=40, default="", blank=True)
    last_four = models.CharField(max_length=4, default="", blank=True)
    expires_year = models.SmallIntegerField(null=True)
    expires_month = models.SmallIntegerField(null=True)
    is_default = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "connection", "reference"], name="method_once"),
            models.UniqueConstraint(fields=["merchant", "public_id"], name="method_public_id_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["merchant", "customer"])]

    def __str__(self) -> str:
        return f"{self.brand} {self.last_four}"


class MethodSetup(models.Model):
    """A customer entering a method at the company. `payment_public_id`: what is to be paid with it afterwards.

    `refusal`: what the last try said, also while it is open and takes another card.
    """

    class State(models.TextChoices):
        OPEN = "open"
        FINISHED = "finished"
        REFUSED = "refused"

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    gateway_customer = models.ForeignKey(GatewayCustomer, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    public_id = models.CharField(max_length=16, default=new_public_id)
    reference = models.CharField(max_length=200, default="", blank=True)
    payment_public_id = models.CharField(max_length=16, default="", blank=True)
    # What is to be moved to the new method, from another company.
    subscription_public_id = models.CharField(max_length=16, default="", blank=True)
    # The method that the new one is to take the place of.
    replaces = models.ForeignKey(PaymentMethod, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    refusal = models.CharField(max_length=300, default="", blank=True)
    method = models.ForeignKey(PaymentMethod, on_delete=models.CASCADE, null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "public_id"], name="method_setup_public_id_once"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.state}"
