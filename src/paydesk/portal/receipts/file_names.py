"""Name the file of a paper by who was paid and what it is."""

from __future__ import annotations

import re

from paydesk.billing.receipts.snapshot import Seller

#: What no file system or shell takes well.
_NOT_IN_A_NAME = re.compile(r"[^\w\s.,&()'-]+")
_NAME_MAX = 80


def file_name(seller: Seller, what: str, *, ending: str = "pdf") -> str:
    """Give a name such as `Harbor Coffee Roasters, Receipt 12.pdf`."""
    name = re.sub(r"\s+", " ", _NOT_IN_A_NAME.sub(" ", seller["name"])).strip(" .")[:_NAME_MAX].strip()
    is_test = "TEST " if seller["mode"] == "test" else ""
    return f"{name or 'Paydesk'}, {is_test}{what}.{ending}"
