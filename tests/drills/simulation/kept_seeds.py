"""Seeds that once found something, with what it was. They are run first, for ever."""

from __future__ import annotations

#: By seed: what was wrong when it failed.
KEPT_SEEDS: dict[int, str] = {}
