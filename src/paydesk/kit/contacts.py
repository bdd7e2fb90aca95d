"""Write a telephone number and a page's address for people, and for what opens when they are pressed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_PHONE = re.compile(r"\+?[0-9](?:[0-9 ()./-]{3,37})[0-9]")
#: The trunk prefix is written for people at home and never dialled from abroad: +44 (0)20.
_TRUNK = re.compile(r"(?<=\d)\s*\(0\)")


def is_phone(text: str) -> bool:
    """Say whether it is a telephone number as people write it: +351 21 555 0100."""
    return _PHONE.fullmatch(text) is not None


def is_page(text: str) -> bool:
    """Say whether it is the https address of a page, without a name or password in it."""
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and "." in str(parts.hostname)
        known_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_plain = re.fullmatch(r"[!-~]{1,300}", text) is not None and not re.search(r"[\"'<>\\]", text)
    return parts.scheme == "https" and has_host and known_port and "@" not in parts.netloc and is_plain


def phone_address(phone: str) -> str:
    """Give what a telephone dials: tel:+351215550100."""
    number = _TRUNK.sub("", phone)
    return "tel:" + ("+" if number.startswith("+") else "") + re.sub(r"\D", "", number)


def page_name(address: str) -> str:
    """Write an address as people say it: harbor.example/help."""
    parts = urlsplit(address)
    return parts.netloc.removeprefix("www.") + parts.path.rstrip("/")
