"""Customers, the addresses they sign in with, and their records at the payment companies."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from paydesk.kit.ids import new_public_id
from paydesk.merchants.models import Connection, Merchant


class Customer(models.Model):
    """One person or company that pays one merchant."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    public_id = models.CharField(max_length=16, default=new_public_id)
    name = models.CharField(max_length=200, default="", blank=True)
    # Chosen by the customer; empty: as the browser says, else as the merchant does.
    language = models.CharField(max_length=12, default="", blank=True)
    # Chosen by the customer; empty: the merchant's. Days of money stay the merchant's.
    time_zone = models.CharField(max_length=64, default="", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "public_id"], name="customer_public_id_once"),
        ]

    def __str__(self) -> str:
        return self.name or self.public_id


class CustomerDetails(models.Model):
    """Whom a customer's receipts are made out to, as they wrote it themselves. `country` is ISO 3166-1 alpha-2."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    company = models.CharField(max_length=200, default="", blank=True)
    country = models.CharField(max_length=2, default="", blank=True)
    # One line of the address a line.
    street = models.CharField(max_length=500, default="", blank=True)
    district = models.CharField(max_length=100, default="", blank=True)
    city = models.CharField(max_length=100, default="", blank=True)
    region = models.CharField(max_length=100, default="", blank=True)
    postal_code = models.CharField(max_length=20, default="", blank=True)
    tax_id = models.CharField(max_length=40, default="", blank=True)
    # Which writing this is: what was written on a page that shows an older one is not kept over it.
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "customer"], name="customer_details_once"),
        ]

    def __str__(self) -> str:
        return f"details of {self.customer_id}"


class CustomerEmail(models.Model):
    """An address that reaches a customer. `normalized`: NFKC, lower case, plus-tags kept."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    address = models.CharField(max_length=320)
    normalized = models.CharField(max_length=320)
    verified_at = models.DateTimeField(null=True)
    # Another address took its place: it opens nothing, and stays so that what companies had under it finds its owner.
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            # One address opens one account at a merchant, whatever its capitals (T19).
            models.UniqueConstraint(fields=["merchant", "normalized"], name="customer_email_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["merchant", "customer"])]

    def __str__(self) -> str:
        return self.address


class GatewayCustomer(models.Model):
    """A customer as one connection knows it. Without a customer of ours it waits for staff to link it."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True)
    public_id = models.CharField(max_length=16, default=new_public_id)
    reference = models.CharField(max_length=200)
    email = models.CharField(max_length=320, default="", blank=True)
    name = models.CharField(max_length=200, default="", blank=True)
    # When the company was last asked for the methods: an older list never overwrites a newer one.
    methods_observed_at = models.DateTimeField(null=True)
    # When everything of this customer was last read again.
    reread_at = models.DateTimeField(null=True)
    # Which writing of the customer's details its company was told of: when it was read after that; or that it said no.
    details_version = models.PositiveIntegerField(default=0)
    details_told_at = models.DateTimeField(null=True)
    details_refused = models.BooleanField(default=False)
    # When a reconciliation last compared all of it with the company.
    reconciled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merchant", "connection", "reference"], name="gateway_customer_once"
            ),
            models.UniqueConstraint(fields=["merchant", "public_id"], name="gateway_customer_public_id_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["merchant", "customer"])]

    def __str__(self) -> str:
        return self.reference
