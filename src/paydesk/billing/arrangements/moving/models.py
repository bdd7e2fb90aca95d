"""Moves of subscriptions to another way of paying."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from paydesk.billing.arrangements.models import AskedBy
from paydesk.billing.customers.models import Customer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.due_rows import DueRow, due_index
from paydesk.kit.ids import new_public_id
from paydesk.merchants.models import Merchant


class Move(DueRow):
    """One subscription on its way from the company that collects it to a method that Paydesk charges.

    `target`: the agreement of ours that takes its place; null where Paydesk collected the old one as well, and it is
    the same agreement still. Business time: `acts_at`, `source_next_at`, `gives_up_at`. Minor units: `owed_minor`.
    """

    class State(models.TextChoices):
        WAITING = "waiting"  # for its time; the old one goes on, and this can be taken back
        FENCING = "fencing"  # its company is asked to hold the old one, so that it collects nothing meanwhile
        CHARGING = "charging"  # the old one is held, and the first payment of the new one is asked for
        ENDING = "ending"  # that is paid; the old one is ended
        RELEASING = "releasing"  # nothing was paid: the old one is let go on
        DONE = "done"
        UNDONE = "undone"  # the customer took it back
        DROPPED = "dropped"  # it came to nothing: `why`

    OPEN = (State.WAITING, State.FENCING, State.CHARGING, State.ENDING, State.RELEASING)
    #: From here on only the worker acts.
    ACTING = (State.FENCING, State.CHARGING, State.ENDING, State.RELEASING)

    class Why(models.TextChoices):
        DECLINED = "declined"  # the first payment was; of a move that is done: the old one had ended by then
        COLLECTED = "collected"  # the old company had collected meanwhile, each time
        NOT_FENCED = "not_fenced"  # it could not be held in time, each time
        NO_ANSWER = "no_answer"  # nobody took the first payment in time, each time
        ENDED = "ended"  # somebody ended the old one meanwhile
        METHOD_GONE = "method_gone"
        TAKEN_BACK = "taken_back"
        CLOSED = "closed"  # one of the two connections was closed

    class Fence(models.TextChoices):
        SCHEDULE_CANCEL = "schedule_cancel"
        PAUSE = "pause"
        NOTHING = "nothing"  # it collects nothing as it is

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    source = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="moves_away")
    target = models.ForeignKey(Subscription, on_delete=models.SET_NULL, null=True, related_name="moves_here")
    method = models.ForeignKey(PaymentMethod, on_delete=models.CASCADE)
    public_id = models.CharField(max_length=16, default=new_public_id)
    asked_by = models.CharField(max_length=8, choices=AskedBy)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    why = models.CharField(max_length=12, choices=Why, default="", blank=True)
    fence_kind = models.CharField(max_length=16, choices=Fence, default="", blank=True)
    # Which try this is: each has keys of its own.
    round = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()
    acts_at = models.DateTimeField()
    # It paused when the customer asked for this, and begins again with the move.
    begins_again = models.BooleanField(default=False)
    # As the old one stood when the new one was reckoned from it: what is otherwise by then is reckoned anew.
    source_next_at = models.DateTimeField(null=True)
    source_paid = models.PositiveIntegerField(default=0)
    owed_minor = models.BigIntegerField(default=0)
    # The public ids of the old one's bills that the first payment takes over.
    bills = models.JSONField(default=list)
    # Until when the old one has to be held, and the first payment asked for; else the old one goes on.
    gives_up_at = models.DateTimeField(null=True)
    # When its company was asked to hold it, unless it is known what became of that (wall time).
    hold_asked_at = models.DateTimeField(null=True)
    # When the company said that the old one is held, that it has ended, or that it goes on (wall time).
    fenced_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "public_id"], name="move_public_id_once"),
            # Two tabs are one move: the lock on the agreement prevents the second, this proves that it did.
            models.UniqueConstraint(
                fields=["merchant", "source"],
                name="move_one_open",
                condition=models.Q(state__in=["waiting", "fencing", "charging", "ending", "releasing"]),
            ),
            models.UniqueConstraint(
                fields=["merchant", "target"],
                name="move_target_once",
                condition=models.Q(target__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            due_index("move_due"),
            models.Index(fields=["merchant", "source"], name="move_of_subscription"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.state}"
