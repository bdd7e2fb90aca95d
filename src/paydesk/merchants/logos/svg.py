"""A drawing as we keep it, written as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
#: What the root says of its place; our own view takes it over.
_PLACE = {"viewBox", "width", "height", "preserveAspectRatio", "x", "y"}


class View(NamedTuple):
    """What of the drawing is shown, in its own units."""

    left: float
    top: float
    width: float
    height: float


@dataclass(kw_only=True, slots=True)
class Node:
    """An element: its name, what is said of it, and what stands in it. `words` is the text of a style sheet."""

    name: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    words: str = ""

    def walk(self) -> Iterator[Node]:
        """Give this element and all within it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """A drawing that is safe to show."""

    root: Node
    view: View


def write_svg(drawing: Drawing) -> bytes:
    """Write the drawing anew; its view is its size."""
    view = drawing.view
    kept = {name: value for name, value in drawing.root.attributes.items() if name not in _PLACE}
    size = {
        "viewBox": " ".join(f"{number:.6g}" for number in view),
        "width": f"{view.width:.6g}",
        "height": f"{view.height:.6g}",
    }
    root = Node(name="svg", attributes={"xmlns": SVG} | size | kept, children=drawing.root.children)
    return _written(root).encode()


def _written(node: Node) -> str:
    said = "".join(f" {name}={quoteattr(value)}" for name, value in node.attributes.items())
    inside = "".join(_written(child) for child in node.children)
    return f"<{node.name}{said}>{inside}</{node.name}>" if inside else f"<{node.name}{said}/>"
