"""Say which scripts receipts can be printed in, for staff who wonder whether to install fonts."""

from __future__ import annotations

from paydesk.billing.receipts.printing.letters import undrawable

#: A letter or two that only a font of this script has.
_SAMPLES = {
    "Arabic": "\u0639\u06a9",
    "Hebrew": "\u05d0\u05e9",
    "Japanese": "\u3042\u5c71",
    "Chinese": "\u4eec\u7063",
    "Korean": "\ud55c\uae00",
    "Thai": "\u0e01\u0e44",
    "Devanagari": "\u0915\u0939",
}


def unprintable_scripts() -> list[str]:
    """Name the scripts whose letters no font has, in English: staff read it."""
    return [script for script, sample in _SAMPLES.items() if undrawable([sample])]
