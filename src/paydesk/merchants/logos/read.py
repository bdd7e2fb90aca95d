"""Read a logo: PNG, JPEG or SVG by what is in the file, not by its name."""

from __future__ import annotations

from pathlib import Path

from paydesk.merchants.logos.picture import LogoRefused, ReadPicture
from paydesk.merchants.logos.raster import read_raster
from paydesk.merchants.logos.vector import read_vector

BYTES_MAX = 1024 * 1024
_PNG, _JPEG, _GZIP = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\x1f\x8b"


def file_of_logo(path: Path) -> bytes:
    """Read a file, and no more of it than shows that it is too much. Raises OSError."""
    with path.open("rb") as file:
        return file.read(BYTES_MAX + 1)


def read_logo(content: bytes) -> ReadPicture:
    """Give a picture that is safe to show, without what it says of its maker; raises LogoRefused."""
    if len(content) > BYTES_MAX:
        raise LogoRefused(f"The file has {len(content) / BYTES_MAX:.1f} MiB; a logo may have 1 MiB.")
    if content.startswith((_PNG, _JPEG)):
        return read_raster(content)
    if content.startswith(_GZIP):
        raise LogoRefused("The file is compressed. Save it as a plain .svg file.")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return read_vector(content)
    raise LogoRefused("This is no PNG, JPEG or SVG, whatever its name says.")
