"""Read an SVG: written anew from what is allowed, drawn once to see that it can be, and cut to what can be seen."""

from __future__ import annotations

from io import BytesIO
from typing import NamedTuple

import typst
from PIL import Image

from paydesk.merchants.logos.picture import LogoRefused, ReadPicture, fitted, refuse_shape
from paydesk.merchants.logos.raster import as_png, seen_box
from paydesk.merchants.logos.svg import Drawing, View, write_svg
from paydesk.merchants.logos.svg_rules import read_svg

_PAGE = b"""
#let said(name) = float(sys.inputs.at(name)) * 1pt
#set page(width: said("width"), height: said("height"), margin: 0pt, fill: none)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%, fit: "stretch")
"""
#: Pixels that are left around what is seen, against soft edges being cut.
_AROUND = 1


class _Drawn(NamedTuple):
    image: Image.Image
    width: int
    height: int


def read_vector(content: bytes) -> ReadPicture:
    """Give the drawing anew, and the same as pixels; raises LogoRefused."""
    drawing = read_svg(content)
    refuse_shape(drawing.view.width, drawing.view.height)
    drawing = Drawing(root=drawing.root, view=_seen(drawing.view, _draw(drawing)))
    refuse_shape(drawing.view.width, drawing.view.height)
    drawn = _draw(drawing)
    return ReadPicture(
        media_type="image/svg+xml",
        content=write_svg(drawing),
        png=as_png(drawn.image),
        width=drawn.width,
        height=drawn.height,
    )


def _draw(drawing: Drawing) -> _Drawn:
    """Draw it with the program that draws receipts: what this cannot draw must not become a logo."""
    width, height = fitted(drawing.view.width, drawing.view.height)
    said = {"svg": write_svg(drawing).decode(), "width": str(width), "height": str(height)}
    try:
        # At 72 dots an inch a point is a pixel. No font is looked for: a logo has none.
        page = typst.compile(_PAGE, format="png", ppi=72.0, sys_inputs=said, ignore_system_fonts=True)
    except typst.TypstError as trouble:
        raise LogoRefused(f"The drawing cannot be drawn: {trouble}") from trouble
    image = Image.open(BytesIO(page)).convert("RGBA")
    return _Drawn(image, width, height)


def _seen(view: View, drawn: _Drawn) -> View:
    """Narrow the view to what can be seen: with its margins a logo is shown smaller than it is."""
    box = seen_box(drawn.image)
    if box is None:
        raise LogoRefused("Nothing can be seen in the drawing.")
    left, top = max(0, box[0] - _AROUND), max(0, box[1] - _AROUND)
    right, bottom = min(drawn.width, box[2] + _AROUND), min(drawn.height, box[3] + _AROUND)
    across, down = view.width / drawn.width, view.height / drawn.height
    return View(
        left=view.left + left * across,
        top=view.top + top * down,
        width=(right - left) * across,
        height=(bottom - top) * down,
    )
