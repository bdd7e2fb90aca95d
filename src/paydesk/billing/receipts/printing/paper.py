"""Put a snapshot into words: everything that a layout prints, in one language, as plain data for Typst."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.printing.addresses import address_lines
from paydesk.billing.receipts.printing.fonts import families_for
from paydesk.billing.receipts.printing.pen import Pen, contact_of, pen_for
from paydesk.billing.receipts.printing.sums import Sum, sums_of
from paydesk.billing.receipts.snapshot import PaidWith, Snapshot
from paydesk.kit.accent import accent_of
from paydesk.kit.language import comma, number_text, percent_text

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


def lay_out(receipt: Receipt, language: str) -> dict[str, Any]:
    """Give what `layouts/N/receipt.typ` prints; only texts, numbers and lists of them."""
    said: Snapshot = receipt.snapshot
    pen = pen_for(said["layout"], language=language, seller=said["seller"], currency=said["currency"])
    contact = contact_of(pen, said["seller"])
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
        "seller": {"name": seller, "contact": contact, "lines": [seller, *contact[:1]]},
        "payer": _payer(pen, said),
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
                _method(pen, part),
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
    happened_at = receipt.snapshot["happened_at"]
    return (
        pen.say(f"{receipt.kind}_of", day=pen.day(happened_at))
        if happened_at
        else pen.words["receipt_of_unknown"]
    )


def _payer(pen: Pen, said: Snapshot) -> dict[str, Any]:
    """Say whom the bill was made out to, with the address in its country's form; else who paid, by name."""
    billing = said["billing"]
    if billing is None or not any(billing[part] for part in ("name", "street", "city", "tax_ids")):
        return {"label": pen.words["paid_by"], "lines": [pen.text(said["customer"]) or "–"]}
    name = billing["name"] or said["customer"]
    tax_ids = [pen.say("tax_id", number=number) for number in billing["tax_ids"]]
    lines = [name, billing.get("person", ""), *address_lines(billing, pen.language), *tax_ids]
    return {"label": pen.words["billed_to"], "lines": [pen.text(line) for line in lines if line]}


def _facts(pen: Pen, receipt: Receipt) -> Iterator[list[str]]:
    """Name what identifies the paper, four to a row."""
    said: Snapshot = receipt.snapshot
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


def _method(pen: Pen, part: PaidWith) -> str:
    """Name what a part was paid with."""
    if part["by"] != "method":
        return pen.words[f"by_{part['by']}"]
    brand = pen.text(part["brand"]) or pen.words["card"]
    return pen.say("ending", brand=brand, last_four=part["last_four"]) if part["last_four"] else brand


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
    replaces = receipt.snapshot["replaces"]
    if replaces:
        yield pen.say("replaces", numbers=comma(pen.language).join(map(str, replaces)))
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
