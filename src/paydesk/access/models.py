"""Sign-in requests, the secrets sent for them, sessions, tickets, calendars and the counters of limits."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from paydesk.billing.customers.models import Customer
from paydesk.kit.ids import new_public_id
from paydesk.merchants.models import Merchant


class SignInRequest(models.Model):
    """Somebody asked to come in. Unknown addresses get a row too, and walk the same path.

    The door never looks the address up: the worker fills in the customer as it makes the letter's secrets.
    """

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True)
    public_id = models.CharField(max_length=16, default=new_public_id)
    address = models.CharField(max_length=320)
    browser_hash = models.BinaryField()
    next_path = models.CharField(max_length=500, default="", blank=True)
    #: Codes typed without a link; those typed beside a link are counted at the link.
    tries_count = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    code_expires_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "public_id"], name="sign_in_public_id_once"),
            models.UniqueConstraint(fields=["merchant", "browser_hash"], name="sign_in_browser_once"),
        ]

    def __str__(self) -> str:
        return self.public_id


class LinkSecret(models.Model):
    """The hashes of what one letter carried, a link and a code; a request whose letter went out twice has two."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    # access/forget deletes the rows of a merchant in one statement each, children first; nothing else deletes any.
    request = models.ForeignKey(SignInRequest, on_delete=models.DO_NOTHING)
    secret_hash = models.BinaryField()
    code_hash = models.BinaryField()
    #: Codes typed beside this link: only who holds the letter can use these up.
    tries_count = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    code_expires_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "secret_hash"], name="link_secret_once"),
        ]

    def __str__(self) -> str:
        return f"link of {self.request_id}"


class Session(models.Model):
    """A customer who is in, by cookie or by bearer token. Idle 30 minutes, 12 hours at most."""

    class Carrier(models.TextChoices):
        COOKIE = "cookie"
        BEARER = "bearer"

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    request = models.OneToOneField(SignInRequest, on_delete=models.DO_NOTHING, null=True)
    public_id = models.CharField(max_length=16, default=new_public_id)
    carrier = models.CharField(max_length=6, choices=Carrier, default=Carrier.COOKIE)
    parent_origin = models.CharField(max_length=253, default="", blank=True)
    token_hash = models.BinaryField()
    address = models.CharField(max_length=320)
    device = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "token_hash"], name="session_token_once"),
            models.UniqueConstraint(fields=["merchant", "public_id"], name="session_public_id_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["merchant", "customer"])]

    def __str__(self) -> str:
        return self.public_id


class Ticket(models.Model):
    """One step from a frame to the top level: one use, 60 seconds, one address."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    session = models.ForeignKey(Session, on_delete=models.DO_NOTHING)
    secret_hash = models.BinaryField()
    path = models.CharField(max_length=500)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "secret_hash"], name="ticket_once")
        ]

    def __str__(self) -> str:
        return self.path


class AddressChange(models.Model):
    """A customer wants another address. It is theirs once its mailbox is proved, and can be taken back for days."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    #: The session that asked, in which the old address had just been proved. It lives on when all others end, and what
    #: was asked for ends with it.
    session_public_id = models.CharField(max_length=16)
    old_address = models.CharField(max_length=320)
    new_address = models.CharField(max_length=320)
    new_normalized = models.CharField(max_length=320)
    #: Codes typed without a link.
    tries_count = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    code_expires_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    #: Something newer was asked for, or what came before was taken back.
    ended_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    #: Whether nobody had the address here before.
    made_new_address = models.BooleanField(default=False)
    undo_until = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merchant", "customer"],
                name="address_change_open_once",
                condition=models.Q(confirmed_at=None, ended_at=None),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["merchant", "customer"])]

    def __str__(self) -> str:
        return f"change of {self.customer_id}"


class AddressSecret(models.Model):
    """The hashes of what one letter about a change of address carried, a link and a code."""

    class Purpose(models.TextChoices):
        CONFIRM = "confirm"
        UNDO = "undo"

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    # access/forget deletes these before their changes; nothing else deletes any.
    change = models.ForeignKey(AddressChange, on_delete=models.DO_NOTHING)
    purpose = models.CharField(max_length=7, choices=Purpose)
    secret_hash = models.BinaryField()
    code_hash = models.BinaryField()
    tries_count = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "secret_hash"], name="address_secret_once"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.change_id}"


class CalendarFeed(models.Model):
    """A secret address at which a calendar program reads what is to come, in the language in which it was made."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    public_id = models.CharField(max_length=16, default=new_public_id)
    secret_hash = models.BinaryField()
    language = models.CharField(max_length=12, default="en")
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "secret_hash"], name="calendar_feed_once"),
            models.UniqueConstraint(fields=["merchant", "public_id"], name="calendar_feed_public_id_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["merchant", "customer"])]

    def __str__(self) -> str:
        return self.public_id


class LimitCount(models.Model):
    """When something was done lately, as far as its limit looks back; hashed, so that no address stands here."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    limit = models.CharField(max_length=40)
    subject_hash = models.BinaryField()
    #: Microseconds since 1970, oldest first; never more than the limit allows.
    moments = models.JSONField(default=list)
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "limit", "subject_hash"], name="limit_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.limit}: {len(self.moments)}"
