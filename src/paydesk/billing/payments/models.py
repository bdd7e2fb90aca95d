"""Payments, the attempts at them, refunds and disputes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.orders.models import Order
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.due_rows import DueRow, due_index
from paydesk.kit.ids import new_public_id
from paydesk.merchants.models import Connection, Merchant


class Payment(models.Model):
    """The wish to collect an amount on a date. Where a gateway collects, it mirrors one collectible object.

    One that Paydesk collects is the `position`-th of its subscription, due on the local day `due_date`; one that covers
    others (R1b) has a reference made of theirs, and no position.
    """

    class State(models.TextChoices):
        SCHEDULED = "scheduled"
        DUE = "due"
        PROCESSING = "processing"
        PAID = "paid"
        FAILED = "failed"
        SKIPPED = "skipped"
        COVERED = "covered"
        CANCELED = "canceled"
        WRITTEN_OFF = "written_off"

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True)
    # A person may be several customers at one company: a bill is paid, and its cards are saved, for its own.
    gateway_customer = models.ForeignKey(GatewayCustomer, on_delete=models.CASCADE, null=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, null=True)
    collected_by = models.CharField(
        max_length=8, choices=Subscription.CollectedBy, default=Subscription.CollectedBy.GATEWAY
    )
    public_id = models.CharField(max_length=16, default=new_public_id)
    reference = models.CharField(max_length=200)
    position = models.PositiveIntegerField(null=True)
    due_date = models.DateField(null=True)
    # The day that the schedule gave it, before anybody moved it.
    planned_date = models.DateField(null=True)
    # The share of the finance fee in the amount.
    fee_minor = models.BigIntegerField(default=0)
    # The payment that was opened to pay this one with others, and what this one was before.
    covered_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="covers")
    state_before_cover = models.CharField(max_length=12, default="", blank=True)
    # Of a payment that covers others: what of their fees is let off, and their references, kept when they return.
    waived_minor = models.BigIntegerField(default=0)
    covered_references = models.JSONField(default=list)
    number = models.CharField(max_length=80, default="", blank=True)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=State)
    amount_minor = models.BigIntegerField()
    # What is still to be paid: the amount, less what was paid in parts; nothing once it is made or given up.
    owed_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    due_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    paid_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    settled_by = models.CharField(max_length=8, default="", blank=True)
    next_attempt_at = models.DateTimeField(null=True)
    # The method that an open bill names for itself, before its subscription's and the customer's default.
    payment_method = models.ForeignKey(PaymentMethod, on_delete=models.SET_NULL, null=True)
    # What the amount is made of, and whom the bill is made out to (`payments/mirrored/breakdown.py`); null: not known.
    breakdown = models.JSONField(null=True)
    capabilities = models.JSONField(default=list)
    observed_at = models.DateTimeField()
    # Of the record that was mirrored last: what is as it was need not be written again.
    fingerprint = models.CharField(max_length=64, default="", blank=True)
    # Since when the company's answers do not agree. A person is told once; the truths leave the payment to them.
    contradicted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "connection", "reference"], name="payment_once"),
            models.UniqueConstraint(fields=["merchant", "public_id"], name="payment_public_id_once"),
            # A date of an agreement is one payment, whoever makes its row (I01).
            models.UniqueConstraint(
                fields=["merchant", "subscription", "position"],
                name="payment_position_once",
                condition=Q(position__isnull=False),
            ),
            models.CheckConstraint(
                name="payment_covered_says_by_whom",
                condition=Q(state="covered", covered_by__isnull=False)
                | (~Q(state="covered") & Q(covered_by__isnull=True)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["merchant", "customer", "-due_at", "-id"], name="payment_history"),
            models.Index(
                fields=["merchant", "customer"],
                name="payment_open",
                condition=Q(state__in=["scheduled", "due", "processing", "failed"]),
            ),
            models.Index(fields=["merchant", "order"], name="payment_of_order"),
            models.Index(fields=["merchant", "subscription"], name="payment_of_subscription"),
            models.Index(
                fields=["merchant", "covered_by"],
                name="payment_covered",
                condition=Q(covered_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.state}"

    @property
    def is_ours(self) -> bool:
        """Say whether Paydesk collects it."""
        return self.collected_by == Subscription.CollectedBy.PAYDESK


class DueCharge(DueRow):
    """The place of one payment in the charge run. `due_at` is wall time: a merchant's own clock is taken off it."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    payment = models.OneToOneField(Payment, on_delete=models.CASCADE)

    class Meta:
        indexes: ClassVar = [due_index("charge_due")]

    def __str__(self) -> str:
        return f"charge of payment {self.payment_id}"


class Attempt(DueRow):
    """One try at a gateway. `due_at` is when an open attempt of ours is looked up next (the resolver's queue)."""

    class State(models.TextChoices):
        CREATED = "created"
        PREPARED = "prepared"
        SUBMITTED = "submitted"
        PENDING = "pending"
        NEEDS_CUSTOMER = "needs_customer"
        UNKNOWN = "unknown"
        SUCCEEDED = "succeeded"
        DECLINED = "declined"
        ABANDONED = "abandoned"

    OPEN = (
        State.CREATED,
        State.PREPARED,
        State.SUBMITTED,
        State.PENDING,
        State.NEEDS_CUSTOMER,
        State.UNKNOWN,
    )

    class Origin(models.TextChoices):
        PAYDESK = "paydesk"
        GATEWAY = "gateway"

    class AskedBy(models.TextChoices):
        CUSTOMER = "customer"
        STAFF = "staff"
        DUNNING = "dunning"  # after it was declined: the customer's backup
        ENGINE = "engine"  # the charge run: it was due
        GATEWAY = "gateway"

    ALONE = (AskedBy.ENGINE, AskedBy.DUNNING)  # nobody is there who could confirm it with a bank

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    payment = models.ForeignKey(Payment, on_delete=models.CASCADE)
    public_id = models.CharField(max_length=16, default=new_public_id)
    number = models.PositiveIntegerField()
    origin = models.CharField(max_length=8, choices=Origin)
    asked_by = models.CharField(max_length=8, choices=AskedBy)
    key = models.UUIDField(null=True)
    state = models.CharField(max_length=14, choices=State)
    # What the payment was when this attempt was opened: it is that again if the attempt is abandoned.
    payment_state_before = models.CharField(max_length=12, default="", blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    payment_method = models.ForeignKey(PaymentMethod, on_delete=models.SET_NULL, null=True)
    method_brand = models.CharField(max_length=40, default="", blank=True)
    method_last_four = models.CharField(max_length=4, default="", blank=True)
    prepared_reference = models.CharField(max_length=200, default="", blank=True)
    reference = models.CharField(max_length=200, default="", blank=True)
    decline_reason = models.CharField(max_length=24, default="", blank=True)
    decline_advice = models.CharField(max_length=12, default="", blank=True)
    decline_code = models.CharField(max_length=80, default="", blank=True)
    action_url = models.CharField(max_length=1000, default="", blank=True)
    wait_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    # Its row was lost with a database that was restored, and made again since the company has the charge.
    found_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            # The lock on the payment prevents a second open attempt; this proves that it did (R1).
            models.UniqueConstraint(
                fields=["merchant", "payment"],
                name="attempt_one_open",
                condition=Q(
                    origin="paydesk",
                    state__in=["created", "prepared", "submitted", "pending", "needs_customer", "unknown"],
                ),
            ),
            models.UniqueConstraint(fields=["merchant", "payment", "number"], name="attempt_number_once"),
            models.UniqueConstraint(fields=["merchant", "public_id"], name="attempt_public_id_once"),
            models.UniqueConstraint(fields=["merchant", "key"], name="attempt_key_once"),
            # One charge at the company is one attempt here, whoever tells us of it first (R7).
            models.UniqueConstraint(
                fields=["merchant", "connection", "reference"],
                name="attempt_reference_once",
                condition=~Q(reference=""),
            ),
        ]
        indexes: ClassVar = [due_index("attempt_due")]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.state}"


class Refund(DueRow):
    """Money that goes back. One that we ask for has a key, and is there before the company is asked (R2, R3).

    `due_at` is when one of ours that is not settled is looked up next.
    """

    class State(models.TextChoices):
        CREATED = "created"
        UNKNOWN = "unknown"
        PENDING = "pending"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    #: Asked for, and no word of the company yet.
    OPEN = (State.CREATED, State.UNKNOWN)

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    payment = models.ForeignKey(Payment, on_delete=models.CASCADE)
    # The mark that travels with one of ours.
    public_id = models.CharField(max_length=16, default=new_public_id)
    # The company's name for it; null: it has not told us one, and many may have none.
    reference = models.CharField(max_length=200, null=True)  # noqa: DJ001
    charge_reference = models.CharField(max_length=200, default="", blank=True)
    state = models.CharField(max_length=10, choices=State)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    key = models.UUIDField(null=True)
    asked_by = models.CharField(max_length=80, default="", blank=True)
    asked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "connection", "reference"], name="refund_once"),
            models.UniqueConstraint(fields=["merchant", "public_id"], name="refund_public_id_once"),
            models.UniqueConstraint(fields=["merchant", "key"], name="refund_key_once"),
            # The lock on the payment prevents a second one without an answer; this proves that it did.
            models.UniqueConstraint(
                fields=["merchant", "payment"],
                name="refund_one_open",
                condition=Q(state__in=["created", "unknown"]),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["merchant", "payment"]), due_index("refund_due")]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.state}"


class Dispute(models.Model):
    """A payment that the customer's bank took back, or asks about: inquiry, closed, open, won, lost."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    payment = models.ForeignKey(Payment, on_delete=models.CASCADE)
    reference = models.CharField(max_length=200)
    state = models.CharField(max_length=10)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "connection", "reference"], name="dispute_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["merchant", "payment"])]

    def __str__(self) -> str:
        return self.reference
