"""What a connection to the simulated company is made of."""

from __future__ import annotations

from datetime import timedelta

#: `api_key` opens the account; `webhook_secret` signs what the company tells us.
CREDENTIALS = ("api_key", "webhook_secret")
#: `page_size`: rows on a page of a listing, 1 to 100.
OPTIONS = ("page_size",)
PAGE_SIZE = "100"

#: The company forgets every key after a day, unless the simulator was started with another --key-memory.
KEY_MEMORY = dict.fromkeys(("charge", "refund", "method", "subscription"), timedelta(hours=24))
