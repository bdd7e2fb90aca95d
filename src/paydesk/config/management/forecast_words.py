"""Say in words for staff what an import of agreements makes, and loudly what it charges at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from paydesk.billing.arrangements.imported.forecast import Forecast, Sum
from paydesk.kit.money import Money

#: The days of first payments that are listed one by one.
_DAYS_MAX = 7


def forecast_words(forecast: Forecast, *, is_dry_run: bool) -> Iterator[str]:
    """Give the lines of what would be, or was, made."""
    made = "would be" if is_dry_run else "were"
    yield (
        f"{_count(forecast.plans_count, 'payment plan')} and"
        f" {_count(forecast.subscriptions_count, 'subscription')} {made} made,"
        f" with {_count(forecast.payments_count, 'payment')}."
    )
    yield from (f"  plans: {words} in all" for words in _sums(forecast.planned))
    yield from (f"  paid before: {words}" for words in _sums(forecast.before))
    yield from (f"  subscriptions, each time: {words}" for words in _sums(forecast.each_time))
    yield from _first_days(forecast)
    yield from _there_already(forecast)
    if forecast.without_card_count:
        yield (
            f"{_count(forecast.without_card_count, 'agreement')} {made} made without a saved card at the company:"
            " payments fail until the customer adds one."
        )
    yield from _at_once(forecast, made)


def _first_days(forecast: Forecast) -> Iterator[str]:
    days = sorted(forecast.first)
    if days:
        yield "First payments to come:"
    for day in islice(days, _DAYS_MAX):
        yield from (f"  {day}: {words}" for words in _sums(forecast.first[day]))
    if len(days) > _DAYS_MAX:
        yield f"  and {_count(len(days) - _DAYS_MAX, 'later day')}, the last of them {days[-1]}"


def _there_already(forecast: Forecast) -> Iterator[str]:
    if forecast.known_count:
        yield f"{_count(forecast.known_count, 'line')} named what is there already, and changed nothing."
    for line, columns in forecast.differing:
        yield f"  Line {line} says something else than what is there ({', '.join(columns)}); it stays as it is."


def _at_once(forecast: Forecast, made: str) -> Iterator[str]:
    yield from (
        f"Due today, so that they are charged as soon as a worker runs: {words}."
        for words in _sums(forecast.due_today)
    )
    yield from (
        f"ATTENTION: {words} {made} due BEFORE TODAY. They are charged AT ONCE, as soon as a worker runs."
        for words in _sums(forecast.due_before)
    )


def _sums(sums: Mapping[str, Sum]) -> Iterator[str]:
    for currency, found in sorted(sums.items()):
        if found.count:
            yield f"{_count(found.count, 'payment')}, {_amount(found.minor, currency)}"


def _amount(minor: int, currency: str) -> str:
    return f"{currency} {Money(minor, currency).decimal():,f}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
