"""`paydesk merchant apply FILE` and `paydesk merchant export SLUG FILE`: all that a merchant decides, as one file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.core.management.base import CommandError, OutputWrapper

from paydesk.config.management.named import named_merchant
from paydesk.kit import clock
from paydesk.merchants.add import MerchantRefused
from paydesk.merchants.change import Change
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.mended import colors_said
from paydesk.merchants.settings_file.apply import Planned, carry_out, plan
from paydesk.merchants.settings_file.keys import PICTURES, Value
from paydesk.merchants.settings_file.read import FileRefused, read_file
from paydesk.merchants.settings_file.write import write_file

#: Of a picture's digest so much is shown: enough to see that it is another one.
_DIGITS = 12


def apply_file(file: str, *, out: OutputWrapper, is_agreed: bool, is_dry_run: bool) -> MerchantInSight | None:
    """Show what the file would change, ask, and do it; None if nothing was done. Raises CommandError."""
    try:
        planned = plan(read_file(Path(file)))
    except FileRefused as refused:
        raise CommandError(
            f"{file} is not applied:\n" + "\n".join(f"  {one}" for one in refused.wrong)
        ) from refused
    out.write("\n".join(_difference(planned)))
    if not planned.changes or is_dry_run:
        return None
    if not is_agreed and not _agrees():
        raise CommandError("Nothing was changed.")
    try:
        merchant = carry_out(planned, now=clock.wall_now())
    except MerchantRefused as refused:
        raise CommandError(str(refused)) from refused
    out.write("It is done.")
    return merchant


def export_file(slug: str, file: str, *, out: OutputWrapper) -> None:
    """Write what a merchant has decided so far; a file that is there is not overwritten. Raises CommandError."""
    merchant, path = named_merchant(slug), Path(file)
    if path.exists():
        raise CommandError(f"{path} is there already; name another file, or remove it.")
    try:
        written = write_file(path, merchant_id=merchant.id)
    except OSError as trouble:
        raise CommandError(str(trouble)) from trouble
    out.write("Written: " + ", ".join(map(str, written)))


def _agrees() -> bool:
    """Ask whoever sits there; where nobody does, they have to say --yes."""
    if not sys.stdin.isatty():
        raise CommandError("Nothing was changed: add --yes to apply it.")
    return input("Apply this? [y/N] ").strip().lower() in {"y", "yes"}


def _difference(planned: Planned) -> Iterator[str]:
    slug = planned.wanted.slug
    if not planned.changes:
        yield f"{slug} is as the file says. There is nothing to change."
        return
    yield f"{slug} is added:" if planned.is_new else f"{slug} changes:"
    yield from _lines(planned.changes, is_new=planned.is_new)
    if any(change.name == "brand.accent" for change in planned.changes):
        yield from (f"  {sentence}" for sentence in colors_said(planned.wanted.accent_color))


def _lines(changes: Sequence[Change], *, is_new: bool) -> Iterator[str]:
    width = max(len(change.name) for change in changes)
    for change in changes:
        before, after = (_said(change.name, value) for value in (change.before, change.after))
        yield f"  {change.name:<{width}}  " + (after if is_new else f"{before} -> {after}")


def _said(key: str, value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(value) or "none"
    if key in PICTURES and value:
        return f"a picture ({str(value)[:_DIGITS]})"
    return str(value) or "none"
