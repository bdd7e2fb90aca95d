"""Rows come a few at a time, in their order, none twice and none lost."""

from __future__ import annotations

import pytest

from paydesk.database.batches import batches


@pytest.mark.parametrize("count", [0, 1, 2, 3, 6, 7])
def test_none_is_lost_and_no_batch_is_larger(count: int) -> None:
    found = list(batches(iter(range(count)), most=3))

    assert [row for some in found for row in some] == list(range(count))
    assert [len(some) for some in found] == [3] * (count // 3) + [count % 3] * bool(count % 3)


def test_what_weighs_much_fills_a_batch() -> None:
    assert list(batches([1, 1, 9, 1, 1, 1, 1], most=3, weigh=int, heaviest=5)) == [[1, 1, 9], [1, 1, 1], [1]]
    assert list(batches([9, 4, 1, 1], most=3, weigh=int, heaviest=5)) == [[9], [4, 1], [1]]
