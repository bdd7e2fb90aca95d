"""Keep one Typst compiler a process: made at the first receipt, warm ever after, used by one thread at a time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from paydesk.billing.receipts.printing.fonts import SERIF, all_fonts
from paydesk.billing.receipts.printing.words import LAYOUTS

if TYPE_CHECKING:
    import typst

#: PDF/A-2a: kept for decades, tagged, every font inside. PDF/UA-1: read out in the right order.
STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
_PROBE = "probe.typ"
#: Typst keeps what it laid out for so many papers to come. Of one with 4,000 rows that is 200 MiB.
_KEEPS = 10
#: A compiler is not made for two threads at once; it takes a few milliseconds.
_ONE_AT_A_TIME = Lock()


class CannotPrint(Exception):
    """Typst refused: a letter that no font has, or a picture that it cannot read. The words are for the log."""


def compile_layout(layout: str, inputs: dict[str, str], *, at: datetime) -> bytes:
    """Print a layout as PDF. `at` is the only date in the file: the same inputs give the same bytes."""
    return _compile(compiler_of(layout), inputs, at)


def draw_layout(layout: str, inputs: dict[str, str], *, pixels_per_inch: int) -> list[bytes]:
    """Draw each page as a PNG, to be looked at."""
    with _ONE_AT_A_TIME:
        drawn = compiler_of(layout).compile(format="png", ppi=pixels_per_inch, sys_inputs=inputs)
    return drawn if isinstance(drawn, list) else [drawn or b""]


def can_draw(text: str, families: str) -> bool:
    """Say whether the fonts have every letter of a text. `families` is a JSON list of names."""
    try:
        _compile(compiler_of(_PROBE), {"text": text, "fonts": families}, datetime(2000, 1, 1, tzinfo=UTC))
    except CannotPrint:
        return False
    return True


def forget_what_was_laid_out() -> None:
    """Let Typst forget a very long paper: it keeps what it laid out until it has printed so many others."""
    for _ in range(_KEEPS + 1):
        can_draw("", json.dumps([SERIF]))


def _compile(compiler: Any, inputs: dict[str, str], at: datetime) -> bytes:
    from typst import TypstError

    try:
        with _ONE_AT_A_TIME:
            made = compiler.compile(
                format="pdf", sys_inputs=inputs, pdf_standards=STANDARDS, timestamp=int(at.timestamp())
            )
    except TypstError as refused:
        raise CannotPrint(str(refused)) from refused
    return bytes(made)


@cache
def compiler_of(layout: str) -> typst.Compiler:
    """A layout is named by its file in `layouts`, such as `1/receipt.typ`; the probe prints one line of text."""
    import typst  # Only who prints pays for it.

    return typst.Compiler(
        str(LAYOUTS / layout), root=str(LAYOUTS), font_paths=all_fonts(), ignore_system_fonts=True
    )
