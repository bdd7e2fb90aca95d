"""What Tidewater collects by itself through the account of its shop: the file that staff import into the demo."""

import csv
import io
from datetime import date, datetime, timedelta

#: A plan whose next payment is two days off: the story puts the clocks forward and sees it charged.
KILN = {
    "name": "Raku kiln, in 10 payments after a deposit",
    "customer": "freya@holm.example",
    "next": "113.00",
}
NEXT_DAYS = 2
#: One that its customer has paused for so many days.
PAUSED, PAUSED_DAYS = "TEA-4", 60


def agreements_csv(now: datetime) -> str:
    """Write it as docs/agreements-csv.md says; the last one should have been paid three days ago."""
    today = now.date()
    lines = [
        # A deposit of 190, then (1,290 + 30 - 190) / 10: half of them are made.
        _line("KILN-31", KILN["customer"], KILN["name"], "1290.00", today + timedelta(NEXT_DAYS - 5 * 28))
        | {"interval": "4 weeks", "payments": "10", "deposit": "190.00", "fee": "30.00", "paid_before": "6"},
        _line(
            "EXTRUDER-8",
            "tomas@whitaker.example",
            "Extruder, in 6 payments",
            "540.00",
            _months(today, -5, 12),
        )
        | {"payments": "6", "paid_before": "5"},
        _line("CLAY-2", "freya@holm.example", "Clay club, 10 kg a month", "24.00", today + timedelta(1)),
        _line("TEA-3", "kenji@mori.example", "抹茶茶碗の会", "4500", today + timedelta(9))
        | {"currency": "JPY", "trial": "yes"},
        _line(PAUSED, "amara@okafor.example", "Tea bowl of the month", "38.00", today + timedelta(6))
        | {"currency": "USD"},
        _line(
            "WHEEL-19",
            "bruno@salgado.example",
            "Throwing wheel, in 6 payments",
            "720.00",
            _months(today, -2, -3),
        )
        | {"payments": "6", "paid_before": "2"},
    ]
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


_COLUMNS = (
    *("reference", "customer", "name", "price", "currency", "interval", "payments", "first_day"),
    *("deposit", "fee", "trial", "paid_before"),
)


def _line(reference: str, customer: str, name: str, price: str, first_day: date) -> dict[str, str]:
    """Monthly and in euros, unless it is said otherwise."""
    return {
        "reference": reference,
        "customer": customer,
        "name": name,
        "price": price,
        "currency": "EUR",
        "interval": "month",
        "first_day": first_day.isoformat(),
    }


def _months(day: date, months: int, days: int) -> date:
    """Go so many months and days on; no day after the 28th, so that every month has it."""
    moved = day + timedelta(days=days)
    year, month = divmod(moved.year * 12 + moved.month - 1 + months, 12)
    return date(year, month + 1, min(moved.day, 28))
