"""Name what a company and the books do not agree on: what no mirroring mends, so that a person has to look."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from paydesk.kit.money import Money


class Kind(StrEnum):
    """What differs; a short word, since it stands in the name of the concern."""

    UNKNOWN_PAYMENT = "payment"
    NOT_THERE = "not_there"
    NOT_HERE = "not_here"
    AMOUNT = "amount"
    STATE = "state"
    SECOND = "second"
    MARK = "mark"
    ADDRESS = "address"
    SUMS = "sums"


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What a difference means, and what a person is to do about it, for staff."""

    means: str
    to_do: str


WORDS: dict[Kind, Words] = {
    Kind.UNKNOWN_PAYMENT: Words(
        means="The books have a payment that the company does not know.",
        to_do="See whether the connection speaks for the account that it was made at: its key may be another's.",
    ),
    Kind.NOT_THERE: Words(
        means="The ledger has money that the company has not moved.",
        to_do="Look for it in the company's own dashboard, by day and amount. The books keep it until you know.",
    ),
    Kind.NOT_HERE: Words(
        means="The company has moved money that the ledger does not have.",
        to_do="See what stands in the way at its payment here: `paydesk concerns`, and the worker's log.",
    ),
    Kind.AMOUNT: Words(
        means="The company names another amount than the books have.",
        to_do="Compare the two. What is wrong at the company is put right there: the books follow.",
    ),
    Kind.STATE: Words(
        means="A payment counts as made on one side only.",
        to_do="Compare it with the company's list of charges. Until you know, nobody is charged for it again.",
    ),
    Kind.SECOND: Words(
        means="More was charged for a payment than it asks for.",
        to_do="Refund at the company, or with `paydesk refund`, what was taken too much.",
    ),
    Kind.MARK: Words(
        means="The company has a charge with a mark of Paydesk's that nothing here gives.",
        to_do="Compare it with what the customer owes here: what it has paid for must not be charged again.",
    ),
    Kind.ADDRESS: Words(
        means="A customer has no e-mail address at the company, so nobody can sign in for it.",
        to_do="Enter the address at the company: Paydesk reads it again and links the customer.",
    ),
    Kind.SUMS: Words(
        means="What moved at the company and what the ledger has do not add up to the same.",
        to_do="The differences that are named above it make it up; with none of them, ask for help.",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One thing that differs. `reference` is the company's, `payment` our public id of the payment that it is about."""

    kind: Kind
    reference: str
    what: str = ""
    customer: str = ""
    payment: str = ""
    there: Money | None = None
    here: Money | None = None
    # What a person was told of already, under the name of the payment, when its company first contradicted itself.
    is_told: bool = False

    def sentence(self) -> str:
        """Say it in one line, with both amounts."""
        parts = [
            self.what or self.kind.value,
            self.reference,
            f"at the company {self.there or 'nothing'}",
            f"here {self.here or 'nothing'}",
        ]
        parts += [f"customer {self.customer}"] if self.customer else []
        parts += [f"payment {self.payment}"] if self.payment else []
        has_amounts = self.there is not None or self.here is not None
        return "; ".join(part for part in parts if part and (has_amounts or " nothing" not in part))

    def in_json(self) -> dict[str, object]:
        """Give it for a machine, and for the row of the run."""
        return {
            "kind": self.kind.value,
            "what": self.what,
            "reference": self.reference,
            "customer": self.customer,
            "payment": self.payment,
            "there_minor": self.there.minor if self.there else None,
            "here_minor": self.here.minor if self.here else None,
            "currency": next((one.currency for one in (self.there, self.here) if one), ""),
            "said": self.sentence(),
        }
