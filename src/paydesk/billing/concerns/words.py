"""What a concern means in words for staff: what is in doubt, what that means for the money, and what to do.

English here, as the command line says it; letters translate it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from paydesk.billing.concerns.models import Concern
from paydesk.kit.money import Money


@dataclass(frozen=True, kw_only=True, slots=True)
class ConcernWords:
    """One kind of concern, in three sentences or so each."""

    title: str
    meaning: str
    to_do: str


WORDS: dict[str, ConcernWords] = {
    Concern.Kind.UNKNOWN_OUTCOME: ConcernWords(
        title=gettext_noop("It cannot be known whether a charge was made"),
        meaning=gettext_noop(
            "The payment company was asked for the money and gave no clear answer. Its memory of that request is over"
            " and it cannot be searched, so the money may have moved or not. Nobody is charged for it again meanwhile."
        ),
        to_do=gettext_noop(
            "Look for the charge in the company's own dashboard, by customer, day and amount. Write down in the note"
            " what you found."
        ),
    ),
    Concern.Kind.UNKNOWN_CHARGE: ConcernWords(
        title=gettext_noop("The company has a charge that the books do not know"),
        meaning=gettext_noop(
            "The charge carries our mark, and no attempt here belongs to it: it was lost with a database that was"
            " restored, or another installation made it. The books do not say for what the customer has paid."
        ),
        to_do=gettext_noop(
            "Compare the charge with the customer's payments. If it paid for something that is open here, that must"
            " not be charged again; if it paid for nothing, refund it at the company."
        ),
    ),
    Concern.Kind.CONTRADICTION: ConcernWords(
        title=gettext_noop("The company's answers about a payment do not agree"),
        meaning=gettext_noop(
            "The company names two charges for it, or another amount than was asked for, or said yes first and no"
            " later. The customer may have paid too much, or what counts as paid may not be. All that the company"
            " said is kept in the books."
        ),
        to_do=gettext_noop(
            "Compare the payment with the company's own list of charges. Refund at the company what was taken too"
            " much: the books follow."
        ),
    ),
    Concern.Kind.TRUTH_BROKEN: ConcernWords(
        title=gettext_noop("The books break a rule that must always hold"),
        meaning=gettext_noop(
            "Until it is understood why, nothing is charged for this merchant. What was paid stays paid, and customers"
            " still see it."
        ),
        to_do=gettext_noop(
            "Run `paydesk truths`: it names the rule and what breaks it. Charging goes on when the rule holds again."
        ),
    ),
    Concern.Kind.RESTORED: ConcernWords(
        title=gettext_noop("The database was restored from a backup"),
        meaning=gettext_noop(
            "Charges that were made after the backup may be missing in the books. Nothing is charged until every"
            " connection has been compared with its company."
        ),
        to_do=gettext_noop(
            "Wait for the comparison: what it cannot mend by itself becomes a concern of its own. With no doubt left,"
            " charging goes on."
        ),
    ),
    Concern.Kind.STUCK: ConcernWords(
        title=gettext_noop("A payment has had no clear answer for a day"),
        meaning=gettext_noop(
            "The company was asked for the money more than 24 hours ago and says neither yes nor no. The customer is"
            " told that it is being checked, and is not charged again meanwhile."
        ),
        to_do=gettext_noop(
            "See whether the company is disturbed, and what its dashboard says of the charge. Paydesk goes on asking,"
            " and with a clear answer this concern ends by itself."
        ),
    ),
    Concern.Kind.NOT_TAKEN: ConcernWords(
        title=gettext_noop("A charge comes to nothing again and again"),
        meaning=gettext_noop(
            "The company was asked for the money several times. Each time it refused the request itself, or lost it,"
            " and no bank was asked. It is asked again, ever more rarely; the customer sees the payment as due."
        ),
        to_do=gettext_noop(
            "See what the company's own dashboard says of these requests: the account may lack a permission, or not"
            " know the customer any more. With a clear answer to the next one this concern ends by itself."
        ),
    ),
    Concern.Kind.OUTSIDE: ConcernWords(
        title=gettext_noop("The company's account and the books differ"),
        meaning=gettext_noop(
            "They were compared, and the difference cannot be mended from here. The company's account says what was"
            " paid; the books may say something else."
        ),
        to_do=gettext_noop(
            "Look at both and correct what is wrong at the company. Paydesk reads it again and follows."
        ),
    ),
    Concern.Kind.NOT_ENDED: ConcernWords(
        title=gettext_noop("The company has not ended what was cancelled"),
        meaning=gettext_noop(
            "A customer has cancelled it, and may have been told when it ends. The company that collects was asked to"
            " end it, and did not answer in time or said no: it may collect again."
        ),
        to_do=gettext_noop(
            "Look at it in the company's own dashboard, and end it there. If it has collected since, give the money"
            " back. Where a day was promised and the company does not answer, Paydesk goes on asking."
        ),
    ),
    Concern.Kind.NOT_RESUMED: ConcernWords(
        title=gettext_noop("The company has not let a paused subscription go on"),
        meaning=gettext_noop(
            "The pause was to be over, by its day or because the customer wanted it. The company that collects was"
            " asked to let it go on, and did not answer in time or said no: as long as it pauses, nothing is collected."
        ),
        to_do=gettext_noop(
            "Look at it in the company's own dashboard, and let it go on there. Where the day was promised and the"
            " company does not answer, Paydesk goes on asking, and with its answer this concern ends by itself."
        ),
    ),
    Concern.Kind.NOT_RELEASED: ConcernWords(
        title=gettext_noop("The company does not let a held subscription go on"),
        meaning=gettext_noop(
            "A customer wanted to pay it another way, and that came to nothing. Its company was asked to hold it"
            " meanwhile and does not let it go on now: it may end, or collect nothing."
        ),
        to_do=gettext_noop(
            "Look at it in the company's own dashboard, and let it go on there. Paydesk goes on asking, and with its"
            " answer this concern ends by itself."
        ),
    ),
    Concern.Kind.BOTH_SIDES: ConcernWords(
        title=gettext_noop("A moved subscription was paid, or is owed, on both sides"),
        meaning=gettext_noop(
            "The first payment of the new agreement took over what the old one was to collect. The old company has"
            " taken it as well, or still counts it as open."
        ),
        to_do=gettext_noop(
            "Look at the payment in the old company's dashboard. If it was paid, refund it there; if it is open, void"
            " it there. The books follow."
        ),
    ),
}

#: What the facts that doubts bring along are called; another one is called by its own name.
FACT_NAMES: dict[str, str] = {
    "connection": gettext_noop("Connection"),
    "reference": gettext_noop("Reference at the company"),
    "charge": gettext_noop("Charge at the company"),
    "customer": gettext_noop("Customer at the company"),
    "mark": gettext_noop("Mark"),
    "made_at": gettext_noop("Made at"),
    "payment": gettext_noop("Payment"),
    "attempt": gettext_noop("Attempt"),
    "number": gettext_noop("Number"),
    "paid_minor": gettext_noop("Paid so far"),
    "expected_minor": gettext_noop("Expected"),
    "truth": gettext_noop("Rule"),
    "found": gettext_noop("Found"),
}


def amount_of(facts: dict[str, str | int | None]) -> Money | None:
    """Give the amount that is in doubt, if one is."""
    minor, currency = facts.get("amount_minor"), facts.get("currency")
    return Money(minor, currency) if isinstance(minor, int) and isinstance(currency, str) else None


def other_facts(facts: dict[str, str | int | None]) -> dict[str, str | Money]:
    """List what else is known, by the name of the fact: amounts as amounts, all else as text, and nothing empty."""
    currency = facts.get("currency")
    return {
        name: Money(value, currency)
        if name.endswith("_minor") and isinstance(value, int) and isinstance(currency, str)
        else str(value)
        for name, value in facts.items()
        if value not in {None, ""} and name not in {"amount_minor", "currency"}
    }
