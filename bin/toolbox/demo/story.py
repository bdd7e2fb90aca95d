"""The merchant of the demo and its customers: who they are, what they pay for, and what went differently.

Tidewater Ceramics sells memberships and courses through an account that collects by itself ("Memberships"), and pots,
clay and glazes through one that only charges ("Shop"): plans and clubs of the shop are collected by Paydesk, as
agreements.py tells. Whatever is not told went well.
"""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Any

Story = dict[str, Any]

SLUG = "tidewater"
MERCHANT = {
    "--name": "Tidewater Ceramics",
    "--support-email": "studio@tidewater-ceramics.example",
    "--support-phone": "+351 21 555 0100",
    "--support-url": "https://tidewater-ceramics.example/help",
    "--mode": "test",
    "--time-zone": "Europe/Lisbon",
    "--accent": "#a8472c",
}
#: A customer that is a company: whom its bills are made out to.
VERHOEVEN = {
    "name": "Verhoeven Interieur B.V.",
    "email": "administratie@verhoeven.example",
    "street": ["Voorbeeldkade 12", "2nd floor"],
    "city": "Amsterdam",
    "postal_code": "1011 AA",
    "country": "NL",
    "tax_ids": ["NL999999999B99"],
}
MEMBERSHIPS, SHOP = "Memberships", "Shop"

#: Whom to sign in as, and what each shows.
SHOWN = {
    "ines@duarte.example": "a payment that failed, and orders: one in preparation, one sent back",
    "tomas@whitaker.example": "two payment plans, a parcel on its way and one that arrived",
    "freya@holm.example": "a plan and a club that Paydesk collects, the next payment tomorrow, a digital delivery",
    "amara@okafor.example": "a club that Paydesk collects, paused for two months, and disputes",
    "bruno@salgado.example": "a plan that Paydesk collects, with an overdue payment",
    "hanna@lindqvist.example": "two subscriptions on different cards, one of which expires, and an expired one",
    "marit@verhoeven.example": "a company: bills with VAT, a discount, a part from the balance and a partial refund",
}


def memberships(now: datetime) -> list[Story]:
    """Tell the customers of the account that collects, in the shape that the simulator's control API takes."""
    year = now.year
    return [
        _customer("Inês Duarte", "ines@duarte.example", now, [_card("insufficient_funds", year + 2)])
        | {"subscriptions": [_membership(now, months=24, days=2) | _failed(25, *["insufficient_funds"] * 2)]},
        _customer("Tomás Whitaker", "tomas@whitaker.example", now, [_card("good", year + 3)])
        | {"subscriptions": [_kiln_plan(now), _atlas(now, months=13)]},
        _customer("Hanna Lindqvist", "hanna@lindqvist.example", now, _three_cards(now))
        | {
            "subscriptions": [
                _membership(now, months=20, days=11) | {"payments": {"9": {"declined": ["try_later"]}}},
                _glaze_club(now, months=9, days=19) | {"method": 1},
            ]
        },
        _customer("Marit Verhoeven", "marit@verhoeven.example", now, [_card("good_mastercard", year + 2, 6)])
        | {
            "billing": VERHOEVEN,
            "subscriptions": [_team_membership(now)],
            "bills": [_studio_day(now), _kiln_hire(now), _dinner_sets(now)],
        },
        _customer("森 健二", "kenji@mori.example", now, [_card("good", year + 2)])
        | {"subscriptions": [_raku_course(now, months=18) | {"payments": {"4": {"refunded_minor": 12_000}}}]},
        _customer("Amara Okafor", "amara@okafor.example", now, [_card("good_amex", year + 4)])
        | {
            "subscriptions": [
                _glaze_club(now, months=22, days=6) | {"payments": {"20": {"disputed": "lost"}}}
            ]
        },
        _customer("Lucia Ferri", "lucia@ferri.example", now, [_card("good", year + 2, 9)])
        | {
            "subscriptions": [
                _membership(now, months=15, days=8)
                | {"paused_at": _at(_before(now, months=1)), "resumes_at": _at(now + timedelta(days=40))}
            ]
        },
        _customer("Jonas Keller", "jonas@keller.example", now, [_card("good", year + 1)])
        | {
            "subscriptions": [
                _membership(now, months=23, days=4) | {"canceled_at": _at(_before(now, months=5))}
            ]
        },
        _customer("田中 芽衣", "mei@tanaka.example", now, [_card("good_mastercard", year + 5)], months=0)
        | {"subscriptions": [_trial(now)]},
        _customer("Petra Nováková", "petra@novakova.example", now, [_card("expired_card", *_last_month(now))])
        | {"subscriptions": [_membership(now, months=17, days=6) | _failed(18, *["expired_card"] * 4)]},
        _customer("Claire Dubois", "claire@dubois.example", now, [_card("secure_when_charged", year + 3)])
        | {
            "subscriptions": [_membership(now, months=12, days=2) | _failed(13, *["secure_when_charged"] * 2)]
        },
        _customer("Samuel Reyes", "samuel@reyes.example", now, [_card("good", year + 2, 2)])
        | {
            "subscriptions": [_glaze_club(now, months=14, days=16) | {"cancels": True}],
            "bills": [_firing(now)],
        },
    ]


def shop(now: datetime) -> list[Story]:
    """Tell the customers of the account that only charges; some of them are at the other one, too."""
    year = now.year
    return [
        _customer("Inês Duarte", "ines@duarte.example", now, [_card("insufficient_funds", year + 2)])
        | {
            "charges": [
                _sale(now, 21, "Stoneware clay, 20 kg", 3_480),
                _sale(now, 13, "Trimming tools, set of six", 4_200),
                _sale(now, 6, "Celadon glaze, 2 litres", 3_650) | {"refunded_minor": 3_650},
                _sale(now, 0, "Stoneware clay, 20 kg", 3_640),
            ]
        },
        _customer("Tomás Whitaker", "tomas@whitaker.example", now, [_card("good", year + 3)])
        | {
            "charges": [
                _sale(now, 7, "Kiln shelves and props", 21_800),
                _sale(now, 0, "Cone 6 witness cones", 1_890),
            ]
        },
        _customer("Amara Okafor", "amara@okafor.example", now, [_card("good_amex", year + 4)])
        | {"charges": [_sale(now, 16, "Dinner set for four", 26_000, "USD") | {"disputed": "won"}]},
        _customer("Freya Holm", "freya@holm.example", now, [_card("good", year + 3, 7)])
        | {
            "charges": [
                _sale(now, 23, "Tea bowl, ash glaze", 6_800),
                _sale(now, 14, "Set of six tumblers", 13_200) | {"refunded_minor": 2_200},
                _sale(now, 4, "Large serving platter", 14_500),
            ]
        },
        _customer("森 健二", "kenji@mori.example", now, [_card("good", year + 2)])
        | {"charges": [_sale(now, 8, "抹茶茶碗", 18_000, "JPY")]},
        _customer("Bruno Salgado", "bruno@salgado.example", now, [_card("insufficient_funds", year + 2)])
        | {"charges": [_sale(now, 5, "Bats and splash pan", 5_400)]},
    ]


def _customer(name: str, email: str, now: datetime, methods: list[Story], *, months: int = 24) -> Story:
    return {
        "name": name,
        "email": email,
        "created_at": _at(_before(now, months=months, days=3)),
        "methods": methods,
    }


def _card(card: str, year: int, month: int = 12) -> Story:
    return {"card": card, "expires_year": year, "expires_month": month}


def _three_cards(now: datetime) -> list[Story]:
    """One that runs out with this month, one that is good for years, one that is over."""
    return [
        _card("good_mastercard", now.year, now.month),
        _card("good", now.year + 4, 8),
        _card("good_amex", *_last_month(now)),
    ]


def _membership(now: datetime, *, months: int, days: int) -> Story:
    return _agreed("Open studio membership", 4_900, "EUR", _before(now, months=months, days=days))


def _glaze_club(now: datetime, *, months: int, days: int) -> Story:
    return _agreed("Glaze club, a new glaze each month", 1_800, "USD", _before(now, months=months, days=days))


def _raku_course(now: datetime, *, months: int) -> Story:
    begins = _before(now, months=months, days=9)
    return _agreed("楽焼オンライン講座", 12_000, "JPY", begins) | {"interval_count": 3}


def _atlas(now: datetime, *, months: int) -> Story:
    begins = _before(now, months=months, days=5)
    return _agreed("Glaze Atlas, the recipe software", 6_000, "EUR", begins) | {"interval_unit": "year"}


def _kiln_plan(now: datetime) -> Story:
    begins = _before(now, months=6, days=12)
    return _agreed("Front-loading kiln, in 12 payments", 14_500, "EUR", begins) | {"payments_total": 12}


def _trial(now: datetime) -> Story:
    begins = now - timedelta(days=5)
    return _agreed("楽焼オンライン講座", 12_000, "JPY", begins) | {
        "first_payment_at": _at(begins + timedelta(days=14))
    }


def _agreed(name: str, amount_minor: int, currency: str, started_at: datetime) -> Story:
    return {"name": name, "amount_minor": amount_minor, "currency": currency, "started_at": _at(started_at)}


def _failed(number: int, *cards: str) -> Story:
    """The payment with this number was declined, once for each card that lends its reason."""
    return {"payments": {str(number): {"declined": list(cards), "status": "failed"}}}


def _firing(now: datetime) -> Story:
    return {
        "title": "Gas firing, two shelves",
        "amount_minor": 9_600,
        "currency": "EUR",
        "at": _at(_before(now, months=3, days=7)),
        "lines": [
            {"title": "Gas firing, one shelf", "amount_minor": 8_400, "quantity": 2},
            {"title": "Unloading and sanding", "amount_minor": 1_200, "quantity": 1},
        ],
    }


def _team_membership(now: datetime) -> Story:
    agreed = {
        "name": "Studio for teams",
        "currency": "EUR",
        "started_at": _at(_before(now, months=7, days=3)),
    }
    return agreed | {
        "lines": [_line("Open studio, four people", 14_000), _line("Locker", 2_000, quantity=2)],
        "taxes": [_vat(3_680)],
    }


def _studio_day(now: datetime) -> Story:
    """Somebody fell ill, and their place was refunded."""
    return {
        "title": "Studio day for your team",
        "currency": "EUR",
        "at": _at(_before(now, months=5, days=9)),
        "lines": [_line("Studio day", 78_000, quantity=12), _line("Clay and firing", 9_600)],
        "discounts": [{"title": "Returning company, 10%", "amount_minor": 8_760}],
        "taxes": [_vat(18_133)],
        "refunded_minor": 7_196,
    }


def _kiln_hire(now: datetime) -> Story:
    return {
        "title": "Kiln hire, one weekend",
        "currency": "EUR",
        "at": _at(_before(now, months=2, days=14)),
        "lines": [_line("Kiln hire, one weekend", 12_000)],
        "taxes": [_vat(2_760)],
        "balance_minor": 5_000,
    }


def _dinner_sets(now: datetime) -> Story:
    """Half before they were made, the rest when they were there."""
    return {
        "title": "Dinner sets for the office kitchen",
        "currency": "EUR",
        "at": _at(_before(now, months=3, days=20)),
        "lines": [_line("Dinner set, sand glaze", 96_000, quantity=12)],
        "taxes": [_vat(22_080)],
        "paid_in": [59_040, 59_040],
    }


def _line(title: str, amount_minor: int, *, quantity: int = 1) -> Story:
    return {"title": title, "amount_minor": amount_minor, "quantity": quantity}


def _vat(amount_minor: int) -> Story:
    return {"title": "VAT", "percentage": "23", "amount_minor": amount_minor}


def _sale(now: datetime, months: int, title: str, amount_minor: int, currency: str = "EUR") -> Story:
    at = _before(now, months=months, days=months % 7 + 1)
    return {"title": title, "amount_minor": amount_minor, "currency": currency, "at": _at(at)}


def _before(now: datetime, *, months: int, days: int = 0) -> datetime:
    """Go back by whole months and days; the 31st becomes the last day of a shorter month."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    day = min(now.day, monthrange(year, month + 1)[1])
    return now.astimezone(UTC).replace(year=year, month=month + 1, day=day) - timedelta(days=days)


def _last_month(now: datetime) -> tuple[int, int]:
    before = _before(now, months=1)
    return before.year, before.month


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
