"""Put a snapshot into words: everything that a layout prints, in one language, as plain data for Typst."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.printing.addresses import address_lines
from paydesk.billing.receipts.printing.fonts import families_for
from paydesk.billing.receipts.printing.letters import is_right_to_left, printable
from paydesk.billing.receipts.printing.sums import Sum, sums_of
from paydesk.billing.receipts.printing.words import Words, words_of
from paydesk.billing.receipts.snapshot import PaidWith, Snapshot
from paydesk.kit.accent import accent_of
from paydesk.kit.language import amount_text, full_day_text, number_text, percent_text

#: Where people print on Letter.
_LETTER = {"CA", "CL", "CO", "MX", "PH", "PR", "US", "VE"}
#: In points.
_AMOUNT_SIZE = 33
_AMOUNT_SIZE_MIN = 18
#: An amount of so many characters fills the width of the page at full size.
_AMOUNT_FITS = 24
#: A page has room for so many rows and a few more, and a row for so many letters.
_ROWS_OF_A_PAGE = 17
_LETTERS_OF_A_ROW = 45
_MINUS = "\u2212"
_NEGATIVE = re.compile(rf"{_MINUS}[\d.,\u066b\u066c]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pen:
    """Writes one receipt: in a language, in the seller's zone, in the payment's currency."""

    said: Snapshot
    words: Words
    language: str

    @property
    def is_rtl(self) -> bool:
        """Say whether the page runs from right to left."""
        return is_right_to_left(self.words["receipt"])

    def text(self, given: str) -> str:
        """Write what somebody else has written: data, never markup."""
        return printable(given, is_rtl_page=self.is_rtl)

    def say(self, name: str, /, **given: str) -> str:
        """Write our own words, with what is filled in."""
        return self.words[name].format(**given)

    def amount(self, minor: int) -> str:
        """Write an amount in full."""
        written = amount_text(minor, self.said["currency"], self.language).replace("-", _MINUS)
        # On a page that runs from right to left, the sign would stand behind its number.
        return _NEGATIVE.sub("\u2066\\g<0>\u2069", written) if self.is_rtl else written

    def day(self, moment: datetime | str) -> str:
        """Write a day in the seller's zone."""
        when = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        local = when.astimezone(ZoneInfo(self.said["seller"]["time_zone"]))
        return full_day_text(local.date(), self.language)

    def method(self, part: PaidWith) -> str:
        """Name what a part was paid with."""
        if part["by"] != "method":
            return self.words[f"by_{part['by']}"]
        brand = self.text(part["brand"]) or self.words["card"]
        return self.say("ending", brand=brand, last_four=part["last_four"]) if part["last_four"] else brand


def lay_out(receipt: Receipt, language: str) -> dict[str, Any]:
    """Give what `layouts/N/receipt.typ` prints; only texts, numbers and lists of them."""
    said: Snapshot = receipt.snapshot
    pen = Pen(said=said, words=words_of(said["layout"], language), language=language)
    seller = pen.text(said["seller"]["name"])
    word = pen.words[receipt.kind]
    amount = pen.amount(said["amount_minor"])
    country = said["billing"]["country"] if said["billing"] else ""
    made = {
        "language": language,
        "rtl": pen.is_rtl,
        "fonts": families_for(language, country),
        "paper": "us-letter" if country in _LETTER else "a4",
        "accent": accent_of(said["seller"]["accent_color"]).light.accent,
        "title": f"{word} {receipt.number} · {seller}",
        "word": word,
        "test": pen.words["test"] if said["seller"]["mode"] == "test" else "",
        "amount": amount,
        "amount-size": max(_AMOUNT_SIZE_MIN, min(_AMOUNT_SIZE, _AMOUNT_SIZE * _AMOUNT_FITS // len(amount))),
        "sentence": _sentence(pen, receipt),
        "seller": {"name": seller, "contact": _contact(pen), "lines": [seller, *_contact(pen)[:1]]},
        "payer": _payer(pen),
        "facts": list(_facts(pen, receipt)),
        "lines": [
            [
                pen.text(line["title"]) or "–",
                number_text(line["quantity"], language),
                pen.amount(line["amount_minor"]),
            ]
            for line in said["lines"]
        ],
        "sums": [_sum(pen, one) for one in sums_of(said)],
        "parts": [
            [
                pen.method(part),
                pen.day(part["paid_at"]) if part["paid_at"] else "",
                pen.amount(part["amount_minor"]),
            ]
            for part in said["paid_with"]
        ],
        "remarks": list(_remarks(pen, receipt)),
        "foot": f"{seller} · {word} {receipt.number}",
        "words": _labels(pen, receipt, seller),
    }
    return made | {"is-long": _is_long(made)}


def _sentence(pen: Pen, receipt: Receipt) -> str:
    """Say in words what happened and when."""
    happened_at = pen.said["happened_at"]
    return (
        pen.say(f"{receipt.kind}_of", day=pen.day(happened_at))
        if happened_at
        else pen.words["receipt_of_unknown"]
    )


def _contact(pen: Pen) -> list[str]:
    seller = pen.said["seller"]
    given = (seller["support_email"], seller["support_phone"], seller["support_url"].removeprefix("https://"))
    return [pen.text(one) for one in given if one]


def _payer(pen: Pen) -> dict[str, Any]:
    """Say whom the bill was made out to, with the address in its country's form; else who paid, by name."""
    billing = pen.said["billing"]
    if billing is None or not any(billing[part] for part in ("name", "street", "city", "tax_ids")):
        return {"label": pen.words["paid_by"], "lines": [pen.text(pen.said["customer"]) or "–"]}
    name = billing["name"] or pen.said["customer"]
    tax_ids = [pen.say("tax_id", number=number) for number in billing["tax_ids"]]
    lines = [name, *address_lines(billing, pen.language), *tax_ids]
    return {"label": pen.words["billed_to"], "lines": [pen.text(line) for line in lines if line]}


def _facts(pen: Pen, receipt: Receipt) -> Iterator[list[str]]:
    """Name what identifies the paper, four to a row."""
    said = pen.said
    is_receipt = receipt.kind == Receipt.Kind.RECEIPT
    yield [pen.words["number" if is_receipt else "note_number"], str(receipt.number)]
    if said["receipt_number"] is not None:
        yield [pen.words["for_receipt"], str(said["receipt_number"])]
    if said["note_number"] is not None:
        yield [pen.words["undoes"], str(said["note_number"])]
    yield [pen.words["issued"], pen.day(receipt.issued_at)]
    if is_receipt and said["happened_at"]:
        yield [pen.words["paid_day"], pen.day(said["happened_at"])]
    if said["invoice_number"]:
        yield [pen.words["invoice_number"], pen.text(said["invoice_number"])]
    if not said["lines"]:
        yield [pen.words["what"], pen.text(said["title"])]


def _sum(pen: Pen, one: Sum) -> list[Any]:
    """Write one row of what it comes to: its name, its amount, and whether it carries weight."""
    name = pen.words[one.word]
    if one.word in {"tax", "included"}:
        title = one.title or pen.words["tax"]
        rate = percent_text(one.percentage, pen.language)
        title = pen.text(f"{title} {rate}" if rate and rate not in title else title)
        name = title if one.word == "tax" else pen.say("included", title=title)
    elif one.title:
        name = pen.text(one.title)
    return [name, pen.amount(one.amount_minor), one.is_strong]


def _remarks(pen: Pen, receipt: Receipt) -> Iterator[str]:
    if pen.said["replaces"]:
        yield pen.say("replaces", numbers=", ".join(map(str, pen.said["replaces"])))
    if receipt.kind == Receipt.Kind.REFUND:
        yield pen.words["refund_takes"]


def _labels(pen: Pen, receipt: Receipt, seller: str) -> dict[str, str]:
    """Give the words that the layout itself places."""
    names = ("paid_to", "bought", "what", "quantity", "amount", "method", "day", "page")
    head = "paid_with" if receipt.kind == Receipt.Kind.RECEIPT else "returned_to"
    return {name: pen.words[name] for name in names} | {
        "paid_with": pen.words[head],
        "logo": pen.say("logo", name=seller),
    }


def _is_long(made: dict[str, Any]) -> bool:
    """Say whether it may take more than one page: rather once too often, as only then pages are counted."""
    listed = [line[0] for line in made["lines"]]
    rows = [*made["payer"]["lines"], *listed, *made["sums"], *made["parts"], *made["remarks"]]
    wrapped = sum(len(text) // _LETTERS_OF_A_ROW for text in (*listed, *made["payer"]["lines"]))
    return len(rows) + wrapped + len(made["facts"]) // 5 > _ROWS_OF_A_PAGE
