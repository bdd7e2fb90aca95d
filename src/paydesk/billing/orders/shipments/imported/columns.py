"""The columns of a CSV of shipments."""

from __future__ import annotations

#: By name, what each means; docs/shipments-csv.md tells more.
COLUMNS = {
    "order": "the order's number, or the payment company's reference of it",
    "shipment": "your own name for the shipment, by which it is found again",
    "order_number": "the number that the customer knows the order by, where the payment company gave it none",
    "title": "what is in it, as customers read it",
    "carrier": "who carries it: DHL, UPS, Royal Mail ...",
    "number": "the carrier's number",
    "link": "where a digital delivery is fetched: https://...",
    "prepared": "the day on which its preparation began: 2027-01-31",
    "shipped": "the day on which it was given to the carrier",
    "expected": "the day on which it should arrive",
    "delivered": "the day on which it arrived, or on which the link was there",
    "returned": "the day on which it came back",
}
NEEDED = ("order", "shipment")
