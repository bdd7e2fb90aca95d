"""Law: every text of the product stands translated in every catalogue, and the compiled catalogues are up to date."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.laws.sources import ROOT

LOCALE = ROOT / "src" / "paydesk" / "locale"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_noop": None,
    "for_customer": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
CATALOGS = sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def texts() -> set[tuple[str, str | None]]:
    """Collect every text as `bin/words` does, with its context; of a plural its singular."""
    with (LOCALE / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    found = extract_from_dir(ROOT / "src", methods, options, KEYWORDS)
    return {(said if isinstance(said, str) else said[0], context) for _, _, said, _, context in found}


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parts[-3])
def test_nothing_is_missing(path: Path) -> None:
    catalog = _read(path)
    known = {
        (_singular(message.id), message.context)
        for message in catalog
        if message.id and _is_translated(message.string)
    }
    assert texts() - known == set(), "run bin/words and translate what it added"


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parts[-3])
def test_the_compiled_catalogue_is_up_to_date(path: Path) -> None:
    compiled = BytesIO()
    write_mo(compiled, _read(path))
    assert path.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run bin/words"


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parts[-3])
def test_a_translation_fills_in_what_the_text_does(path: Path) -> None:
    wrong = {str(message.id): message.check() for message in _read(path) if message.id}
    assert {said: trouble for said, trouble in wrong.items() if trouble} == {}


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def _singular(said: object) -> str:
    return said if isinstance(said, str) else str(said[0])  # type: ignore[index]


def _is_translated(said: object) -> bool:
    return all(said) if isinstance(said, tuple | list) else bool(said)
