"""What was read from a file: a picture that is safe to show, and the sentence for one that is not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

#: Pixels, for pages at twice their size and for paper at 300 dots an inch.
WIDTH_MAX, HEIGHT_MAX = 720, 288
_WIDER_MAX, _HIGHER_MAX = 12, 3


class LogoRefused(Exception):
    """The words say what is wrong with the file; staff read them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadPicture:
    """A picture that may be kept. `png` is the same as pixels, to measure it and for letters. Sizes in pixels."""

    media_type: str
    content: bytes
    png: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        """Name the picture by what is in it: SHA-256 in hex."""
        return hashlib.sha256(self.content).hexdigest()


def refuse_shape(width: float, height: float) -> None:
    """A strip or a pillar cannot be read at the top of a page."""
    if not (width > 0 and height > 0):
        raise LogoRefused("The picture has no size.")
    if width > height * _WIDER_MAX or height > width * _HIGHER_MAX:
        raise LogoRefused(
            f"A logo of {width:g} × {height:g} cannot be read at the top of a page: it may be at most "
            f"{_WIDER_MAX} times as wide as high, and {_HIGHER_MAX} times as high as wide."
        )


def fitted(width: float, height: float) -> tuple[int, int]:
    """Give the largest size of this shape that is kept, in pixels."""
    scale = min(WIDTH_MAX / width, HEIGHT_MAX / height)
    return max(1, round(width * scale)), max(1, round(height * scale))
