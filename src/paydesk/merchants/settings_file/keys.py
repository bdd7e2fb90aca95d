"""The keys of a settings file: what each is called, of what type it is, its default and its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paydesk.kit.accent import DEFAULT
from paydesk.merchants.policies import MEANINGS, Policies

Value = bool | int | str | list[str]
#: Every setting of a merchant by its key, such as `support.email`. A picture's value is the digest of its bytes.
Flat = Mapping[str, Value]

FORMAT = 1
NEEDED = ("name", "mode", "support.email")
PICTURES = ("brand.logo", "brand.logo_dark")
TEXTS = "texts"


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """One key of the file. `column`: the field of `MerchantWanted` that keeps it; empty for pictures and policies."""

    default: Value
    meaning: str
    column: str = ""


def texts_of(settings: Flat) -> dict[str, dict[str, str]]:
    """Give what stands below `texts`, by language and step; an empty text is none."""
    found: dict[str, dict[str, str]] = {}
    for key, words in settings.items():
        if key.startswith(f"{TEXTS}.") and words:
            _, language, step = key.split(".")
            found.setdefault(language, {})[step] = str(words)
    return found


_OWN = {
    "name": Key(default="", column="name", meaning="as customers know it"),
    "mode": Key(
        default="", column="mode", meaning="test or live; it stays as it was when the merchant was added"
    ),
    "time_zone": Key(default="UTC", column="time_zone", meaning="what is due on a day is due there"),
    "language": Key(
        default="en", column="language", meaning="of pages and letters, unless a customer prefers another"
    ),
    "access.portal_host": Key(
        default="",
        column="host_name",
        meaning="its own host name, such as pay.example.com; else /m/SHORT-NAME/",
    ),
    "access.link_minutes": Key(
        default=15, column="link_minutes", meaning="how long a sign-in link lives: 5 to 15 minutes"
    ),
    "access.frame_origins": Key(
        default=[], column="frame_origins", meaning="https origins that may show the portal in a frame"
    ),
    "brand.accent": Key(
        default=DEFAULT,
        column="accent_color",
        meaning="the colour of buttons and links, mended where it cannot be read",
    ),
    "brand.logo": Key(default="", meaning="a PNG, JPEG or SVG, named from where this file is"),
    "brand.logo_dark": Key(default="", meaning="the same for dark pages"),
    "support.email": Key(default="", column="support_email", meaning="where customers can write to"),
    "support.phone": Key(default="", column="support_phone", meaning="where customers can call"),
    "support.url": Key(default="", column="support_url", meaning="the https address of a page that helps"),
    "letters.sender": Key(
        default="",
        column="sender_email",
        meaning="the address that letters come from; your mail server has to be allowed to send for it",
    ),
}
_POLICIES = {
    f"policies.{name}": Key(default=getattr(Policies(), name), meaning=meaning)
    for name, meaning in MEANINGS.items()
}
KEYS: Mapping[str, Key] = _OWN | _POLICIES
