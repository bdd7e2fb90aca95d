"""Add a merchant to the installation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from paydesk.kit.accent import DEFAULT, is_color
from paydesk.kit.contacts import is_page, is_phone
from paydesk.kit.language import is_language
from paydesk.merchants.models import Merchant
from paydesk.merchants.texts import Texts, refusal_of_texts

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")
_ORIGIN = re.compile(r"https://[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+(?::[0-9]{1,5})?")
_NAME_MAX = 120
#: What the command has verbs for: `paydesk merchant apply FILE`.
VERBS = {"apply", "export"}
#: A sign-in link lives at least and at most so long.
LINK_MINUTES = (5, 15)


class MerchantRefused(Exception):
    """The words say what is wrong with the wish; staff read them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MerchantWanted:
    """What a merchant is to be. Without `host_name` its portal is at `/m/SLUG/`; `accent_color` is `#rrggbb`.

    `support_url` is an https address; it, `support_phone` and `sender_email` may be empty.
    """

    slug: str
    name: str
    support_email: str
    mode: str
    time_zone: str = "UTC"
    language: str = "en"
    host_name: str | None = None
    accent_color: str = DEFAULT
    support_url: str = ""
    support_phone: str = ""
    link_minutes: int = LINK_MINUTES[1]
    frame_origins: Sequence[str] = ()
    sender_email: str = ""
    texts: Texts = field(default_factory=dict)


def add_merchant(wanted: MerchantWanted, *, now: datetime) -> Merchant:
    """Keep a new merchant, or raise MerchantRefused. `now` is wall time."""
    said = refusal(wanted) or taken(wanted)
    if said is not None:
        raise MerchantRefused(said)
    return Merchant.objects.create(uuid=uuid4(), created_at=now, **columns_of(wanted))


def taken(wanted: MerchantWanted, *, merchant_id: int | None = None) -> str | None:
    """Say whether another merchant is there already with this short name or host name; `merchant_id`: its own."""
    # Both are doors of the whole installation, so they are looked for across merchants.
    others = Merchant.objects.exclude(id=merchant_id or 0)
    if merchant_id is None and others.filter(slug=wanted.slug).exists():
        return f"There is a merchant {wanted.slug!r} already."
    if wanted.host_name and others.filter(host_name=wanted.host_name).exists():
        return "Another merchant has that host name."
    return None


def columns_of(wanted: MerchantWanted) -> dict[str, Any]:
    """Give what is wanted as the row keeps it."""
    kept = {one.name: getattr(wanted, one.name) for one in fields(MerchantWanted)}
    return kept | {"frame_origins": list(wanted.frame_origins)}


def refusal(wanted: MerchantWanted) -> str | None:
    """Say what is wrong with the wish, or None."""
    if not _SLUG.fullmatch(wanted.slug):
        return "The short name takes 1 to 40 small letters, digits and hyphens."
    if wanted.slug in VERBS:
        return f"{wanted.slug} is a verb of `paydesk merchant`; take another short name."
    if not wanted.name.strip() or len(wanted.name) > _NAME_MAX or not wanted.name.isprintable():
        return f"A merchant needs a name of at most {_NAME_MAX} letters, in one line."
    if wanted.mode not in Merchant.Mode.values:
        return "The mode is live or test."
    if wanted.host_name is not None and not _HOST_NAME.fullmatch(wanted.host_name):
        return "The host name must look like pay.example.com, in small letters."
    if not is_color(wanted.accent_color):
        return "The accent colour must look like #3d5afe."
    return (
        _refusal_of_place(wanted)
        or _refusal_of_contacts(wanted)
        or _refusal_of_access(wanted)
        or refusal_of_texts(wanted.texts)
    )


def _refusal_of_place(wanted: MerchantWanted) -> str | None:
    try:
        ZoneInfo(wanted.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"There is no time zone {wanted.time_zone!r}; they look like Europe/Berlin."
    if not is_language(wanted.language):
        return f"There is no language {wanted.language!r}; they look like en or pt-br."
    return None


def _refusal_of_contacts(wanted: MerchantWanted) -> str | None:
    for address in filter(None, (wanted.support_email or "none", wanted.sender_email)):
        try:
            validate_email(address)
        except ValidationError:
            return f"{address!r} is not an e-mail address."
    if wanted.support_url and not is_page(wanted.support_url):
        return f"{wanted.support_url!r} is not the address of a page; it must look like https://example.com/help."
    if wanted.support_phone and not is_phone(wanted.support_phone):
        return f"{wanted.support_phone!r} is not a telephone number; it must look like +351 21 555 0100."
    return None


def _refusal_of_access(wanted: MerchantWanted) -> str | None:
    least, most = LINK_MINUTES
    if not least <= wanted.link_minutes <= most:
        return f"A sign-in link lives {least} to {most} minutes."
    for origin in wanted.frame_origins:
        if not _ORIGIN.fullmatch(origin):
            return f"{origin!r} is not an origin; it must look like https://example.com, without a path."
    return None
