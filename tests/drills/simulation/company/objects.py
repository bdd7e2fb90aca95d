"""What a company keeps: methods, charges, what went back of them, and what happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(kw_only=True)
class Method:
    reference: str
    customer: str
    card: str
    is_default: bool = False
    is_removed: bool = False


@dataclass(kw_only=True)
class Back:
    """A refund or a dispute."""

    reference: str
    minor: int
    state: str
    made_at: datetime
    tag: str = ""


@dataclass(kw_only=True)
class Charge:
    reference: str
    tag: str
    customer: str
    method: str
    minor: int
    currency: str
    on_session: bool
    made_at: datetime
    status: str = "prepared"
    code: str = ""
    settles_at: datetime | None = None
    finished_at: datetime | None = None
    took_all_the_same: bool = False
    refunds: list[Back] = field(default_factory=list)
    disputes: list[Back] = field(default_factory=list)

    @property
    def left_minor(self) -> int:
        """Give what can still go back."""
        return self.minor - sum(one.minor for one in (*self.refunds, *self.disputes) if one.state != "failed")


@dataclass(kw_only=True)
class Happening:
    """One event, as it is listed and delivered."""

    reference: str
    kind: str
    about: dict[str, str]
    at: datetime
