"""List things in a line, with the comma of the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from paydesk.kit.language import comma
from paydesk.portal.words.reader import reader


def listed(parts: Iterable[str | int]) -> Markup:
    """Write what is not empty one after the other, escaped."""
    said = [part if isinstance(part, str) else str(part) for part in parts]
    return Markup(comma(reader().language)).join(part for part in said if part)  # noqa: S704 - a comma of ours.
