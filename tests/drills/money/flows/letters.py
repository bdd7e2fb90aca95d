"""A doubt that staff are told of, as a flow: one concern, one letter."""

from __future__ import annotations

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import open_concern
from paydesk.kit import clock
from paydesk.notices.models import Letter
from tests.drills.money.flows.flow import Flow, Stage
from tests.drills.money.work import work_until_idle


def _doubt(stage: Stage) -> None:
    open_concern(
        merchant_id=stage.scene.merchant.id,
        kind=Concern.Kind.RESTORED,
        subject=f"connection:{stage.scene.connection.uuid}",
        facts={"connection": stage.scene.connection.name},
        now=clock.wall_now(),
    )


def _doubt_and_tell(stage: Stage) -> None:
    _doubt(stage)
    work_until_idle()


def _told_once(stage: Stage) -> list[str]:
    """A letter may leave twice when the mark that it was sent is lost; it is one letter all the same."""
    concerns = Concern.objects.filter(merchant_id=stage.scene.merchant.id).count()
    letters = Letter.objects.filter(merchant_id=stage.scene.merchant.id)
    sent = letters.filter(sent_at__isnull=False).count()
    if (concerns, letters.count(), sent) == (1, 1, 1):
        return []
    return [f"{concerns} concerns, {letters.count()} letters, {sent} of them sent"]


LETTERS = [
    Flow(
        name="letter",
        prepare=lambda _: None,
        act=_doubt_and_tell,
        come_back=_doubt,
        expect=_told_once,
    )
]
