"""Measure receipts as PDF: each another bill, with a logo, some in Arabic and Japanese. Prints JSON lines.

`receipt.pdf` is printing alone: CPU of one process, the median of many. `receipt.download` is the whole request at the
web server. `receipt.issue` is the first ask: snapshot, number, row.
"""

import hashlib
import io
import json
import os
import time
from random import Random
from typing import Any

from PIL import Image, ImageDraw

from bench.client import Ask, ask_all
from bench.machine import cpu_ms, database_cpu_ms, family, percentile, rss_mib
from bench.scene import database_name, prepare_installation, say, serving

RECEIPTS = int(os.environ.get("RECEIPTS", "1000"))
WARM_UP = 20
SLUG = "bench"
_NAMES = (
    "Ada Okafor",
    "Jürgen Groß-Weidenbach",
    "Zoë Łukasiewicz",
    "Иван Петров",
    "山田太郎",
    "سارة المنصوري",
)
_LANGUAGES = ("en", "de", "en", "de", "ja", "ar")
_COUNTRIES = ("GB", "DE", "PL", "DE", "JP", "AE")


def main() -> None:
    """Issue, print, and download."""
    url = prepare_installation()
    say(f"Writing {RECEIPTS} payments")
    merchant, cookie, payment_ids = _books()
    receipts = [_issue(merchant, payment_id) for payment_id in payment_ids]
    _tell("receipt.issue", [taken for taken, _ in receipts])
    rows = [row for _, row in receipts]
    _tell("receipt.pdf", [_print(row, number) for number, row in enumerate(rows)][WARM_UP:])
    with serving(url) as server:
        print(json.dumps(_download(rows, url, server.pid, cookie)), flush=True)


def _issue(merchant: Any, payment_id: int) -> tuple[float, Any]:
    from paydesk.billing.receipts.issue import issue_receipt
    from tests import builders

    began = time.process_time()
    issued = issue_receipt(merchant=merchant, payment_id=payment_id, now=builders.now())
    return (time.process_time() - began) * 1000, issued.receipt


def _print(row: Any, number: int) -> float:
    from paydesk.billing.receipts.printing.pdf import print_receipt

    began = time.process_time()
    printed = print_receipt(row, language=_LANGUAGES[number % len(_LANGUAGES)])
    assert printed.startswith(b"%PDF"), printed[:100]
    return (time.process_time() - began) * 1000


def _download(rows: list[Any], url: str, pid: int, cookie: str) -> dict[str, object]:
    asks = [
        Ask(
            path=f"/m/{SLUG}/receipts/{row.public_id}.pdf",
            headers={"Cookie": cookie, "Accept-Language": _LANGUAGES[number % len(_LANGUAGES)]},
        )
        for number, row in enumerate(rows)
    ]
    ask_all(url, asks[: 4 * WARM_UP], connections=2, is_right=_is_pdf)
    web = family(pid)
    web_before, database_before = cpu_ms(web), database_cpu_ms()
    taken = ask_all(url, asks[4 * WARM_UP :], connections=2, is_right=_is_pdf)
    return {
        "name": "receipt.download",
        "database": database_name(),
        "app_cpu_ms": round((cpu_ms(web) - web_before) / len(taken), 2),
        "db_cpu_ms": round((database_cpu_ms() - database_before) / len(taken), 2),
        "p50_ms": round(percentile(taken, 0.5), 2),
        "p99_ms": round(percentile(taken, 0.99), 2),
        "rss_mib": round(rss_mib(web), 1),
    }


def _tell(name: str, taken: list[float]) -> None:
    figures = {"cpu_ms": round(percentile(taken, 0.5), 2), "cpu_ms_p99": round(percentile(taken, 0.99), 2)}
    print(json.dumps({"name": name, "database": database_name(), "count": len(taken)} | figures), flush=True)


def _is_pdf(status: int, body: bytes) -> bool:
    return status == 200 and body.startswith(b"%PDF")


def _books() -> tuple[Any, str, list[int]]:
    from paydesk.access.cookies import session_cookie
    from tests import builders

    merchant = builders.merchant(SLUG, mode="live", logo=_logo_facts(), name="Harbor Coffee Roasters")
    _keep_logo(merchant.id)
    account = builders.connection(merchant)
    who = builders.customer(merchant)
    order = builders.order(who, account)
    dice = Random(7)  # noqa: S311  the same books each time
    payment_ids = []
    for number in range(RECEIPTS):
        bill = _bill(number, dice)
        due = sum(line["amount_minor"] for line in bill["lines"])
        payment = builders.payment(order, due, breakdown=bill, title=f"Order {number}")
        builders.attempt(payment, method_last_four=f"{number % 10_000:04}")
        payment_ids.append(payment.id)
    return merchant, f"{session_cookie(merchant)}={builders.session_token(who)}", payment_ids


def _bill(number: int, dice: Random) -> dict[str, Any]:
    lines = [
        {
            "title": f"Lot {dice.randrange(10**6)}, roasted for {number}",
            "quantity": turn,
            "amount_minor": 100 * turn,
        }
        for turn in range(1, dice.randrange(2, 10))
    ]
    kind = number % len(_NAMES)
    billing = {
        "name": f"{_NAMES[kind]} {number}",
        "email": "",
        "street": [f"Torstraße {number}"],
        "city": "Berlin",
        "region": "",
        "postal_code": f"{10_000 + number}",
        "country": _COUNTRIES[kind],
        "tax_ids": [f"DE{number:09}"],
    }
    tax = {"title": "VAT", "percentage": "19", "amount_minor": 16 * len(lines), "is_included": True}
    return {"lines": lines, "discounts": [], "taxes": [tax], "balance_minor": 0, "billing": billing}


def _logo() -> bytes:
    picture = Image.new("RGBA", (480, 120), "#ffffff00")
    ImageDraw.Draw(picture).ellipse((0, 0, 119, 119), fill="#0b6e4f")
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def _logo_facts() -> dict[str, Any]:
    digest = hashlib.sha256(_logo()).hexdigest()
    picture = {"digest": digest, "width": 480, "height": 120, "has_plate": False}
    return {"light": picture, "dark": picture, "letter": picture}


def _keep_logo(merchant_id: int) -> None:
    from paydesk.merchants.models import Picture
    from tests import builders

    content = _logo()
    digest = hashlib.sha256(content).hexdigest()
    Picture.objects.create(
        merchant_id=merchant_id,
        digest=digest,
        media_type="image/png",
        content=content,
        created_at=builders.now(),
    )


if __name__ == "__main__":
    main()
