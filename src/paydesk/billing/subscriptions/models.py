"""Subscriptions; one with `payments_total` is a payment plan."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from django.db import models

from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.orders.models import Order
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.discount import Discount
from paydesk.gateways.records import SubscriptionState
from paydesk.kit.ids import new_public_id
from paydesk.merchants.models import Connection, Merchant


class Subscription(models.Model):
    """A standing agreement. `observed_at` is when its company was asked: an older answer never overwrites a newer."""

    class CollectedBy(models.TextChoices):
        GATEWAY = "gateway"
        PAYDESK = "paydesk"

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True)
    gateway_customer = models.ForeignKey(GatewayCustomer, on_delete=models.CASCADE, null=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE)
    uuid = models.UUIDField(default=uuid4, unique=True)
    public_id = models.CharField(max_length=16, default=new_public_id)
    collected_by = models.CharField(max_length=8, choices=CollectedBy, default=CollectedBy.GATEWAY)
    reference = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    state = models.CharField(
        max_length=12, choices=[(state.value, state.value) for state in SubscriptionState]
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    interval_unit = models.CharField(max_length=5)
    interval_count = models.PositiveSmallIntegerField(default=1)
    payments_total = models.PositiveIntegerField(null=True)
    payments_made = models.PositiveIntegerField(default=0)
    # What a payment plan of ours comes to, its finance fee included; null: open-ended, or the gateway collects it.
    total_minor = models.BigIntegerField(null=True)
    deposit_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    # What of the fee was let off when the rest was paid at once.
    waived_minor = models.BigIntegerField(default=0)
    # What was paid so far, a cache that the truths check (I16).
    paid_minor = models.BigIntegerField(default=0)
    # The local day of the first regular payment: every later one is reckoned from it, never from the one before (R10).
    anchor_date = models.DateField(null=True)
    # By how many intervals pauses have put off what comes after them.
    shifted_count = models.PositiveIntegerField(default=0)
    # So much less for so many payments, of which the `discount_from`-th is the first: see `subscriptions/discount.py`.
    # Where a company collects it is told by when it ends; null: it does not.
    discount_percent = models.PositiveSmallIntegerField(default=0)
    discount_ends_at = models.DateTimeField(null=True)
    discount_from = models.PositiveIntegerField(default=0)
    discount_count = models.PositiveSmallIntegerField(default=0)
    # The method that it names for itself; empty: the default of its customer at the company pays it.
    payment_method = models.ForeignKey(PaymentMethod, on_delete=models.SET_NULL, null=True)
    # What it is made of, where that is more than one thing: [title, quantity, minor units].
    lines = models.JSONField(default=list)
    trial_ends_at = models.DateTimeField(null=True)
    next_payment_at = models.DateTimeField(null=True)
    next_amount_minor = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    cancels_at = models.DateTimeField(null=True)
    # When it ends although its company cannot know: that ends things only at once, and is asked to when the time comes.
    held_end_at = models.DateTimeField(null=True)
    # Since when it is moved to another way of paying: until that is through, nobody else changes or pays it.
    moving_since = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    resumes_at = models.DateTimeField(null=True)
    # When a pause ends although its company cannot know: it is asked to go on when the time comes.
    held_resume_at = models.DateTimeField(null=True)
    # Where the customer changes at the company what pays it, if nobody else can.
    manage_url = models.CharField(max_length=500, default="", blank=True)
    capabilities = models.JSONField(default=list)
    observed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "connection", "reference"], name="subscription_once"),
            # Two imports at once at two connections make an agreement of ours once: the second finds the first.
            models.UniqueConstraint(
                fields=["merchant", "reference"],
                name="subscription_name_once",
                condition=models.Q(collected_by="paydesk") & ~models.Q(state__in=["canceled", "completed"]),
            ),
            models.UniqueConstraint(fields=["merchant", "public_id"], name="subscription_public_id_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["merchant", "customer"])]

    def __str__(self) -> str:
        return self.name

    @property
    def discount(self) -> Discount:
        """Give what is taken off some of its payments."""
        return Discount(percent=self.discount_percent, first=self.discount_from, count=self.discount_count)

    @property
    def ends_at(self) -> datetime | None:
        """Give when it will end, whoever keeps the date."""
        return self.cancels_at or self.held_end_at

    @property
    def goes_on_at(self) -> datetime | None:
        """Give when its pause ends, whoever keeps the date."""
        return self.resumes_at or self.held_resume_at
