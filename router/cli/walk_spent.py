"""How long the deadlines of a work item took, and which stand still, as rows of a walk expect it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fairlead.v1 import deadlines_pb2 as deadlines
from router.cli.lengths import length_text, lengths_of
from router.cli.walk_expect_forms import TookForm
from router.cli.walk_seen import Seen

_MS = 1_000


def seen_paused(expected: Sequence[str], item: str, listed: Sequence[deadlines.Deadline]) -> Seen:
    """Look at which deadlines of a work item stand still."""
    still = sorted({each.deadline for each in listed if each.pause_reason})
    return Seen(f"deadlines of {item} that stand still", sorted(set(expected)), still)


def seen_took(expected: TookForm, what: str, began: Sequence[deadlines.Deadline]) -> Iterator[Seen]:
    """Look at how long the deadline took that began last of those of one name."""
    parts = began[-1].parts if began else ()
    if expected.counted is not None:
        counted_ms = sum(part.counted_duration.ToMilliseconds() for part in parts)
        yield Seen(f"how long the clock ran for {what}", _normal(expected.counted), length_text(counted_ms))
    if expected.wall is not None:
        wall_ms = sum(part.wall_duration.ToMilliseconds() for part in parts)
        yield Seen(f"how long {what} took on the wall", _normal(expected.wall), length_text(wall_ms))
    if expected.parts is not None:
        should = {part: _normal(length) for part, length in sorted(expected.parts.items())}
        yield Seen(f"where the time of {what} went", should, _by_kind(parts))


def _by_kind(parts: Sequence[deadlines.TimePart]) -> dict[str, str]:
    """Return by kind how long that was on the wall, whoever's it was."""
    sums = dict[str, int]()
    for part in parts:
        kind = deadlines.TimePart.Kind.Name(part.kind).removeprefix("KIND_")
        sums[kind] = sums.get(kind, 0) + part.wall_duration.ToMilliseconds()
    return {kind: length_text(sum_ms) for kind, sum_ms in sorted(sums.items())}


def _normal(text: str) -> str:
    length = lengths_of(text)
    assert length is not None  # the reader had no problem with it
    return length_text(int(length.total_seconds() * _MS))
