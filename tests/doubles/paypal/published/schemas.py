"""Make JSON schemas of an OpenAPI 3.0 file: references are inlined, `allOf` is merged, unknown names are refused."""

from __future__ import annotations

import re
from typing import Any

from tests.doubles.paypal.published.let_pass import ECHOED, FREE_TEXTS, MISSING_VALUES, NOT_OF_ANSWERS

Json = dict[str, Any]

_KEPT = NOT_OF_ANSWERS | {"enum", "type", "minProperties", "maxProperties"}


class Schemas:
    """JSON schemas of an OpenAPI 3.0 file, with everything inlined: `allOf` merged, names closed."""

    def __init__(self, described: Json, *, strict: bool) -> None:
        self._described = described
        self._strict = strict
        self._made: dict[str, Json] = {}

    def closed(self, node: Json) -> Json:
        reference = node.get("$ref", "")
        if reference in self._made:
            return self._made[reference]
        made: Json = {}
        if reference:
            self._made[reference] = made
        made.update(self._opened(node))
        if made.get("properties"):
            made.setdefault("additionalProperties", False)
        return made

    def _opened(self, node: Json) -> Json:
        component = node.get("$ref", "").rpartition("/")[2]
        echoed = component in ECHOED
        node = followed(self._described, node)
        kept = _KEPT if self._strict else _KEPT - NOT_OF_ANSWERS
        made: Json = {name: node[name] for name in kept & node.keys()}
        if "pattern" in made and not _compiles(made["pattern"]):
            del made["pattern"]
        self._add_properties(made, node, echoed=echoed)
        for name, values in MISSING_VALUES.get(component, {}).items():
            made["properties"][name]["enum"] = [*made["properties"][name]["enum"], *values]
        for name in FREE_TEXTS.get(component, ()):
            made["properties"][name].pop("pattern", None)
        if isinstance(node.get("items"), dict):
            made["items"] = self.closed(node["items"])
        for part in node.get("allOf", []):
            _merge(made, self._opened(part))
        either = [*node.get("oneOf", []), *node.get("anyOf", [])]
        if either and not made.get("properties"):
            made["anyOf"] = [self.closed(one) for one in either]
        if node.get("nullable") and "type" in made:
            made = {"anyOf": [made, {"type": "null"}]}
        return made

    def _add_properties(self, made: Json, node: Json, *, echoed: bool) -> None:
        if "properties" not in node:
            return
        made["properties"] = {
            name: self.closed(one)
            for name, one in node["properties"].items()
            if echoed or not (self._strict and self._is_read_only(one))
        }
        made["required"] = [name for name in node.get("required", []) if name in made["properties"]]

    def _is_read_only(self, node: Json) -> bool:
        return bool(node.get("readOnly") or followed(self._described, node).get("readOnly"))


def _merge(made: Json, part: Json) -> None:
    """Put a part of an `allOf` in; what both say of one name, the later part says in full."""
    for name, value in part.items():
        if name == "properties":
            made[name] = {**made.get(name, {}), **value}
        elif name == "required":
            made[name] = [*made.get(name, []), *value]
        else:
            made.setdefault(name, value)


def followed(described: Json, node: Json) -> Json:
    while "$ref" in node:
        found: Json = described
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
