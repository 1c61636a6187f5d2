"""Are lists of what falls due those that follow from the log? Each was due, once and in order; what stands in one is
not made again. A part of ``router.history.replay``.
"""

from __future__ import annotations

from collections.abc import Iterator

from router.assignment.roster import Roster
from router.deadlines.digest_times import next_digest
from router.history.projection import StateProjection
from router.model.digests import ALL_REPS, DigestBook
from router.model.events import Digested
from router.timers.digests import hours_of, kinds_of


def digest_faults(projection: StateProjection, event: Digested, roster: Roster) -> list[str]:
    """Say where a list, which is not entered yet, does not follow.

    Parameters
    ----------
    roster
        The workforce by which the event says that it was due.
    """
    made, name = event.made, f"event {event.number}: list {event.made.kind} of {event.made.rep}"
    book, faults = projection.digests, list[str]()
    hours = hours_of(made.rep, roster) if made.kind in kinds_of(made.rep, roster) else None
    due = next_digest(made.kind, hours, made.due_ms - 1) if hours else None
    if due is None or due.due_ms != made.due_ms or made.due_ms > event.at_ms or event.workforce != projection.workforce:
        faults.append(f"{name}: it was not due")
    if made.due_ms <= book.due_ms.get((made.rep, made.kind), -1):
        faults.append(f"{name}: it was made before")
    if (event.previous, event.before) != (book.last.get(made.rep, 0), book.last.get(ALL_REPS, 0)):
        faults.append(f"{name}: does not name the one before it")
    return faults


def digest_differences(logged: DigestBook, stored: DigestBook) -> Iterator[str]:
    """Yield where the store says otherwise than the log which lists were made last."""
    log, store = _by_name(logged), _by_name(stored)
    for name in sorted({*log, *store}):
        if log.get(name) != store.get(name):
            yield f"lists, {name}: log says {log.get(name)}, store {store.get(name)}"


def _by_name(book: DigestBook) -> dict[str, int]:
    due = {f"last {kind} of {rep}": due_ms for (rep, kind), due_ms in book.due_ms.items()}
    return due | {f"last event of {rep}": number for rep, number in book.last.items()}
