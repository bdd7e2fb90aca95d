"""List things in a line, with the comma of the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from paydesk.kit.language import comma
from paydesk.portal.words.reader import reader


def listed(parts: Iterable[str | int]) -> Markup:
    """Write what is not empty one after the other, escaped."""
    return Markup(comma(reader().language)).join(escape(part) for part in parts if part)  # noqa: S704 - a comma of ours.
