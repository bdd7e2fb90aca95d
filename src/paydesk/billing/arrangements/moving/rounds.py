"""Say whether a move that is given up for this time is tried again, before the next payment."""

from __future__ import annotations

from paydesk.billing.arrangements.moving.models import Move

ROUNDS_MAX = 3
#: What may go well when the next payment comes near.
_TRIED_AGAIN = {Move.Why.COLLECTED, Move.Why.NOT_FENCED, Move.Why.NO_ANSWER}


def is_tried_again(move: Move) -> bool:
    """Say so, while the old one is let go on; the customer may take it back for good until then."""
    return move.state == Move.State.RELEASING and move.why in _TRIED_AGAIN and move.round < ROUNDS_MAX
