"""Read a settings file: TOML, of a format that we know, every key by name and type. Nothing is written here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paydesk.merchants.logos.read import file_of_logo
from paydesk.merchants.settings_file.keys import FORMAT, KEYS, NEEDED, PICTURES, TEXTS, Value
from paydesk.merchants.texts import STEPS

#: What names the file's own nature, and is no setting.
_HEAD = ("format", "merchant")


class FileRefused(Exception):
    """`wrong`: every fault of the file, by its key; staff read them."""

    def __init__(self, wrong: list[str]) -> None:
        super().__init__("\n".join(wrong))
        self.wrong = wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadFile:
    """What a file says: of which merchant, and its settings by key; what it leaves out has its default."""

    slug: str
    settings: Mapping[str, Value]
    pictures: Mapping[str, bytes]


def read_file(path: Path) -> ReadFile:
    """Read a settings file and the pictures that it names; raises FileRefused with all that is wrong."""
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as trouble:
        raise FileRefused([f"{path}: {trouble}"]) from trouble
    head = {name: said.pop(name, None) for name in _HEAD}
    if head["format"] != FORMAT:
        raise FileRefused(
            [f"format: this Paydesk reads format = {FORMAT}; the file says {head['format']!r}."]
        )
    found = _flat(said)
    wrong = [fault for key, value in found.items() if (fault := _fault(key, value))]
    wrong += [f"{key}: it is needed." for key in NEEDED if not found.get(key)]
    if not isinstance(head["merchant"], str):
        wrong.append('merchant: it is needed, the short name as in /m/SHORT-NAME/: "clay".')
    pictures, faults = _pictures(found, path.parent)
    if wrong + faults:
        raise FileRefused(wrong + faults)
    settings = {key: known.default for key, known in KEYS.items()} | found
    return ReadFile(slug=str(head["merchant"]), settings=settings, pictures=pictures)


def _flat(tables: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Name what is in tables by its whole key."""
    found: dict[str, Any] = {}
    for name, value in tables.items():
        found |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return found


def _fault(key: str, value: object) -> str | None:
    """Say what is wrong with one key: its name, or its type; whether the value makes sense is asked later."""
    if key.startswith(f"{TEXTS}."):
        step = key.rpartition(".")[2]
        if key.count(".") != 2 or step not in STEPS:
            return f"{key}: texts are named texts.LANGUAGE.STEP; the steps are {', '.join(STEPS)}."
        return None if isinstance(value, str) else f"{key}: it is a text."
    if key not in KEYS:
        return f"{key}: there is no such setting."
    wanted = type(KEYS[key].default)
    if wanted is list:
        is_right = isinstance(value, list) and all(isinstance(one, str) for one in value)
    else:
        is_right = type(value) is wanted
    said = {bool: "true or false", int: "a whole number", str: "a text", list: "a list of texts"}
    return None if is_right else f"{key}: it is {said[wanted]}."


def _pictures(found: Mapping[str, Any], folder: Path) -> tuple[dict[str, bytes], list[str]]:
    pictures, wrong = {}, []
    for key in PICTURES:
        name = found.get(key, "")
        if not isinstance(name, str) or not name:
            continue
        try:
            pictures[key] = file_of_logo(folder / name)
        except OSError as trouble:
            wrong.append(f"{key}: {trouble}")
    if "brand.logo_dark" in pictures and "brand.logo" not in pictures:
        wrong.append("brand.logo_dark: it goes with brand.logo.")
    return pictures, wrong
