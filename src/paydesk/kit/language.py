"""How amounts and dates read in a person's language: Babel's patterns, our exponents, everything kept once made.

English follows British dates ("Tue 3 Dec"), which travel better than American ones. Amounts carry the currency's code,
because "$" means a dozen currencies.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_datetime_format
from babel.numbers import format_currency, format_decimal, format_percent, get_decimal_symbol, is_currency

from paydesk.kit.money import exponent

_KEPT = 8192
_NO_BREAK = "\u00a0"
_DATES_OF = {"en": "en_GB"}
_COMMAS = dict.fromkeys(("ar", "fa", "ur"), "\u060c ")


@lru_cache(maxsize=_KEPT)
def amount_text(minor: int, currency: str, language: str) -> str:
    """Write an amount in full: EUR 49.00, 49,00 EUR, JPY 12,345,678, KWD 1.234."""
    return _amount(minor, currency, language, decimals=exponent(currency))


@lru_cache(maxsize=_KEPT)
def round_amount_text(minor: int, currency: str, language: str) -> str:
    """Write an amount for a sentence: without decimals when they are all zero."""
    decimals = exponent(currency)
    return _amount(minor, currency, language, decimals=decimals if minor % 10**decimals else 0)


@lru_cache(maxsize=_KEPT)
def number_text(number: int, language: str) -> str:
    """Write a whole number with the language's thousands."""
    return format_decimal(number, locale=_locale(language))


def comma(language: str) -> str:
    """Give what stands between two things that are listed in a line, with its space."""
    return _COMMAS.get(language.partition("-")[0], ", ")


@lru_cache
def decimal_mark(language: str) -> str:
    """Give what a file for this language's spreadsheets has before decimals: a comma or a point."""
    return "," if get_decimal_symbol(_locale(language)) == "," else "."


@lru_cache(maxsize=_KEPT)
def day_text(day: date, language: str, *, this_year: int) -> str:
    """Write a day as people say it: Tue 3 Dec; with the year when it is another one."""
    if day.year == this_year:
        # Without the dot of an abbreviated month ("3. Dez."): the day often ends a sentence, which brings its own.
        return format_skeleton("MMMEd", day, locale=_dates(language)).rstrip(".")
    return format_skeleton("yMMMd", day, locale=_dates(language))


def moment_text(moment: datetime, language: str, *, this_year: int) -> str:
    """Write a local moment: Tue 3 Dec, 09:14."""
    day = day_text(moment.date(), language, this_year=this_year)
    return _moment_pattern(language).format(time_text(moment.hour, moment.minute, language), day)


@lru_cache(maxsize=_KEPT)
def full_day_text(day: date, language: str) -> str:
    """Write a day for a document: 3 December 2026."""
    return format_date(day, "long", locale=_dates(language))


@lru_cache(maxsize=_KEPT)
def percent_text(percentage: str, language: str) -> str:
    """Write a rate that is given as a decimal text: 19%, 7,7 %; an empty one stays empty."""
    if not percentage:
        return ""
    rate = Decimal(percentage) / 100
    return format_percent(rate, locale=_locale(language), decimal_quantization=False)


@lru_cache(maxsize=_KEPT)
def time_text(hour: int, minute: int, language: str) -> str:
    """Write a time of day on a clock of 24 hours."""
    return format_skeleton("Hm", datetime(2000, 1, 1, hour, minute), locale=_dates(language))  # noqa: DTZ001 - a clock face.


@lru_cache(maxsize=_KEPT)
def month_text(year: int, month: int, language: str) -> str:
    """Write a month with its year: December 2026."""
    return format_skeleton("yMMMM", date(year, month, 1), locale=_dates(language))


@lru_cache(maxsize=_KEPT)
def short_month_text(month: int, language: str) -> str:
    """Write a month for a small tile: Dec."""
    return str(Locale.parse(_dates(language)).months["stand-alone"]["abbreviated"][month]).rstrip(".")


@lru_cache(maxsize=_KEPT)
def country_name(country: str, language: str) -> str:
    """Name a country by its two letters: Germany, Deutschland."""
    return str(Locale.parse(_locale(language)).territories.get(country, country))


def _amount(minor: int, currency: str, language: str, *, decimals: int) -> str:
    number = Decimal(minor).scaleb(-exponent(currency))
    pattern = _amount_pattern(language, decimals)
    return format_currency(number, currency, pattern, locale=_locale(language), currency_digits=False)


@lru_cache(maxsize=_KEPT)
def _amount_pattern(language: str, decimals: int) -> str:
    pattern = str(Locale.parse(_locale(language)).currency_formats["standard"].pattern)
    pattern = pattern.replace("0.00", "0." + "0" * decimals if decimals else "0")
    return pattern.replace("¤#", f"¤{_NO_BREAK}#").replace("0¤", f"0{_NO_BREAK}¤").replace("¤", "¤¤")


@lru_cache(maxsize=_KEPT)
def _moment_pattern(language: str) -> str:
    """What a language writes between day and time; CLDR puts letters of it in quotes."""
    return str(get_datetime_format("medium", _dates(language))).replace("'", "")


def _locale(language: str) -> str:
    return language.replace("-", "_")


def _dates(language: str) -> str:
    return _DATES_OF.get(language, _locale(language))


@lru_cache(maxsize=_KEPT)
def has_currency(code: str) -> bool:
    """Say whether there is, or was, such a currency; in capitals."""
    return code.isascii() and code.isupper() and bool(is_currency(code))


@lru_cache(maxsize=_KEPT)
def is_language(code: str) -> bool:
    """Say whether there is such a language, written as we write them: en, pt-br."""
    try:
        Locale.parse(_locale(code))
    except (UnknownLocaleError, ValueError):
        return False
    return code == code.lower() and "_" not in code


def own_name(code: str) -> str:
    """Name a language as its speakers do: Deutsch, العربية."""
    name = str(Locale.parse(_locale(code)).display_name)
    return name[:1].upper() + name[1:]


def for_customer(sentence: str) -> str:
    """Mark a sentence that a customer will read: `bin/words` collects it, and the page that shows it translates it."""
    return sentence
