"""The columns of a CSV of agreements."""

from __future__ import annotations

#: By name, what each means; docs/agreements-csv.md tells more.
COLUMNS = {
    "reference": "your own name for it, by which it is made once",
    "customer": "the customer's e-mail address, or the company's reference of the customer",
    "method": "the company's reference of the card that pays; empty: the customer's default",
    "name": "what is paid for, as customers read it",
    "price": "of a plan all that is bought, of a subscription one payment: 12.50",
    "currency": "of every amount in the line: EUR",
    "interval": "from one payment to the next: month, 2 weeks, year",
    "payments": "how many regular payments a plan has; empty: it goes on, a subscription",
    "first_day": "the day of the first regular payment: 2027-01-31",
    "deposit": "the part of the price that is paid first",
    "deposit_day": "the day of the deposit; empty: the first day",
    "fee": "a finance fee on top of the price, spread over the regular payments",
    "trial": "yes: nothing is paid until the first day; empty: no",
    "paid_before": "how many payments were made before, the deposit among them",
}
NEEDED = ("reference", "customer", "name", "price", "currency", "interval", "first_day")
