"""Merchants, their pictures, their clocks and their connections."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models


class Merchant(models.Model):
    """A business with a portal of its own. Many share an installation and never see a byte of each other's."""

    class Mode(models.TextChoices):
        LIVE = "live"
        TEST = "test"

    uuid = models.UUIDField(default=uuid4, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    # Many merchants have none, and two empty texts would not be unique.
    host_name = models.CharField(max_length=253, unique=True, null=True)  # noqa: DJ001
    name = models.CharField(max_length=120)
    mode = models.CharField(max_length=4, choices=Mode)
    time_zone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=12, default="en")
    support_email = models.EmailField()
    support_url = models.CharField(max_length=300, default="", blank=True)
    support_phone = models.CharField(max_length=40, default="", blank=True)
    # What a page must know of the logo, so that it is not read to be shown: see branding.shown_logo.
    logo = models.JSONField(default=dict)
    accent_color = models.CharField(max_length=7, default="#3d5afe")
    link_minutes = models.PositiveSmallIntegerField(default=15)
    # The https origins that may show the portal in a frame; with none, nobody may.
    frame_origins = models.JSONField(default=list)
    # The address that letters come from; empty: the installation's own.
    sender_email = models.CharField(max_length=254, default="", blank=True)
    # What it says in its own words, by language and step: see `merchants/texts.py`.
    texts = models.JSONField(default=dict)
    # What customers may do with what is to come; what is not said has the default of `merchants/policies.py`.
    policies = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            # A link lives 5 to 15 minutes: shorter loses slow mail, longer is a key left in the door.
            models.CheckConstraint(
                name="merchant_link_minutes", condition=models.Q(link_minutes__range=(5, 15))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Picture(models.Model):
    """A picture of a merchant's brand. It is named by what is in it, and stays: receipts and letters name it, too."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64)
    media_type = models.CharField(max_length=20)
    content = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "digest"], name="picture_digest_once")
        ]

    def __str__(self) -> str:
        return f"{self.media_type} {self.digest[:12]}"


class ClockOffset(models.Model):
    """How far a test-mode merchant's business clock is ahead; a live merchant has none."""

    merchant = models.OneToOneField(Merchant, on_delete=models.CASCADE)
    seconds = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.seconds} s"


class Connection(models.Model):
    """A merchant's account at a gateway. Credentials are sealed for this merchant and this field."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    uuid = models.UUIDField(default=uuid4, unique=True)
    gateway = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    base_url = models.CharField(max_length=300, default="", blank=True)
    options = models.JSONField(default=dict)
    credentials = models.BinaryField()
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "name"], name="connection_name_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.gateway})"
