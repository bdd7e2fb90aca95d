"""What Tidewater has sent: a parcel in each state, and a digital delivery, as the file that staff import."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

from toolbox.demo.story import Story

#: The number of an order, by the customer's address and what was bought; the company gives charges none.
_ORDERS = {
    ("freya@holm.example", "Large serving platter"): "TW-2114",
    ("tomas@whitaker.example", "Cone 6 witness cones"): "TW-2131",
    ("ines@duarte.example", "Stoneware clay, 20 kg"): "TW-2140",
    ("ines@duarte.example", "Celadon glaze, 2 litres"): "TW-2087",
    ("amara@okafor.example", "Dinner set for four"): "TW-1990",
    ("tomas@whitaker.example", "Kiln shelves and props"): "TW-2102",
    ("freya@holm.example", "Tea bowl, ash glaze"): "TW-1808",
}
_COLUMNS = (
    *("order", "shipment", "order_number", "title", "carrier", "number", "link"),
    *("prepared", "shipped", "expected", "delivered", "returned"),
)


def shipments_csv(now: datetime, customers: list[Story], told: list[dict[str, Any]]) -> str:
    """Write it as docs/shipments-csv.md says; `told` is what the company made of the customers of the shop."""
    references = _references(customers, told)

    def line(name: str, part: str, **cells: str) -> dict[str, str]:
        return {
            "order": references[name],
            "shipment": f"{name}-{part}",
            "order_number": name,
        } | cells

    def ago(days: int) -> str:
        return (now.date() - timedelta(days=days)).isoformat()

    lines = [
        # In preparation, and on its way.
        line("TW-2140", "1", prepared=ago(1), expected=ago(-4)),
        line("TW-2131", "1", carrier="CTT", number="RR123456785PT", prepared=ago(1), shipped=ago(0))
        | {"expected": ago(-2)},
        # Delivered: in two parcels, and by somebody whose page we do not know.
        line("TW-2102", "1", title="Kiln shelves, box 1 of 2", carrier="GLS", number="50346007812")
        | {"prepared": ago(205), "shipped": ago(204), "delivered": ago(201)},
        line("TW-2102", "2", title="Kiln shelves, box 2 of 2", carrier="GLS", number="50346007829")
        | {"prepared": ago(205), "shipped": ago(204), "delivered": ago(200)},
        line(
            "TW-1990", "1", carrier="UPS", number="1Z999AA10123456784", shipped=ago(470), delivered=ago(466)
        ),
        line("TW-2114", "1", carrier="Carreiros do Norte", number="CN 2214-08", prepared=ago(124))
        | {"shipped": ago(122), "delivered": ago(117)},
        # Sent back, and refunded.
        line("TW-2087", "1", carrier="DHL", number="00340434161094042557", shipped=ago(180))
        | {"delivered": ago(178), "returned": ago(170)},
        # Digital.
        line("TW-1808", "1", title="How to care for ash glaze (PDF)", delivered=ago(690))
        | {"link": "https://downloads.tidewater-ceramics.example/care/ash-glaze.pdf"},
    ]
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def _references(customers: list[Story], told: list[dict[str, Any]]) -> dict[str, str]:
    """Find the company's reference of each order; of what somebody bought twice the latest."""
    found: dict[str, str] = {}
    for customer, made in zip(customers, told, strict=True):
        for sale, reference in zip(customer.get("charges", []), made["charges"], strict=True):
            number = _ORDERS.get((customer["email"], sale["title"]))
            if number is not None:
                found[number] = reference
    return found
