"""Carry the words of receipts and statements between the layouts, which print them, and the catalogues, which translate
them: `python -m toolbox.paper_words`.

What a layout says in a language stays as it is, so that a receipt reads the same after every update: the catalogue is
given it. A language that a layout does not speak yet it learns from the catalogue, as soon as all its words are there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from toolbox.machine import ROOT

SOURCE = ROOT / "src" / "paydesk"
LAYOUTS = SOURCE / "billing" / "receipts" / "printing" / "layouts"

Spoken = dict[str, dict[str, str]]


def extract(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Give Babel the English of a layout: each text in a context of its own, as one word may stand in two places."""
    layout = Path(file.name).parent.name
    english: dict[str, str] = json.load(file)["en"]
    for key, text in english.items():
        yield 1, "pgettext", (_context(layout, key), text), []


def main() -> None:
    """Make catalogues and layouts agree."""
    from babel.messages.pofile import read_po, write_po

    layouts = sorted(LAYOUTS.glob("*/words.json"))
    for path in sorted((SOURCE / "locale").glob("*/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.parts[-3])
        for layout in layouts:
            _agree(catalog, layout, path.parts[-3])
        with path.open("wb") as file:
            write_po(file, catalog, sort_output=True, ignore_obsolete=True)


def _agree(catalog: Any, layout: Path, language: str) -> None:
    spoken: Spoken = json.loads(layout.read_text("utf-8"))
    entries = {
        key: catalog.get(text, context=_context(layout.parent.name, key))
        for key, text in spoken["en"].items()
    }
    if language in spoken:
        for key, entry in entries.items():
            entry.string = spoken[language][key]
    elif all(entry.string for entry in entries.values()):
        spoken[language] = {key: entry.string for key, entry in entries.items()}
        layout.write_text(json.dumps(spoken, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _context(layout: str, key: str) -> str:
    return f"paper {layout}: {key}"


if __name__ == "__main__":
    main()
