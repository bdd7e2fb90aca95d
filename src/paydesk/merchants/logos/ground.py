"""See whether a logo vanishes on a page, and draw it as it can be seen in a letter.

What counts is its outline, where it meets the page: white inside of a blue disc is not lost on white paper.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from paydesk.kit.accent import DARK, LIGHT, Ground, contrast
from paydesk.merchants.logos.picture import ReadPicture
from paydesk.merchants.logos.raster import as_png, has_white_edge

#: Plates as the portal's stylesheet draws them.
PLATES = {LIGHT.name: DARK.sunken, DARK.name: "#ffffff"}
#: Below this contrast a part is lost: on white only what is nearly white, on black all that is dim.
_LOST_BELOW = {LIGHT.name: 1.16, DARK.name: 1.8}
_LOST_SHARE_MAX = 0.2
_MEASURED_AT = (360, 144)
_LETTER_SIZE = (600, 160)


def needs_plate(picture: ReadPicture, ground: Ground) -> bool:
    """Say whether so much of its outline is lost on the page that it needs a plate, and the plate is better."""
    image = _image(picture)
    if image.mode != "RGBA":
        # It brings its own ground. White paper on a dark page is made a plate, with room around it.
        return ground.name == DARK.name and has_white_edge(image)
    lost = _lost(image, ground.surface, _LOST_BELOW[ground.name])
    on_plate = _lost(
        image, PLATES[ground.name], _LOST_BELOW[DARK.name if ground.name == LIGHT.name else LIGHT.name]
    )
    return lost > _LOST_SHARE_MAX and on_plate < lost


def for_letters(picture: ReadPicture) -> ReadPicture:
    """Give it as PNG or JPEG, on its plate where it needs one: mail programs turn pages dark without telling."""
    plate = next((PLATES[ground.name] for ground in (DARK, LIGHT) if needs_plate(picture, ground)), None)
    if plate is None:
        return _as_picture(picture.png) if picture.media_type == "image/svg+xml" else picture
    image = _image(picture).convert("RGBA")
    image.thumbnail(_LETTER_SIZE, Image.Resampling.LANCZOS)
    around = max(10, round(image.height * (0.3 if image.width > 2 * image.height else 0.14)))
    size = (image.width + 2 * around, image.height + 2 * around)
    whole = Image.new("RGBA", size, (0, 0, 0, 0))
    ImageDraw.Draw(whole).rounded_rectangle(
        (0, 0, size[0] - 1, size[1] - 1), radius=max(10, around // 2), fill=plate
    )
    whole.alpha_composite(image, (around, around))
    return _as_picture(as_png(whole))


def _lost(image: Image.Image, ground: str, lost_below: float) -> float:
    """Give the share of the outline, 0 to 1, that cannot be told from the ground."""
    small = image.copy()
    small.thumbnail(_MEASURED_AT, Image.Resampling.LANCZOS)
    # A border of nothing, so that what touches the edge of the picture has an outline there, too.
    framed = Image.new("RGBA", (small.width + 2, small.height + 2), (0, 0, 0, 0))
    framed.paste(small, (1, 1))
    solid = framed.getchannel("A").point(lambda value: 255 if value >= 128 else 0)
    outline = ImageChops.subtract(solid, solid.filter(ImageFilter.MinFilter(3)))
    counted = _counted(framed.convert("RGB").point(_rounded), outline)
    total = sum(counted.values())
    lost = sum(count for color, count in counted.items() if contrast(color, ground) < lost_below)
    return lost / total if total else 0.0


def _rounded(value: int) -> int:
    """Take nearly equal colours together."""
    return value // 8 * 8 + 4


def _counted(colors: Image.Image, mask: Image.Image) -> dict[str, int]:
    """Count the colours where the mask is."""
    marked = Image.merge("RGBA", (*colors.split(), mask))
    found = marked.getcolors(maxcolors=marked.width * marked.height) or []
    counted: dict[str, int] = {}
    for count, value in found:
        red, green, blue, is_meant = value if isinstance(value, tuple) else (0, 0, 0, 0)
        if is_meant:
            color = f"#{red:02x}{green:02x}{blue:02x}"
            counted[color] = counted.get(color, 0) + count
    return counted


def _image(picture: ReadPicture) -> Image.Image:
    """Open what we have written ourselves."""
    return Image.open(BytesIO(picture.png))


def _as_picture(png: bytes) -> ReadPicture:
    with Image.open(BytesIO(png)) as image:
        return ReadPicture(
            media_type="image/png", content=png, png=png, width=image.width, height=image.height
        )
