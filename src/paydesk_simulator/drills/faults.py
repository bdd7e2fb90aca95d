"""Faults on demand: what goes wrong with the next requests of an account."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import ClassVar

from paydesk_simulator.database import Books, new_id
from paydesk_simulator.refused import Refused

#: What can become of an answer, with nothing done (`lost_before`) or everything done (`lost_after`) before it.
MISHAPS = ("lost", "reset", "half_open", "error", "garbage")
KINDS = (
    *(f"{mishap}_{moment}" for mishap in MISHAPS for moment in ("before", "after")),
    "conflict",
    "busy",
    "slow",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A fault for the next `times_left` requests whose operation matches, such as `charge.confirm` or `charge.*`."""

    TABLE: ClassVar[str] = "faults"
    id: str
    account_id: str
    operation: str
    kind: str
    times_left: int
    milliseconds: int


def order_fault(
    books: Books, account_id: str, *, operation: str, kind: str, times: int, milliseconds: int
) -> Fault:
    """Order a fault. Milliseconds delay most kinds; what they are to the others is said in docs/simulator.md."""
    if kind not in KINDS:
        raise Refused(400, "unknown_fault", f"A fault is one of {', '.join(KINDS)}.")
    fault = Fault(
        id=new_id("fault"),
        account_id=account_id,
        operation=operation,
        kind=kind,
        times_left=times,
        milliseconds=milliseconds,
    )
    return books.add(fault)


def take_fault(books: Books, account_id: str, operation: str) -> Fault | None:
    """Give the oldest fault that was ordered for this request, as it stands before this one is counted."""
    for fault in books.find(Fault, "account_id = ? ORDER BY rowid", account_id):
        if fnmatchcase(operation, fault.operation):
            if fault.times_left > 1:
                books.change(fault, times_left=fault.times_left - 1)
            else:
                books.remove(fault)
            return fault
    return None


def forget_faults(books: Books, account_id: str) -> None:
    """Let everything work again."""
    for fault in books.find(Fault, "account_id = ?", account_id):
        books.remove(fault)
