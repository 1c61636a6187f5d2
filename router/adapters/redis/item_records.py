"""Reading where a work item stands: its record, as ``scripts/item.lua`` writes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgpack

from router.model.activities import NextDate
from router.model.dispatch import DispatchClock, OpenOffer
from router.model.errors import CorruptHistory
from router.model.records import UNASKED, FiredStep, ItemRecord, ItemStage, Satisfaction
from router.model.workitem import Kind, State

_FIRST_PLACES = 11
_LATER_PLACES: tuple[Any, ...] = ([], 0, [], "", [], [], 0, [], [])
"""Places of a work item's record, see ``scripts/item.lua``: there are eleven first ones; and what it has in the later
ones as far as nothing was written there: what fired of its timers, whether it was worked on, its next date,
for whom its owner stands in, its open offer, who refused it, what answered its last offer, where it stands in its
process, what its customer answered."""

_STATES = {str(state): state for state in State}
_KINDS = {str(kind): kind for kind in Kind}
"""Looking one up is ten times faster than the enum's own way."""


def other_id(packed: bytes) -> str:
    """Return the id of the work item that a key leads to, which is not its own; empty for a record."""
    found = msgpack.unpackb(packed)
    return found if isinstance(found, str) else ""


def item_record(item_id: str, packed: bytes) -> ItemRecord:
    """Read where a work item stands.

    Raises
    ------
    CorruptHistory
        If it is no record of this format: somebody altered it, or a server of an older version wrote it.
    """
    try:
        places = _all_places(msgpack.unpackb(packed))
        state, kind, owner, pool, epoch, event, version, content, decision, first, *later = places
        tried, fired, worked, date, covered, offer, refused, answered, stage, satisfaction = later
        return ItemRecord(
            item_id, _STATES[state], _KINDS[kind], owner, pool, epoch, event, version, content, decision, first,
            tuple(tried), tuple(_fired_steps(fired)), bool(worked), NextDate(*date) if date else None,
            _text(covered), _open_offer(*offer) if offer else None, tuple(refused), answered,
            _stage(*stage) if stage else None, Satisfaction(*map(int, satisfaction)) if satisfaction else UNASKED,
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, msgpack.UnpackException) as error:
        raise CorruptHistory(f"work item {item_id}", f"its record cannot be read: {type(error).__name__}") from error


def _all_places(record: list[Any]) -> list[Any]:
    """Return a record with all its places: it ends behind the last that something was written to."""
    return [*record, *_LATER_PLACES[len(record) - _FIRST_PLACES :]]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _stage(revision: int, stage: str, event: int, begun: int) -> ItemStage:
    return ItemStage(revision, _text(stage), event, begun)


def _open_offer(number: int, rep: str, pool: str, timeout_ms: int, clock: str, at_ms: int) -> OpenOffer:
    return OpenOffer(number, rep, pool, timeout_ms, DispatchClock(clock), at_ms)


def _fired_steps(fired: Sequence[Any]) -> Iterator[FiredStep]:
    for place in range(0, len(fired), len(FiredStep._fields)):
        name, entry, step, at_ms = fired[place : place + len(FiredStep._fields)]
        yield FiredStep(name, entry, step, at_ms)
