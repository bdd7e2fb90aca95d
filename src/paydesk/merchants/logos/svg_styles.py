"""Turn the styles of an SVG into attributes: drawing programs write `.st0{fill:#123456}` and `style="fill:#123456"`."""

from __future__ import annotations

import re
from typing import NamedTuple

from paydesk.merchants.logos.picture import LogoRefused
from paydesk.merchants.logos.svg import Node

#: Properties that are attributes as well; of all others nothing is kept.
PRESENTATION = {
    *(
        "fill",
        "fill-opacity",
        "fill-rule",
        "opacity",
        "color",
        "display",
        "visibility",
        "overflow",
        "paint-order",
    ),
    *("stroke", "stroke-width", "stroke-opacity", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit"),
    *("stroke-dasharray", "stroke-dashoffset", "vector-effect", "stop-color", "stop-opacity"),
    *("clip-path", "clip-rule", "mask", "mask-type"),
}
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLOCK = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"(\*|[A-Za-z]+|\.[\w-]+|#[\w-]+)")
_TOO_MUCH = "Its style sheet is too elaborate. Export it with presentation attributes instead."


class Rule(NamedTuple):
    """What holds for elements of a kind, a class (`.st0`) or a name (`#mark`); `weight` overrules a lesser one."""

    weight: int
    selector: str
    said: dict[str, str]


def read_rules(sheets: list[str]) -> list[Rule]:
    """Read the style sheets, the weaker rules first; raises LogoRefused."""
    rules = []
    for sheet in sheets:
        plain = _COMMENT.sub(" ", sheet)
        if "@" in plain or "\\" in plain:
            raise LogoRefused("Its style sheet brings in others or hides what it says (@, \\).")
        if _BLOCK.sub("", plain).strip():
            raise LogoRefused(_TOO_MUCH)
        for selectors, words in _BLOCK.findall(plain):
            rules += [_rule(selector.strip(), _declared(words)) for selector in selectors.split(",")]
    return sorted(rules, key=lambda rule: rule.weight)


def styled(node: Node, rules: list[Rule]) -> dict[str, str]:
    """Give an element's attributes as its style sheets would have them."""
    said = dict(node.attributes)
    classes = {f".{name}" for name in node.attributes.get("class", "").split()}
    meant = {"*", node.name, f"#{node.attributes.get('id', '')}", *classes}
    for rule in rules:
        if rule.selector in meant:
            said |= rule.said
    return said


def own_style(node: Node) -> dict[str, str]:
    """Give what an element's own style says, which overrules the rest."""
    words = node.attributes.get("style", "")
    if "\\" in words:
        raise LogoRefused("Its styles hide what they say (\\).")
    return _declared(_COMMENT.sub(" ", words))


def _rule(selector: str, said: dict[str, str]) -> Rule:
    if not _SELECTOR.fullmatch(selector):
        raise LogoRefused(_TOO_MUCH)
    return Rule({"#": 3, ".": 2, "*": 0}.get(selector[0], 1), selector, said)


def _declared(words: str) -> dict[str, str]:
    said = {}
    for declaration in words.split(";"):
        name, _, value = declaration.partition(":")
        if name.strip().lower() in PRESENTATION:
            said[name.strip().lower()] = value.replace("!important", "").strip()
    return said
