"""An import writes many customers at a stroke: the rows are those of mirroring them one by one, and riddles are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from paydesk.billing.orders.models import OrderLine
from paydesk.billing.payments.mirrored.unseen import is_plain, unseen
from paydesk.billing.payments.mirrored.whole_customer import WholeCustomer
from paydesk.billing.payments.models import Payment
from paydesk.database.transactions import in_transaction
from paydesk.gateways.contract import Gateway
from paydesk.gateways.records import CustomerRecord, LineRecord, MethodRecord, SettledBy
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.connect import connect, seal
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.sync.import_history import import_history
from paydesk.sync.take_over import read_whole, write_whole, write_wholes
from tests.billing.proof import a_part
from tests.billing.scene import Scene, a_collectible, a_paid_collectible, a_scene, declined, succeeded
from tests.sync.archive import Archive, connection_of, running_archive, totals_of
from tests.sync.books import books_of

#: Enough for every story of a bill, a record without an address, and two with the same.
CUSTOMERS, BILLS = 51, 2


@pytest.fixture(scope="module")
def archive() -> Iterator[Archive]:
    with running_archive(customers=CUSTOMERS, bills=BILLS) as running:
        yield running


def _import(merchant: MerchantInSight) -> None:
    import_history(merchant=merchant, connection=connection_of(merchant), on_progress=lambda _: None)


def _mirror_one_by_one(merchant: MerchantInSight) -> None:
    connection = connection_of(merchant)
    gateway = connect(connection, merchant=merchant)
    for record in gateway.list_customers().records:
        whole = read_whole(gateway, record)
        write_whole(connection=connection, gateway=gateway, whole=whole, is_news=False)


@pytest.mark.django_db(transaction=True)
def test_an_import_leaves_the_rows_of_mirroring_one_by_one_and_the_account_agrees(archive: Archive) -> None:
    at_a_stroke, one_by_one = archive.merchant("stroke"), archive.merchant("single")
    _import(at_a_stroke)
    _mirror_one_by_one(one_by_one)

    books = books_of(at_a_stroke.id)
    assert books == books_of(one_by_one.id)
    assert all(books[name] for name in books if name != "news")
    assert totals_of(at_a_stroke.id) == archive.totals()


@pytest.mark.django_db(transaction=True)
def test_an_import_over_what_webhooks_brought_already_ends_the_same(archive: Archive) -> None:
    fresh, visited = archive.merchant("fresh"), archive.merchant("visited")
    connection = connection_of(visited)
    gateway = connect(connection, merchant=visited)
    for record in gateway.list_customers().records[::5]:
        whole = read_whole(gateway, record)
        some = replace(whole, collectibles=whole.collectibles[::3])
        write_whole(connection=connection, gateway=gateway, whole=some, is_news=False)
    _import(fresh)
    _import(visited)

    assert books_of(fresh.id) == books_of(visited.id)
    assert totals_of(visited.id) == archive.totals()


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_for_grows_with_customers_and_not_with_bills(archive: Archive) -> None:
    before = archive.requests()
    _import(archive.merchant("thrift"))
    asked = {path: count - before.get(path, 0) for path, count in archive.requests().items()}

    assert asked["/v1/invoices"] == asked["/v1/charges"] == asked["/v1/subscriptions"] == CUSTOMERS
    assert asked.get("/v1/invoices/ID", 0) == 0


@pytest.fixture
def scene() -> Scene:
    return a_scene()


def _whole(reference: str = "cus_new", *, email: str = "new@example.com", **parts: object) -> WholeCustomer:
    """Give a customer with one paid bill whose charge failed at first."""
    made = WholeCustomer(
        customer=CustomerRecord(reference=reference, email=email, name="New"),
        methods=(),
        subscriptions=(),
        collectibles=(replace(a_paid_collectible(succeeded("ch_2")), settled_by=SettledBy.ATTEMPT),),
        asked_at=clock.wall_now(),
    )
    return replace(made, **parts)  # type: ignore[arg-type]


def _unseen(scene: Scene, *wholes: WholeCustomer) -> set[str]:
    return unseen(connection=scene.connection, wholes=wholes)


@pytest.mark.django_db
def test_who_is_known_or_shares_anything_is_mirrored_one_by_one(scene: Scene) -> None:
    assert _unseen(scene, _whole()) == {"cus_new"}
    assert _unseen(scene, _whole("cus_1")) == set()
    assert _unseen(scene, _whole(), _whole("cus_other")) == set()

    scene.mirror(a_collectible(attempts=[declined("ch_2")], reference="bill_of_another"))
    assert _unseen(scene, _whole()) == set()


@pytest.mark.django_db
def test_a_charge_that_was_a_payment_of_its_own_is_taken_over_by_its_bill(scene: Scene) -> None:
    """A webhook mirrored the charge before anyone knew that a bill has it."""
    alone = replace(a_paid_collectible(), reference="ch_2", attempts=[succeeded("ch_2")])
    scene.mirror(alone, is_news=False)
    _write(scene, [_whole()])

    assert Payment.objects.get(reference="ch_2").state == "canceled"
    assert Payment.objects.get(reference="bill_1").paid_minor == 4900


def test_a_sum_in_doubt_is_no_plain_matter() -> None:
    twice = replace(_whole().collectibles[0], attempts=[succeeded("ch_1"), succeeded("ch_2")])
    free = replace(_whole().collectibles[0], amount=Money(0, "EUR"))
    cards = [MethodRecord(reference=f"pm_{number}", is_default=True) for number in range(2)]

    assert is_plain(_whole())
    assert not is_plain(_whole(collectibles=[twice]))
    assert not is_plain(_whole(collectibles=[free]))
    assert not is_plain(_whole(methods=cards))
    assert not is_plain(_whole(collectibles=[replace(_whole().collectibles[0], method_reference="pm_gone")]))
    assert not is_plain(_whole(collectibles=[a_collectible(subscription_reference="sub_of_another")]))


@pytest.mark.django_db
def test_a_bill_that_was_paid_twice_is_contradicted_at_first_sight_too(scene: Scene) -> None:
    twice = replace(_whole().collectibles[0], attempts=[succeeded("ch_1"), succeeded("ch_2")])
    _write(scene, [_whole(collectibles=[twice])])

    assert Payment.objects.get(reference="bill_1").contradicted_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize("settled_by", [SettledBy.ATTEMPT, SettledBy.EXTERNAL, SettledBy.BALANCE])
def test_what_no_card_paid_is_in_the_books_at_first_sight_as_it_is_one_by_one(settled_by: SettledBy) -> None:
    at_a_stroke, one_by_one = a_scene("stroke"), a_scene("single")
    bill = replace(_whole().collectibles[0], attempts=[a_part("ch_2", 2000)], settled_by=settled_by)
    _write(at_a_stroke, [_whole(collectibles=[bill])])
    one_by_one.mirror(bill, is_news=False)

    kind = "balance" if settled_by is SettledBy.BALANCE else "external"
    assert (
        at_a_stroke.books()
        == one_by_one.books()
        == sorted([("charge", "ch_2", 2000), (kind, "bill_1", 2900)])
    )


@pytest.mark.django_db
def test_more_customers_cost_no_more_statements(scene: Scene) -> None:
    def crowd(first: int, count: int) -> list[WholeCustomer]:
        return [_numbered(number) for number in range(first, first + count)]

    with CaptureQueriesContext(database) as few:
        _write(scene, crowd(0, 2))
    with CaptureQueriesContext(database) as many:
        _write(scene, crowd(10, 20))

    assert len(few) == len(many) < 40


@pytest.mark.django_db
def test_descriptions_that_are_longer_than_a_column_are_cut_on_either_way(scene: Scene) -> None:
    """Stripe takes hundreds of characters; PostgreSQL would refuse the row, and with it the import."""
    wordy = "w" * 600
    line = LineRecord(title=wordy, amount=Money(4900, "EUR"))
    bill = replace(_whole().collectibles[0], title=wordy, number=wordy, lines=[line])
    _write(
        scene, [_whole(collectibles=[bill], customer=CustomerRecord(reference="cus_w", email="", name=wordy))]
    )
    scene.mirror(replace(bill, reference="bill_2", attempts=[], settled_by=None))

    assert {len(payment.title) for payment in Payment.objects.all()} == {200}
    assert {len(line.title) for line in OrderLine.objects.all()} == {300}


def _numbered(number: int) -> WholeCustomer:
    bill = a_paid_collectible(succeeded(f"ch_{number}_2"))
    bill = replace(
        bill, reference=f"bill_{number}", attempts=bill.attempts[1:], due_at=bill.due_at - timedelta(1)
    )
    return _whole(f"cus_n{number}", email=f"{number}@example.com", collectibles=[bill])


def _write(scene: Scene, wholes: Sequence[WholeCustomer]) -> None:
    gateway: Gateway = _connect_nowhere(scene.connection, scene.merchant)
    in_transaction(lambda: write_wholes(connection=scene.connection, gateway=gateway, wholes=wholes))


def _connect_nowhere(connection: Connection, merchant: MerchantInSight) -> Gateway:
    """Only capabilities are asked of it, and those ask no network."""
    connection.credentials = seal(merchant.uuid, {"api_key": "key", "webhook_secret": "secret"})
    return connect(connection, merchant=merchant)
