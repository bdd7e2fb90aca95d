"""Give a merchant's logo: its bytes to whoever draws with them, its size and ground to whoever shows it on a page.

Pictures are kept by the digest of their bytes and never changed or deleted: receipts and sent letters name them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from paydesk.merchants.models import Picture

#: Times as wide as high.
_WRITING_FROM = 1.9


@dataclass(frozen=True, kw_only=True, slots=True)
class Logo:
    """A picture as bytes. `digest` is SHA-256 of `content` in hex."""

    media_type: str
    content: bytes
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownPicture:
    """A picture for a page: its digest, its own size in pixels, and whether it needs a plate to be seen on."""

    digest: str
    width: int
    height: int
    has_plate: bool

    def fitted(self, *, area: int, width_max: int, height_max: int) -> tuple[int, int]:
        """Give width and height to show it at. Logos of any shape get about the same area, so that none shouts."""
        shape = self.width / self.height
        height = min(height_max, math.sqrt(area / shape), width_max / shape)
        return max(1, round(height * shape)), max(1, round(height))


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownLogo:
    """What is shown on a light page, on a dark one, and in a letter, where only PNG and JPEG can be drawn."""

    light: ShownPicture
    dark: ShownPicture
    letter: ShownPicture

    @property
    def paper(self) -> ShownPicture:
        """What is shown on white paper, and in a receipt that is read in years: it brings its plate with it."""
        return self.letter if self.light.has_plate else self.light

    @property
    def says_the_name(self) -> bool:
        """A wide logo is taken to be writing and stands alone; beside any other the name is written."""
        return self.light.width >= self.light.height * _WRITING_FROM


def logo_by_digest(*, merchant_id: int, digest: str) -> Logo | None:
    """Give a picture that this merchant has or once had; None when it is not the merchant's."""
    found = Picture.objects.filter(merchant_id=merchant_id, digest=digest).first()
    if found is None:
        return None
    return Logo(media_type=found.media_type, content=bytes(found.content), digest=found.digest)


def shown_logo(facts: dict[str, Any]) -> ShownLogo | None:
    """Read what the merchant's row keeps of its logo: three pictures by name, or nothing."""
    if not facts:
        return None
    return ShownLogo(**{name: ShownPicture(**facts[name]) for name in ("light", "dark", "letter")})
