"""Write a merchant's settings as a file that can be read again: every key with what it means, pictures beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table

from paydesk.merchants.branding import logo_by_digest
from paydesk.merchants.models import Merchant
from paydesk.merchants.settings_file.keys import FORMAT, KEYS, PICTURES, TEXTS, Value, texts_of
from paydesk.merchants.settings_file.present import settings_of
from paydesk.merchants.texts import STEPS

_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}


def write_file(path: Path, *, merchant_id: int) -> list[Path]:
    """Write the file, and its pictures in the same folder; gives all that was written. Raises OSError.

    A picture of that name that is there is not overwritten.
    """
    merchant = Merchant.objects.get(id=merchant_id)
    settings = settings_of(merchant)
    written = [path]
    for key in PICTURES:
        if settings[key]:
            picture = _write_picture(path, merchant_id, key, str(settings[key]))
            settings[key] = picture.name
            written.append(picture)
    path.write_text(as_toml(merchant.slug, settings), "utf-8")
    return written


def as_toml(slug: str, settings: Mapping[str, Value]) -> str:
    """Give the file's text."""
    document = tomlkit.document()
    document.add(tomlkit.comment("What this merchant decides. What the file does not say has its default."))
    document.add("format", tomlkit.item(FORMAT))
    document.add("merchant", tomlkit.item(slug))
    tables: dict[str, Table] = {}
    for key, known in KEYS.items():
        section, _, name = key.rpartition(".")
        place: Any = tables.setdefault(section, tomlkit.table()) if section else document
        place.add(name, tomlkit.item(settings[key]).comment(known.meaning))
    for section, table in tables.items():
        document.add(tomlkit.nl())
        document.add(section, table)
    _add_texts(document, settings)
    return tomlkit.dumps(document)


def _add_texts(document: tomlkit.TOMLDocument, settings: Mapping[str, Value]) -> None:
    document.add(tomlkit.nl())
    document.add(
        tomlkit.comment("Your own words, by language: [texts.en] and one line for each step that has some:")
    )
    for step, place in STEPS.items():
        document.add(tomlkit.comment(f"  {step}: {place}"))
    texts = texts_of(settings)
    if texts:
        document.add(TEXTS, tomlkit.item(texts))


def _write_picture(path: Path, merchant_id: int, key: str, digest: str) -> Path:
    found = logo_by_digest(merchant_id=merchant_id, digest=digest)
    if found is None:
        raise AssertionError(f"{key} of merchant {merchant_id} is not among its pictures")
    name = key.rpartition(".")[2].replace("_", "-")
    picture = path.with_name(f"{path.stem}-{name}.{_ENDINGS[found.media_type]}")
    with picture.open("xb") as file:
        file.write(found.content)
    return picture
