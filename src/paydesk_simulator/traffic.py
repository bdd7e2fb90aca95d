"""How often merchants call: no more in any second than their account allows, and all of it is counted."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from paydesk_simulator.company.accounts import Account

#: The window slides: a second is any second, not one of the clock's.
_WINDOW = 1.0


@dataclass(slots=True)
class _Tally:
    """The calls of one account, by second of the wall's clock: how many, and how many of them were refused."""

    seconds: dict[int, list[int]] = field(default_factory=dict)
    made: deque[float] = field(default_factory=deque)
    taken: deque[float] = field(default_factory=deque)
    most_in_a_second: int = 0


class Traffic:
    """The calls of every account since the server began; nothing of it is kept in the books."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tallies: defaultdict[str, _Tally] = defaultdict(_Tally)

    def admit(self, account: Account, arrived_at: datetime) -> bool:
        """Count a call, and say whether the account still had one left. What is refused uses none up."""
        with self._lock:
            tally = self._tallies[account.id]
            moment = max(arrived_at.timestamp(), tally.made[-1] if tally.made else 0.0)
            tally.most_in_a_second = max(tally.most_in_a_second, _join(tally.made, moment))
            limit = account.calls_a_second
            is_admitted = not limit or _join(tally.taken, moment) <= limit
            if not is_admitted:
                tally.taken.pop()
            second = tally.seconds.setdefault(int(moment), [0, 0])
            second[0] += 1
            second[1] += not is_admitted
            return is_admitted

    def counted(self, account_id: str) -> dict[str, Any]:
        """Give what was counted."""
        with self._lock:
            tally = self._tallies[account_id]
            return {
                "calls": sum(calls for calls, _ in tally.seconds.values()),
                "refused": sum(refused for _, refused in tally.seconds.values()),
                "most_in_a_second": tally.most_in_a_second,
                "seconds": list(_rows(tally)),
            }

    def forget(self, account_id: str) -> None:
        """Begin to count anew; the limit goes on."""
        with self._lock:
            tally = self._tallies[account_id]
            tally.made.clear()
            tally.seconds.clear()
            tally.most_in_a_second = 0


def _join(window: deque[float], moment: float) -> int:
    """Put a call into the window that ends with it; gives how many are in there."""
    while window and window[0] <= moment - _WINDOW:
        window.popleft()
    window.append(moment)
    return len(window)


def _rows(tally: _Tally) -> Iterator[dict[str, Any]]:
    for second, (calls, refused) in sorted(tally.seconds.items()):
        yield {"second": datetime.fromtimestamp(second, UTC), "calls": calls, "refused": refused}
