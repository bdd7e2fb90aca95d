"""Read the elements of an SVG. No document type is read, so no entity can be declared, and nothing is ever fetched."""

from __future__ import annotations

from xml.parsers import expat

from paydesk.merchants.logos.picture import LogoRefused
from paydesk.merchants.logos.svg import SVG, XLINK, Node

_DEPTH_MAX = 40
_ELEMENTS_MAX = 3000
#: Between the namespace and the name; no name can hold it.
_SPLIT = " "


def read_elements(content: bytes) -> Node:
    """Give the root with all that is in it. Elements of other vocabularies, such as an editor's notes, are left out."""
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)
    except expat.ExpatError as trouble:
        raise LogoRefused(f"The SVG is broken: {trouble}.") from trouble
    if reader.root is None or reader.root.name != "svg":
        raise LogoRefused("The file holds no SVG.")
    return reader.root


class _Reader:
    """Builds the tree while the parser reads."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.count = 0
        self._open: list[Node | None] = []
        self.parser = expat.ParserCreate(namespace_separator=_SPLIT)
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.ProcessingInstructionHandler = self._instruction
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _doctype(self, *_: object) -> None:
        raise LogoRefused(
            "It has a document type (<!DOCTYPE>), which can hide things. Take that line out, or export it as plain SVG."
        )

    def _instruction(self, target: str, _words: str) -> None:
        raise LogoRefused(f"It has an instruction to other programs (<?{target}?>). Export it as plain SVG.")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self._open) >= _DEPTH_MAX or self.count > _ELEMENTS_MAX:
            raise LogoRefused(
                f"It is too elaborate for a logo: at most {_ELEMENTS_MAX} parts, {_DEPTH_MAX} deep."
            )
        space, _, local = name.rpartition(_SPLIT)
        around = self._open[-1] if self._open else None
        if space != SVG or (self._open and around is None):
            self._open.append(None)
            return
        node = Node(name=local, attributes=_attributes(attributes))
        if around is not None:
            around.children.append(node)
        elif self.root is None:
            self.root = node
        self._open.append(node)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, words: str) -> None:
        around = self._open[-1] if self._open else None
        if around is not None and around.name == "style":
            around.words += words


def _attributes(given: dict[str, str]) -> dict[str, str]:
    """Take what SVG says, and the old form of a reference; other vocabularies' attributes are left out."""
    taken = {}
    for name, value in given.items():
        space, _, local = name.rpartition(_SPLIT)
        if not space:
            taken[local] = value
        elif space == XLINK and local == "href":
            taken.setdefault("href", value)
    return taken
