"""Make a merchant what its settings file says: first the difference, then, if nothing has changed since, all of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from paydesk.database.transactions import in_transaction
from paydesk.merchants.add import MerchantRefused, MerchantWanted, add_merchant, columns_of, refusal, taken
from paydesk.merchants.change import Change, change_merchant, refusal_of_change
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.logos.keep import drop_logo, keep_logo
from paydesk.merchants.logos.picture import LogoRefused, ReadPicture
from paydesk.merchants.logos.read import read_logo
from paydesk.merchants.models import Merchant
from paydesk.merchants.policies import Policies, PolicyRefused, keep_policies, read_policies
from paydesk.merchants.settings_file.keys import KEYS, PICTURES, Value, texts_of
from paydesk.merchants.settings_file.present import settings_of
from paydesk.merchants.settings_file.read import FileRefused, ReadFile

_POLICY = "policies."


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """What a file would do. `before` is empty for a merchant that is not there yet; `changes` are by key."""

    before: Mapping[str, Value]
    wanted: MerchantWanted
    policies: Policies
    pictures: Mapping[str, ReadPicture]
    changes: list[Change]

    @property
    def is_new(self) -> bool:
        """Say whether the merchant would be added."""
        return not self.before


def plan(file: ReadFile) -> Planned:
    """Say what applying it would change; raises FileRefused and writes nothing."""
    row = Merchant.objects.filter(slug=file.slug).first()
    before = settings_of(row) if row else {}
    pictures = {key: _read_picture(key, content) for key, content in file.pictures.items()}
    after = dict(file.settings) | dict.fromkeys(PICTURES, "")
    for key, content in file.pictures.items():
        # A file that is byte for byte what is shown already is no news: JPEG would lose a little at each reading.
        is_kept = hashlib.sha256(content).hexdigest() == before.get(key)
        after[key] = before[key] if is_kept else pictures[key].digest
    wanted = _wanted(file.slug, after)
    said = (refusal(wanted) or taken(wanted)) if row is None else refusal_of_change(row, wanted)
    if said is not None:
        raise FileRefused([said])
    return Planned(
        before=before,
        wanted=wanted,
        policies=_policies(after),
        pictures=pictures,
        changes=_changes(before, after),
    )


def carry_out(planned: Planned, *, now: datetime) -> MerchantInSight:
    """Do all of it or nothing; raises MerchantRefused if the merchant is not as it was shown. `now` is wall time."""
    return merchant_by_id(in_transaction(lambda: _write(planned, now)))


def _write(planned: Planned, now: datetime) -> int:
    row = Merchant.objects.select_for_update().filter(slug=planned.wanted.slug).first()
    if (settings_of(row) if row else {}) != planned.before:
        raise MerchantRefused(
            f"{planned.wanted.slug} was changed meanwhile. Nothing was applied; look again."
        )
    if row is None:
        merchant_id = add_merchant(planned.wanted, now=now).id
    else:
        merchant_id = row.id
        change_merchant(merchant_id=merchant_id, given=columns_of(planned.wanted))
    keep_policies(merchant_id=merchant_id, policies=planned.policies)
    changed = {change.name for change in planned.changes}
    if changed & set(PICTURES):
        _write_pictures(merchant_id, planned.pictures, now)
    return merchant_id


def _write_pictures(merchant_id: int, pictures: Mapping[str, ReadPicture], now: datetime) -> None:
    light, dark = (pictures.get(key) for key in PICTURES)
    if light is None:
        drop_logo(merchant_id=merchant_id)
    else:
        keep_logo(merchant_id=merchant_id, light=light, dark=dark, now=now)


def _read_picture(key: str, content: bytes) -> ReadPicture:
    try:
        return read_logo(content)
    except LogoRefused as refused:
        raise FileRefused([f"{key}: {refused}"]) from refused


def _wanted(slug: str, after: Mapping[str, Value]) -> MerchantWanted:
    columns: dict[str, Any] = {known.column: after[key] for key, known in KEYS.items() if known.column}
    columns["host_name"] = columns["host_name"] or None
    columns["accent_color"] = columns["accent_color"].lower()
    return MerchantWanted(slug=slug, texts=texts_of(after), **columns)


def _policies(after: Mapping[str, Value]) -> Policies:
    given: dict[str, Any] = {
        key.removeprefix(_POLICY): value for key, value in after.items() if key.startswith(_POLICY)
    }
    try:
        return read_policies(given)
    except PolicyRefused as refused:
        raise FileRefused([f"{_POLICY}{refused}"]) from refused


def _changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> list[Change]:
    """Name what differs, in the order of the file; what is neither in one nor in the other is no difference."""
    keys = [*after, *(key for key in before if key not in after)]
    changes = [Change(key, before.get(key, ""), after.get(key, "")) for key in keys]
    return [change for change in changes if change.before != change.after]
