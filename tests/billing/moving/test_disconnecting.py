"""A connection stays open while a move acts there; if it is closed all the same, a person is told."""

from __future__ import annotations

import pytest

from paydesk.kit import clock
from paydesk.merchants.close import close_connection
from paydesk.merchants.models import Connection
from paydesk.sync.disconnect import DisconnectRefused, disconnect
from tests.billing.moving.removal import Removal, begin_in_silence, refuse
from tests.side_by_side import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)


def close(ada: Removal, connection: Connection) -> None:
    """Take it out, as staff do."""
    disconnect(merchant_id=ada.shop.id, connection_id=connection.id, now=clock.wall_now())


def lose(ada: Removal) -> dict[str, object]:
    """Close the old company's connection without asking, and give what opens it again."""
    mine = Connection.objects.filter(merchant_id=ada.shop.id, id=ada.old.connection.id)
    credentials = mine.get().credentials
    close_connection(merchant_id=ada.shop.id, connection_id=ada.old.connection.id, now=clock.wall_now())
    return {"removed_at": None, "credentials": credentials}


def find(ada: Removal, opened: dict[str, object]) -> None:
    """Open it again."""
    Connection.objects.filter(merchant_id=ada.shop.id, id=ada.old.connection.id).update(**opened)


def test_neither_side_is_closed_while_a_move_acts(ada: Removal, monkeypatch: pytest.MonkeyPatch) -> None:
    ada.begin()
    with monkeypatch.context() as patch:
        refuse(patch, "cancel_now")
        ada.pass_time(hours=ada.until_it_acts())
        assert ada.move.state == "ending"
        for connection in (ada.old.connection, ada.there):
            with pytest.raises(DisconnectRefused, match="1 subscriptions are being moved"):
                close(ada, connection)
    ada.again()
    assert ada.move.state == "done"
    close(ada, ada.old.connection)
    close(ada, ada.there)


def test_what_waits_for_its_time_keeps_no_connection_open(ada: Removal) -> None:
    ada.begin()
    close(ada, ada.there)
    ada.pass_time(hours=ada.until_it_acts())
    assert (ada.move.state, ada.move.why, ada.at_company()) == ("dropped", "closed", "active")


def test_who_closes_it_as_the_move_begins_is_refused_or_ends_the_move(ada: Removal) -> None:
    ada.begin()
    hours = ada.until_it_acts()
    ada.old.account.advance(hours=hours)
    ada.only_here(hours=hours)
    troubles = side_by_side(ada.work, lambda: close(ada, ada.old.connection))
    assert {type(trouble) for trouble in troubles} <= {DisconnectRefused}
    ada.again()
    is_closed = Connection.objects.get(merchant_id=ada.shop.id, id=ada.old.connection.id).removed_at
    assert (ada.move.state, ada.charged()) in (
        [("dropped", []), ("done", [1900])] if is_closed else [("done", [1900])]
    )
    assert ada.concerns() == []


def test_an_old_company_that_is_gone_before_it_has_ended_it_is_told_of(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_in_silence(ada, monkeypatch, "cancel_now")
    opened = lose(ada)
    ada.again()
    assert (ada.move.state, ada.concerns()) == ("ending", ["not_ended"])
    assert ada.move.trouble == "The connection 'Main' was closed."
    find(ada, opened)
    ada.again()
    assert (ada.move.state, ada.at_company(), ada.concerns()) == ("done", "canceled", [])


def test_an_old_company_that_is_gone_before_it_lets_it_go_on_is_told_of(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_in_silence(ada, monkeypatch, "schedule_cancel")
    ada.undo()
    opened = lose(ada)
    ada.again()
    assert (ada.move.state, ada.concerns()) == ("releasing", ["not_released"])
    find(ada, opened)
    ada.again()
    assert (ada.move.state, ada.at_company(), ada.concerns()) == ("undone", "active", [])
