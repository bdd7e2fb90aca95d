"""What a bill is made of: lines - discounts + taxes on top - balance = what is owed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from paydesk_simulator.fields import Fields
from paydesk_simulator.refused import Refused

Part = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class BillParts:
    """Amounts are minor units of the bill's currency; those of discounts are above zero.

    A tax that is included is in the lines already. A balance below zero adds an old debt.
    """

    lines: list[Part]
    discounts: list[Part] = field(default_factory=list)
    taxes: list[Part] = field(default_factory=list)
    balance_minor: int = 0

    @classmethod
    def single(cls, title: str, amount_minor: int) -> BillParts:
        """One line, and nothing else."""
        return cls(lines=[_line(title, amount_minor, 1)])

    def owed(self) -> int:
        """Give what is left to pay."""
        on_top = [tax["amount_minor"] for tax in self.taxes if not tax["is_included"]]
        return _sum(self.lines) - _sum(self.discounts) + int(sum(on_top)) - self.balance_minor

    def less(self, percent: int) -> BillParts:
        """Give the same for so many per cent less, rounded to the customer's favour."""
        off = _line(f"{percent} % off", -(-self.owed() * percent // 100), 1)
        return replace(self, discounts=[*self.discounts, off])


def read_parts(wanted: Fields, *, title: str) -> BillParts:
    """Read the parts of what is billed. Without lines the title is the only one, of whatever `amount_minor` leaves.

    With lines, `amount_minor` may be left out; a wrong one is refused.
    """
    around = {
        "discounts": [_read_line(part) for part in wanted.parts("discounts")],
        "taxes": [_read_tax(part) for part in wanted.parts("taxes")],
    }
    balance, lines = wanted.whole("balance_minor", 0), [_read_line(part) for part in wanted.parts("lines")]
    parts = BillParts(lines=lines, balance_minor=balance, **around)
    owed = wanted.whole("amount_minor", parts.owed() if lines else None)
    if not lines:
        lines.append(_line(title, owed - parts.owed(), 1))
    if parts.owed() != owed:
        raise Refused(400, "bad_amount", f"The parts of this bill come to {parts.owed()}, not to {owed}.")
    return parts


def read_billing(wanted: Fields) -> Part:
    """Read whom bills are made out to: name, email, street (lines), city, region, postal_code, country, tax_ids."""
    found = wanted.values.get("billing", {})
    if not isinstance(found, dict) or found.keys() - _BILLING.keys():
        raise Refused(400, "bad_field", f"billing has to be made of {', '.join(_BILLING)}.")
    return {name: found.get(name, empty) for name, empty in _BILLING.items()} if found else {}


#: What an address is made of.
ADDRESS = ("street", "city", "region", "postal_code", "country")
_BILLING: Part = {
    "name": "",
    "email": "",
    "street": [],
    "city": "",
    "region": "",
    "postal_code": "",
    "country": "",
    "tax_ids": [],
}


def _read_line(part: Fields) -> Part:
    return _line(part.text("title"), part.whole("amount_minor"), part.whole("quantity", 1))


def _read_tax(part: Fields) -> Part:
    return {
        "title": part.text("title"),
        "amount_minor": part.whole("amount_minor"),
        "percentage": part.text("percentage", ""),
        "is_included": part.flag("is_included", False),
    }


def _line(title: str, amount_minor: int, quantity: int) -> Part:
    return {"title": title, "amount_minor": amount_minor, "quantity": quantity}


def _sum(parts: list[Part]) -> int:
    return sum(int(part["amount_minor"]) for part in parts)
