"""Press a download and read the PDF that lands, as its reader and a validator do."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page
from pypdf import PdfReader

from tests.paper_rules import faults_of


def downloaded(page: Page, link: str) -> tuple[str, bytes]:
    """Press a link; gives the name that the browser saves under, and the file."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link, exact=True).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def read_paper(printed: bytes, folder: Path) -> str:
    """Give the words of a PDF that keeps PDF/A-2a and PDF/UA-1."""
    assert faults_of(printed) == []
    kept = folder / "paper.pdf"
    kept.write_bytes(printed)
    return "\n".join(found.extract_text() for found in PdfReader(kept).pages).replace("\u00a0", " ")
