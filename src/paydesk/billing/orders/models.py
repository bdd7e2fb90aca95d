"""Orders, their lines, and what is sent of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from paydesk.billing.customers.models import Customer
from paydesk.kit.ids import new_public_id
from paydesk.merchants.models import Connection, Merchant


class Order(models.Model):
    """One thing bought. A mirrored subscription is one order; so is an invoice or charge that stands alone."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True)
    public_id = models.CharField(max_length=16, default=new_public_id)
    reference = models.CharField(max_length=200)
    number = models.CharField(max_length=80, default="", blank=True)
    title = models.CharField(max_length=200)
    ordered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "public_id"], name="order_public_id_once"),
            models.UniqueConstraint(fields=["merchant", "connection", "reference"], name="order_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["merchant", "customer", "-ordered_at"])]

    def __str__(self) -> str:
        return self.title


class OrderLine(models.Model):
    """One line of an order. `amount_minor` is the line's total in minor units."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    order = models.ForeignKey(Order, on_delete=models.CASCADE)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    quantity = models.PositiveIntegerField(default=1)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "order", "position"], name="order_line_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Shipment(models.Model):
    """A parcel of an order, or with a `link` something that is delivered by it. Days are the merchant's.

    How it stands follows from its days (`shipments/facts.py`), so that a state and a day can never disagree.
    """

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    order = models.ForeignKey(Order, on_delete=models.CASCADE)
    # The merchant's own name for it, by which it is found again.
    reference = models.CharField(max_length=200)
    title = models.CharField(max_length=200, default="", blank=True)
    carrier = models.CharField(max_length=80, default="", blank=True)
    number = models.CharField(max_length=80, default="", blank=True)
    link = models.CharField(max_length=1000, default="", blank=True)
    prepared_date = models.DateField(null=True)
    shipped_date = models.DateField(null=True)
    expected_date = models.DateField(null=True)
    delivered_date = models.DateField(null=True)
    returned_date = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "reference"], name="shipment_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["merchant", "order"], name="shipment_of_order"),
            models.Index(
                fields=["merchant", "order"],
                name="shipment_under_way",
                condition=Q(link="", delivered_date__isnull=True, returned_date__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.reference
