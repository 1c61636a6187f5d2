"""Ids that stand in more than one row, told without holding all ids.

Rows that stand in the order of their ids, shorter ones first, have none twice: one comparison each (`Order`). Of any
others `repeated` holds eight bytes an id, and then those ids alone whose bytes came again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Fingerprints = npt.NDArray[np.uint64]

MOST_NAMED = 5
_WORD_BYTES = 8
_MASKS = np.array([(1 << (8 * n)) - 1 for n in range(_WORD_BYTES + 1)], np.uint64)
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9], np.uint64)


@dataclass(slots=True)
class Order:
    """Whether ids stood in order so far, each once, and the first and the last of them; empty: there are none yet."""

    first: str = ""
    last: str = ""
    is_kept: bool = True

    def see(self, ids: pa.Array) -> None:
        """Look at the next ids, texts of which none is null."""
        if not len(ids):
            return
        begins, ends = ids[0].as_py(), ids[-1].as_py()
        if self.is_kept:
            after, before = ids[1:], ids[:-1]
            longer = pc.subtract(pc.binary_length(after), pc.binary_length(before))
            greater = pc.or_(pc.greater(longer, 0), pc.and_(pc.equal(longer, 0), pc.greater(after, before)))
            self.is_kept = self.goes_before(begins) and pc.all(greater, min_count=0).as_py()
        self.first, self.last = self.first or begins, ends

    def goes_before(self, later: str) -> bool:
        """Tell whether an id comes behind all of these."""
        return not self.last or (len(self.last.encode()), self.last) < (len(later.encode()), later)


def are_once(orders: Iterable[Order]) -> bool:
    """Tell whether stretches of ids, one after the other, are in order throughout."""
    so_far = Order()
    for order in orders:
        if not order.is_kept or (order.last and not so_far.goes_before(order.first)):
            return False
        so_far = order if order.last else so_far
    return True


def repeated(read: Callable[[], Iterable[pa.Array]]) -> Counter[str]:
    """Count the rows of each id that stands in more than one.

    Parameters
    ----------
    read
        Reads all ids, texts, null where a row has none; called twice where some may be repeated.
    """
    found = [fingerprints(ids) for ids in read()]
    all_found = np.sort(np.concatenate(found)) if found else np.empty(0, np.uint64)
    again = np.unique(all_found[1:][all_found[1:] == all_found[:-1]])
    counts: Counter[str] = Counter()
    for ids in read() if len(again) else ():
        known = ids.drop_null()
        counts.update(known.filter(pa.array(np.isin(fingerprints(known), again))).to_pylist())
    return Counter({name: n for name, n in counts.items() if n > 1})


def in_words(counts: Counter[str]) -> str:
    """Say which customers are repeated; empty: none is."""
    if not counts:
        return ""
    named = ", ".join(map(repr, list(counts)[:MOST_NAMED]))
    more = ", …" if len(counts) > MOST_NAMED else ""
    if len(counts) == 1:
        return f"1 customer stands in {counts.total():,} rows: {named}"
    return f"{len(counts):,} customers stand in more than one row each, {counts.total():,} in all: {named}{more}"


def fingerprints(ids: pa.Array) -> Fingerprints:
    """Return eight bytes of each id that is not null; equal ids have equal ones, others nearly never."""
    known = ids.drop_null().cast(pa.large_string())
    _, places, texts = known.buffers()
    if not len(known) or texts is None:
        return np.zeros(len(known), np.uint64)
    starts = np.frombuffer(places, np.int64)[known.offset : known.offset + len(known) + 1]
    data = np.concatenate([np.frombuffer(texts, np.uint8), np.zeros(_WORD_BYTES, np.uint8)])
    words = np.lib.stride_tricks.as_strided(data[:_WORD_BYTES].view("<u8"), (len(data) - _WORD_BYTES + 1,), (1,))
    lengths = np.diff(starts)
    mixed = lengths.astype(np.uint64)
    for offset in range(0, int(lengths.max()), _WORD_BYTES):
        left = np.clip(lengths - offset, 0, _WORD_BYTES)
        word = words[np.minimum(starts[:-1] + offset, len(words) - 1)] & _MASKS[left]
        mixed = np.where(lengths > offset, _mixed(mixed ^ word), mixed)
    return mixed


def _mixed(values: Fingerprints) -> Fingerprints:
    for shift, factor in zip((30, 27), _FACTORS, strict=True):
        values = (values ^ (values >> np.uint64(shift))) * factor
    return values ^ (values >> np.uint64(31))
