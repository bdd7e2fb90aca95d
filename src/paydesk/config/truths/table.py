"""The truths, one by one, by the numbers of the reliability goals. I13 is about an audit log, and there is none."""

from __future__ import annotations

from paydesk.config.truths import money, moves, rows, states
from paydesk.config.truths.truth import Truth

TRUTHS = (
    Truth(name="I01", says="What Paydesk collects is charged once.", ask=money.charged_once),
    Truth(name="I02", says="Every charge is in the ledger, and nothing else.", ask=money.in_the_ledger),
    Truth(name="I03", says="The ledger is charges less what went back.", ask=money.adds_up),
    Truth(name="I04", says="Every entry of the ledger balances.", ask=money.balanced),
    Truth(name="I05", says="What is charged is what was asked for.", ask=money.charged_what_was_asked),
    Truth(name="I06", says="An event of a company counts once.", ask=states.events_once),
    Truth(name="I07", says="What was paid stays paid.", ask=states.paid_stays_paid),
    Truth(name="I08", says="Nothing is charged after the end.", ask=states.nothing_after_the_end),
    Truth(name="I09", says="Every open attempt is looked up.", ask=states.open_attempts_are_looked_up),
    Truth(name="I10", says="One receipt a payment, numbered without a gap.", ask=rows.one_receipt_each),
    Truth(name="I11", says="A payment is tried a few times only.", ask=states.tries_are_few),
    Truth(name="I12", says="A merchant's rows refer to its own.", ask=rows.rows_are_of_one_merchant),
    Truth(name="I14", says="No card number and no secret is kept.", ask=rows.nothing_secret, stops=False),
    Truth(
        name="I15", says="Charged on its day: not before, and not forgotten.", ask=states.charged_on_its_day
    ),
    Truth(name="I16", says="A plan's payments come to its total.", ask=money.plan_adds_up),
    Truth(name="R1b", says="What was paid together adds up.", ask=money.covered_adds_up),
    Truth(name="I17", says="No more goes back than was paid.", ask=money.refunds_are_covered),
    Truth(name="I18", says="Nothing is charged to a removed method.", ask=states.removed_cards_rest),
    # A company that is silent for a day is no fault of the books: a concern says so, and charging goes on.
    Truth(name="I19", says="Every attempt ends within a day.", ask=states.open_attempts_end, stops=False),
    Truth(name="I20", says="Sums that are kept are what the rows say.", ask=money.totals_are_right),
    Truth(
        name="M01", says="A moved agreement is paid on one side for each period.", ask=moves.paid_on_one_side
    ),
    Truth(name="M02", says="A moved agreement is collected on one side.", ask=moves.collected_on_one_side),
    Truth(name="M03", says="Every move that is under way is looked at.", ask=moves.moves_are_looked_at),
)
