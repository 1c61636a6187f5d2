"""Ids that stand in more than one row: each is found, and no other."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tables.repeats import Order, are_once, fingerprints, in_words, repeated

IDS = st.lists(st.one_of(st.none(), st.text("ab0é中", min_size=1, max_size=20)), max_size=40)


@given(st.lists(IDS, max_size=4))
def test_the_ids_that_come_again_are_counted_and_no_other(batches: list[list[str | None]]) -> None:
    arrays = [pa.array(batch, pa.string()) for batch in batches]
    counts = Counter(name for batch in batches for name in batch if name is not None)

    assert repeated(lambda: arrays) == Counter({name: n for name, n in counts.items() if n > 1})


@given(IDS, st.integers(0, 5), st.integers(0, 5))
def test_a_slice_has_the_fingerprints_of_its_ids(ids: list[str | None], start: int, length: int) -> None:
    whole = pa.array(ids, pa.string())

    assert (
        fingerprints(whole.slice(start, length)).tolist()
        == fingerprints(pa.array(ids[start : start + length], pa.string())).tolist()
    )


@given(st.lists(st.lists(st.text("ab0é中", min_size=1, max_size=4), max_size=6), max_size=4))
def test_ids_that_are_in_order_stand_once(batches: list[list[str]]) -> None:
    orders = []
    for batch in batches:
        order = Order()
        for cut in (batch[:2], batch[2:]):
            order.see(pa.array(cut, pa.string()))
        orders.append(order)
    names = [name for batch in batches for name in batch]
    in_order = sorted(set(names), key=lambda name: (len(name.encode()), name))

    assert are_once(orders) == (names == in_order)


def test_equal_beginnings_and_ends_are_told_apart() -> None:
    ids = pa.array([text for n in range(1, 40) for text in ("a" * n, "a" * n + "b", "b" + "a" * n)])

    assert len(set(fingerprints(ids).tolist())) == len(ids)


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (["a", "b"], ""),
        (["a", "b", "a", "a"], "1 customer stands in 3 rows: 'a'"),
        ([*"abcdef", *"abcdef"], "6 customers stand in more than one row each, 12 in all: 'a', 'b', 'c', 'd', 'e', …"),
    ],
)
def test_they_are_named(ids: list[str], said: str) -> None:
    assert in_words(repeated(lambda: [pa.array(ids)])) == said
