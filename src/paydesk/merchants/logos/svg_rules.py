"""Judge an SVG by a list of what is allowed: shapes, gradients, clips and masks, and nothing that acts or asks others.

What could act is refused in words. What only describes is left out. Style sheets become attributes, so that what is
kept needs no styles of its own.
"""

from __future__ import annotations

import re

from paydesk.merchants.logos.picture import LogoRefused
from paydesk.merchants.logos.svg import Drawing, Node, View
from paydesk.merchants.logos.svg_reading import read_elements
from paydesk.merchants.logos.svg_styles import PRESENTATION, Rule, own_style, read_rules, styled

BYTES_MAX = 100 * 1024
#: Elements, each counted as often as it is drawn: a few that refer to each other could draw for hours.
_DRAWN_MAX = 10_000
_ELEMENTS = {
    *(
        "svg",
        "g",
        "defs",
        "symbol",
        "use",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
    ),
    *("linearGradient", "radialGradient", "stop", "clipPath", "mask"),
}
_LEFT_OUT = {"title", "desc", "metadata", "style"}
_MOVES = "It moves. Save one that stands still."
_REFUSED = {
    "script": "It holds a script.",
    "foreignObject": "It holds another document (foreignObject).",
    "image": "It holds another picture (image). Draw the logo with shapes, or give a PNG.",
    "a": "It holds a link.",
    "text": "It holds words that need a font. Turn them into outlines (paths) and save it again.",
    **dict.fromkeys(("animate", "animateMotion", "animateTransform", "set"), _MOVES),
}
_ATTRIBUTES = PRESENTATION | {
    *(
        "id",
        "d",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "fx",
        "fy",
        "fr",
        "width",
        "height",
    ),
    *(
        "points",
        "transform",
        "viewBox",
        "preserveAspectRatio",
        "offset",
        "gradientUnits",
        "gradientTransform",
    ),
    *("spreadMethod", "clipPathUnits", "maskUnits", "maskContentUnits", "pathLength", "href"),
}
_LOCAL = re.compile(r"#[\w.:-]+")
_PAINT = re.compile(r"\s*url\(\s*['\"]?#([\w.:-]+)['\"]?\s*\)\s*[\w#]*\s*")
#: The functions that may stand in a value: colours, and moves in the plane. Every other one could name an address.
_FUNCTION = re.compile(
    r"(?:rgba?|hsla?|matrix|translate|scale|rotate|skewX|skewY)\([-+\d\s.,%/eEdgra]*\)", re.IGNORECASE
)
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,2})?"
_LENGTH = re.compile(rf"\s*({_NUMBER})(?:px|pt|mm|cm|in)?\s*")


def read_svg(content: bytes) -> Drawing:
    """Read and judge a drawing; raises LogoRefused."""
    if len(content) > BYTES_MAX:
        raise LogoRefused(
            f"The SVG has {len(content) // 1024} KiB; a logo may have {BYTES_MAX // 1024}. Simplify it, or give a PNG."
        )
    root = read_elements(content)
    view = _view(root.attributes)
    rules = read_rules([node.words for node in root.walk() if node.name == "style"])
    drawing = Drawing(root=_clean(root, rules), view=view)
    _refuse_endless(drawing.root)
    return drawing


def _clean(node: Node, rules: list[Rule]) -> Node:
    """Give the element with what is allowed of it; raises LogoRefused for what could act."""
    if node.name not in _ELEMENTS:
        raise LogoRefused(
            _REFUSED.get(node.name)
            or f"It uses <{node.name[:40]}>. A logo may have shapes, gradients, clips and masks. Or give a PNG."
        )
    _refuse_what_acts(node)
    said = styled(node, rules) | own_style(node)
    kept = {name: value for name, value in said.items() if name in _ATTRIBUTES}
    for name, value in kept.items():
        _refuse_outside(name, value)
    children = [_clean(child, rules) for child in node.children if child.name not in _LEFT_OUT]
    return Node(name=node.name, attributes=kept, children=children)


def _refuse_what_acts(node: Node) -> None:
    for name in node.attributes:
        if name.lower().startswith("on"):
            raise LogoRefused(f"It holds a script ({name[:40]}).")
    href = node.attributes.get("href", "")
    if href and not _LOCAL.fullmatch(href):
        raise LogoRefused(f"It refers to something outside of itself ({href[:60]}).")


def _refuse_outside(name: str, value: str) -> None:
    rest = _FUNCTION.sub("", value)
    if ("(" in rest or "\\" in rest) and not _PAINT.fullmatch(value):
        raise LogoRefused(f"It refers to something outside of itself ({name}: {value[:60]}).")


def _view(said: dict[str, str]) -> View:
    """Read what is shown: the view, else the size; raises LogoRefused."""
    numbers = re.split(r"[\s,]+", said.get("viewBox", "").strip())
    if len(numbers) == 4 and all(re.fullmatch(_NUMBER, number) for number in numbers):
        return View(*map(float, numbers))
    sizes = [_LENGTH.fullmatch(said.get(name, "")) for name in ("width", "height")]
    width, height = (float(size[1]) if size else 0.0 for size in sizes)
    if not (width and height):
        raise LogoRefused("It does not say how large it is: it needs a viewBox.")
    return View(0.0, 0.0, width, height)


def _refuse_endless(root: Node) -> None:
    """Count what is drawn, through every reference; a part that refers to itself is refused as well."""
    by_id = {node.attributes["id"]: node for node in root.walk() if "id" in node.attributes}
    counted: dict[int, int] = {}
    within: set[int] = set()

    def count(node: Node) -> int:
        key = id(node)
        if key in within:
            raise LogoRefused("A part of it refers to itself.")
        if key not in counted:
            within.add(key)
            meant = [by_id[name] for name in _referred(node) if name in by_id]
            counted[key] = 1 + sum(count(other) for other in [*node.children, *meant])
            within.discard(key)
        if counted[key] > _DRAWN_MAX:
            raise LogoRefused("It draws the same parts too often for a logo.")
        return counted[key]

    try:
        count(root)
    except RecursionError as deep:
        raise LogoRefused("Its parts refer to each other too deeply.") from deep


def _referred(node: Node) -> list[str]:
    paints = [_PAINT.fullmatch(value) for value in node.attributes.values()]
    names = [paint[1] for paint in paints if paint]
    return [*names, node.attributes["href"][1:]] if "href" in node.attributes else names
