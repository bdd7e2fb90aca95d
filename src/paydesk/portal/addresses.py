"""Write the address of a page, with the merchant's prefix where it has one."""

from __future__ import annotations

from functools import cache

from django.urls import NoReverseMatch, get_script_prefix, reverse

from paydesk.merchants.find import MerchantInSight


def url(name: str, *args: str | int) -> str:
    """Give the address of the page with this name, with the merchant's prefix where it has one."""
    pieces = _pieces(name, len(args))
    if pieces is None or not all(str(arg).isalnum() for arg in args):
        return reverse(name, args=args or None)
    words = [piece for pair in zip(pieces, map(str, args), strict=False) for piece in pair]
    return get_script_prefix() + "".join(words) + pieces[-1]


def whole_url(merchant: MerchantInSight, name: str, *args: str) -> str:
    """Give a page's whole address for others to send the customer back to, from settings alone (T14)."""
    return merchant.portal_url + "/" + reverse(name, args=args).removeprefix(reverse("home"))


@cache
def _pieces(name: str, count: int) -> tuple[str, ...] | None:
    """Cut a page's address at its parameters, once: `reverse` takes 20 microseconds, and a list asks 40 times.

    None where a parameter is not a plain word, and `reverse` has to judge it.
    """
    marks = [f"mark{number}mark" for number in range(count)]
    try:
        address = reverse(name, args=marks or None).removeprefix(get_script_prefix())
    except NoReverseMatch:
        return None
    pieces = []
    for mark in marks:
        piece, _, address = address.partition(mark)
        pieces.append(piece)
    return (*pieces, address)
