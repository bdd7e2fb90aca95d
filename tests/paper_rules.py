"""Hold a PDF to PDF/A-2a and PDF/UA-1, with the length of its streams measured by us."""

from __future__ import annotations

import re

import page

PROFILES = (page.ValidationProfile.PDF_A_2A, page.ValidationProfile.PDF_UA_1)
#: The validator takes the last byte of a stream that ends in a carriage return for the line's end, and finds it short.
_BY_US = "STREAM-LENGTH"
_STREAM = re.compile(rb"/Length (\d+)[^>]*>>\s*stream\r?\n")


def faults_of(printed: bytes) -> list[str]:
    """Say what is wrong with it; empty for a paper that keeps both."""
    said = [
        failure.message
        for profile in PROFILES
        for failure in page.validate_pdf_bytes(printed, profile=profile).failures
        if _BY_US not in failure.rule_id
    ]
    return [*said, *_wrong_lengths(printed)]


def _wrong_lengths(printed: bytes) -> list[str]:
    streams = list(_STREAM.finditer(printed))
    assert streams, "a paper without a stream is none"
    ends = [printed[found.end() + int(found[1]) :][:11].strip() for found in streams]
    return [
        f"the stream at {found.start()} has another length"
        for found, end in zip(streams, ends, strict=True)
        if end != b"endstream"
    ]
