"""All planted bugs."""

from __future__ import annotations

from collections.abc import Sequence

from tests.drills.planted import asking, keeping, restoring
from tests.drills.planted.planting import Bug

ALL: Sequence[Bug] = [*asking.BUGS, *keeping.BUGS, *restoring.BUGS]
