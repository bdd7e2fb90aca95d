"""Keep a merchant's logo: its pictures by what is in them, and on the merchant's row what a page must know of them."""

from __future__ import annotations

from datetime import datetime

from paydesk.database.transactions import in_transaction
from paydesk.kit.accent import DARK, LIGHT
from paydesk.merchants.logos.ground import for_letters, needs_plate
from paydesk.merchants.logos.picture import ReadPicture
from paydesk.merchants.models import Merchant, Picture

Facts = dict[str, dict[str, str | int | bool]]


def keep_logo(*, merchant_id: int, light: ReadPicture, dark: ReadPicture | None, now: datetime) -> Facts:
    """Make these the merchant's logo. What it had stays where receipts and letters find it. `now` is wall time."""
    letter = for_letters(light)
    facts = {
        "light": _facts(light, has_plate=needs_plate(light, LIGHT)),
        "dark": _facts(dark or light, has_plate=needs_plate(dark or light, DARK)),
        "letter": _facts(letter, has_plate=False),
    }

    def write() -> None:
        for picture in (light, dark, letter):
            if picture is not None:
                _keep(merchant_id, picture, now)
        Merchant.objects.filter(id=merchant_id).update(logo=facts)

    in_transaction(write)
    return facts


def drop_logo(*, merchant_id: int) -> None:
    """Let the merchant have no logo any more; its pictures stay for what names them."""
    Merchant.objects.filter(id=merchant_id).update(logo={})


def _keep(merchant_id: int, picture: ReadPicture, now: datetime) -> None:
    Picture.objects.get_or_create(
        merchant_id=merchant_id,
        digest=picture.digest,
        defaults={"media_type": picture.media_type, "content": picture.content, "created_at": now},
    )


def _facts(picture: ReadPicture, *, has_plate: bool) -> dict[str, str | int | bool]:
    return {
        "digest": picture.digest,
        "width": picture.width,
        "height": picture.height,
        "has_plate": has_plate,
    }
