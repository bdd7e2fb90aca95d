"""Read a PNG or JPEG: decoded whole, upright, in sRGB, cut to what can be seen, written anew without metadata."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageOps, UnidentifiedImageError

from paydesk.merchants.logos.picture import HEIGHT_MAX, WIDTH_MAX, LogoRefused, ReadPicture, refuse_shape

PIXELS_MAX = 16_000_000
_SIDE_MIN = 24
#: Below this nobody sees a pixel, of 255.
_SEEN_FROM = 8
_NEARLY_WHITE = 236
_MODES = {"1", "L", "LA", "P", "PA", "RGB", "RGBA"}
_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}


def read_raster(content: bytes) -> ReadPicture:
    """Give the picture anew, at most 720 × 288 pixels; raises LogoRefused."""
    try:
        read = Image.open(BytesIO(content), formats=tuple(_TYPES))
        _refuse(read)
        read.load()
        image = _cut(_flat(read))
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
    ) as trouble:
        raise LogoRefused(f"The picture is damaged or far too large: {trouble}") from trouble
    refuse_shape(*image.size)
    image.thumbnail((WIDTH_MAX, HEIGHT_MAX), Image.Resampling.LANCZOS)
    png = as_png(image)
    return ReadPicture(
        media_type=_TYPES[read.format or ""],
        content=png if read.format == "PNG" else _as_jpeg(image),
        png=png,
        width=image.width,
        height=image.height,
    )


def as_png(image: Image.Image) -> bytes:
    """Write an image as PNG, with nothing but its pixels."""
    written = BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def _as_jpeg(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "JPEG", quality=92, subsampling=0, optimize=True)
    return written.getvalue()


def _refuse(image: Image.Image) -> None:
    """Only the head of the file has been read: a picture that is too large is never decoded."""
    width, height = image.size
    if width * height > PIXELS_MAX:
        raise LogoRefused(f"The picture has {width} × {height} pixels; a logo may have 16 million.")
    if min(width, height) < _SIDE_MIN:
        raise LogoRefused(
            f"The picture has {width} × {height} pixels; a logo needs at least {_SIDE_MIN} each way."
        )
    if getattr(image, "n_frames", 1) > 1:
        raise LogoRefused("The picture moves, or there are several in the file. Save one that stands still.")
    if image.mode not in _MODES:
        raise LogoRefused(
            f"The picture's colours are for print or unusual ({image.mode}). Save it in RGB, 8 bits a channel."
        )


def _flat(image: Image.Image) -> Image.Image:
    """Give plain pixels: turned as its camera says, in the colours of a screen, and nothing else of what it carried."""
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    wanted = "RGBA" if upright.has_transparency_data else "RGB"
    flat = upright.convert(wanted)
    if profile and image.mode in {"RGB", "RGBA"}:
        try:
            screen = ImageCms.createProfile("sRGB")
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            flat = ImageCms.profileToProfile(flat, own, screen, outputMode=wanted) or flat
        except ImageCms.PyCMSError:
            pass
    bare = Image.new(wanted, flat.size)
    bare.paste(flat)
    return bare


def _cut(image: Image.Image) -> Image.Image:
    """Cut away margins that nobody sees: with them a logo is shown smaller than it is."""
    seen = seen_box(image)
    if seen is None:
        raise LogoRefused("Nothing can be seen in the picture: it is one empty ground.")
    return image.crop(seen)


def seen_box(image: Image.Image) -> tuple[int, int, int, int] | None:
    """Give the box of what can be seen: left, top, right, bottom in pixels; None when nothing can."""
    if image.mode == "RGBA":
        return image.getchannel("A").point(lambda value: 255 if value >= _SEEN_FROM else 0).getbbox()
    if not has_white_edge(image):
        return (0, 0, *image.size)
    ink = _darkest(image).point(lambda value: 0 if value >= _NEARLY_WHITE else 255).getbbox()
    return ink and _around(ink, image)


def has_white_edge(image: Image.Image) -> bool:
    """Say whether a picture without transparency stands on white paper."""
    edge = Image.new("L", image.size, 255)
    ImageDraw.Draw(edge).rectangle((1, 1, image.width - 2, image.height - 2), fill=0)
    counted = _darkest(image).histogram(edge)
    return sum(counted[_NEARLY_WHITE:]) >= 0.9 * sum(counted)


def _around(box: tuple[int, int, int, int], image: Image.Image) -> tuple[int, int, int, int]:
    """Leave so much paper that the edge is still white when the picture has been made small."""
    left, top, right, bottom = box
    room = 2 + image.width // 180
    return (
        max(0, left - room),
        max(0, top - room),
        min(image.width, right + room),
        min(image.height, bottom + room),
    )


def _darkest(image: Image.Image) -> Image.Image:
    """Give the least of red, green and blue of each pixel: white is white in all three."""
    red, green, blue = image.split()
    return ImageChops.darker(ImageChops.darker(red, green), blue)
