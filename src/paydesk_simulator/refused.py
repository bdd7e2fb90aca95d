"""A clear no from the company: nothing was done, and the words say why."""

from __future__ import annotations


class Refused(Exception):
    """The request cannot be met. `status` is the HTTP status, `code` a word for machines."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.code = code
        self.words = words


def not_found(what: str) -> Refused:
    """Say that something does not exist in this account; another account's objects are not told apart."""
    return Refused(404, "not_found", f"There is no such {what} in this account.")
