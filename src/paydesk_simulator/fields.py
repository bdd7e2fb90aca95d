"""The fields of a JSON request, read with a type; a wrong one is refused by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from paydesk_simulator.refused import Refused


@dataclass(frozen=True, slots=True)
class Fields:
    """One object of a request."""

    values: Mapping[str, Any]

    @classmethod
    def of(cls, body: bytes) -> Fields:
        """Read a body; nothing is an empty object."""
        try:
            values = json.loads(body or b"{}")
        except ValueError:
            raise Refused(400, "bad_json", "The body is not JSON.") from None
        if not isinstance(values, dict):
            raise Refused(400, "bad_json", "The body is not an object.")
        return cls(values)

    def text(self, name: str, default: str | None = None) -> str:
        """Read a text."""
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise self._bad(name, "a text")
        return value

    def whole(self, name: str, default: int | None = None) -> int:
        """Read a whole number."""
        value = self.values.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._bad(name, "a whole number")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Read yes or no."""
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise self._bad(name, "true or false")
        return value

    def currency(self, name: str = "currency") -> str:
        """Read a currency code."""
        value = self.text(name)
        if len(value) != 3 or not (value.isascii() and value.isalpha() and value.isupper()):
            raise self._bad(name, "a currency code such as EUR")
        return value

    def moment(self, name: str) -> datetime | None:
        """Read a time with its zone, if there is one."""
        if self.values.get(name) is None:
            return None
        try:
            value = datetime.fromisoformat(self.text(name))
        except ValueError:
            raise self._bad(name, "a time") from None
        if value.tzinfo is None:
            raise self._bad(name, "a time with its zone")
        return value

    def parts(self, name: str) -> list[Fields]:
        """Read a list of objects; none is an empty list."""
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            raise self._bad(name, "a list of objects")
        return [Fields(part) for part in value]

    @staticmethod
    def _bad(name: str, wanted: str) -> Refused:
        return Refused(400, "bad_field", f"{name} has to be {wanted}.")
