"""The timetable of all jobs, and the queues that the worker works off."""

from __future__ import annotations

from datetime import timedelta

from paydesk.access.forget import forget_old_access
from paydesk.billing.arrangements.carry_out import work_method_change
from paydesk.billing.arrangements.changes.act import work_action
from paydesk.billing.arrangements.models import MethodChange, ScheduledAction
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.steps.turn import LEASE
from paydesk.billing.arrangements.moving.work import work_move
from paydesk.billing.backups.carry_out import work_backup
from paydesk.billing.backups.models import BackupTry
from paydesk.billing.payments.charging.charge import charge_due_payment
from paydesk.billing.payments.models import Attempt, DueCharge, Refund
from paydesk.billing.payments.refunds.settle import resolve_refund
from paydesk.billing.payments.settle import resolve_attempt
from paydesk.billing.payments.silent import try_silent_companies
from paydesk.billing.receipts.due_notes import write_due_notes
from paydesk.config.reactions import deliver_event
from paydesk.config.truths.check import watch_truths
from paydesk.events.models import Event
from paydesk.notices.models import Letter
from paydesk.notices.outbox import send_due_letter
from paydesk.sync.compare.begin import begin_comparisons
from paydesk.sync.compare.work import work_comparison
from paydesk.sync.models import Comparison, InboxEvent
from paydesk.sync.poll_events import poll_events
from paydesk.sync.reconciliation.reread_stale import EVERY, reread_what_is_stale
from paydesk.sync.work_inbox import sweep_inbox, work_inbox_event
from paydesk.work.queues import Queue
from paydesk.work.timetable import Job, timetable_queue

JOBS = [
    Job(name="sweep the inbox", every=timedelta(minutes=10), run=sweep_inbox),
    Job(name="ask for events that were lost", every=timedelta(minutes=5), run=poll_events),
    Job(name="try companies that do not answer", every=timedelta(minutes=2), run=try_silent_companies),
    Job(name="read again what is stale", every=EVERY, run=reread_what_is_stale),
    Job(name="begin to compare after a restore", every=timedelta(minutes=1), run=begin_comparisons),
    Job(name="write the notes that are due", every=timedelta(minutes=15), run=write_due_notes),
    Job(name="check the truths", every=timedelta(hours=1), run=watch_truths),
    Job(name="forget old sign-in requests and sessions", every=timedelta(hours=1), run=forget_old_access),
]

#: Of one worker process.
CHARGE_THREADS = 32

QUEUES = [
    Queue(name="letters", rows=Letter, work=send_due_letter, threads=4),
    Queue(name="events", rows=Event, work=deliver_event, threads=2),
    Queue(
        name="inbox",
        rows=InboxEvent,
        work=work_inbox_event,
        threads=16,
        failures_max=20,
        done_field="worked_at",
    ),
    # One call of a company may take half a second, so this many threads keep a limit of a hundred calls a second busy.
    Queue(
        name="charges",
        rows=DueCharge,
        work=charge_due_payment,
        threads=CHARGE_THREADS,
        failures_max=1_000_000,
    ),
    Queue(name="backups", rows=BackupTry, work=work_backup, threads=4, failures_max=1_000),
    Queue(name="attempts", rows=Attempt, work=resolve_attempt, threads=8, failures_max=1_000),
    Queue(name="refunds", rows=Refund, work=resolve_refund, threads=4, failures_max=1_000),
    Queue(name="changes", rows=MethodChange, work=work_method_change, threads=4, failures_max=1_000),
    Queue(name="actions", rows=ScheduledAction, work=work_action, threads=4, failures_max=1_000),
    Queue(name="moves", rows=Move, work=work_move, lease=LEASE, threads=4, failures_max=1_000_000),
    Queue(name="comparisons", rows=Comparison, work=work_comparison, threads=2, failures_max=1_000_000),
    timetable_queue(JOBS),
]
