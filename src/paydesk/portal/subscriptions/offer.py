"""One thing that a customer can do with an agreement."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """It leads to a page that says what happens before anything does.

    `is_press`: its address takes a form, and leads to such a page as well.
    """

    mark: str
    words: str
    address: str
    note: str = ""
    is_press: bool = False
