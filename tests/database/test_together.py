"""Several queries in one trip answer as they would alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from django.db import DatabaseError

from paydesk.database.compiled import CompiledQuery
from paydesk.database.together import Ask, rows_together
from paydesk.merchants.models import Merchant
from tests import builders

pytestmark = pytest.mark.django_db


class Named(NamedTuple):
    """A merchant's name."""

    name: str


BY_SLUG = CompiledQuery(
    build=lambda slug: Merchant.objects.filter(slug=slug).values_list("name"), into=Named, slots={"slug": str}
)


def test_each_gets_its_own_answer_in_order() -> None:
    for slug in ("one", "two"):
        builders.merchant(slug, name=slug.title())
    asks = [Ask(BY_SLUG, {"slug": slug}) for slug in ("two", "nobody", "one", "two")]
    assert rows_together(asks) == [[Named("Two")], [], [Named("One")], [Named("Two")]]
    assert rows_together(asks) == [BY_SLUG.rows(**ask.values) for ask in asks]


def test_nothing_to_ask_gives_nothing() -> None:
    assert rows_together([]) == []


@pytest.mark.django_db(transaction=True)
def test_one_that_fails_fails_all_and_leaves_the_connection_well() -> None:
    builders.merchant("one", name="One")
    broken: Any = CompiledQuery(
        build=lambda slug: (
            Merchant.objects.filter(slug=slug).extra(select={"name": "no_such"}).values_list("name")
        ),
        into=Named,
        slots={"slug": str},
    )
    with pytest.raises(DatabaseError):
        rows_together([Ask(BY_SLUG, {"slug": "one"}), Ask(broken, {"slug": "one"})])
    assert BY_SLUG.rows(slug="one") == [Named("One")]
