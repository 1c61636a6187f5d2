"""What must hold between two snapshots and the log between them, whatever happened. Pure.

The counters are a cache of the log: each moves by exactly what the events say. It takes no replay, so that it can be
asked all the time; that each decision followed from what was seen, ``router.verification`` proves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from router.decision import Decision
from router.events import Completed, Event, Settled
from router.fairness import report
from router.items import Kind
from router.ports import LedgerState, Snapshot
from router.workforce import Pool


def violations(before: Snapshot, events: Sequence[Event], after: Snapshot, pools: Mapping[str, Pool]) -> Iterator[str]:
    """Yield in words whatever does not hold.

    Parameters
    ----------
    before, after
        The counters at two instants.
    events
        All of the log between them.
    pools
        As they are now, for their members.
    """
    numbers = [event.number for event in events]
    if numbers != list(range(before.number + 1, after.number + 1)):
        yield f"log: events {before.number + 1} to {after.number} are not all there, or not in order"
        return
    yield from _loads(before, events, after)
    settled = {event.pool for event in events if isinstance(event, Settled)}
    for pool, state in after.ledgers.items():
        yield from _standing(pool, state, pools)
        if pool in before.ledgers and pool not in settled:
            yield from _movement(pool, before.ledgers[pool], events, state)


def _loads(before: Snapshot, events: Iterable[Event], after: Snapshot) -> Iterator[str]:
    told = Counter(before.loads)
    for event in events:
        for whose, by in _shifts(event):
            told[whose] += by
    for rep, kind in sorted({*told, *after.loads}):
        is_there = after.loads.get((rep, kind), 0)
        if told[rep, kind] != is_there:
            yield f"loads {rep} {kind}: log says {told[rep, kind]}, store {is_there}"
        if is_there < 0:
            yield f"loads {rep} {kind}: {is_there}, which is fewer than none"


def _shifts(event: Event) -> Iterator[tuple[tuple[str, Kind], int]]:
    """Yield by how much an event moves the open units of whom."""
    if isinstance(event, Decision) and event.rep:
        yield (event.rep, event.kind), 1
        if event.freed:
            yield (event.freed, event.kind), -1
    elif isinstance(event, Completed) and event.rep:
        yield (event.rep, event.kind), -1


def _standing(pool: str, state: LedgerState, pools: Mapping[str, Pool]) -> Iterator[str]:
    if sum(state.deficits.values()):
        yield f"ledger {pool}: deficits add up to {sum(state.deficits.values())} micro-units, not to 0"
    if pool in pools:
        told = report(pools[pool], state)
        if told.worst > told.bound:
            yield f"ledger {pool}: {told.worst:.3f} leads from a fair share, beyond the bound of {told.bound:.3f}"


def _movement(pool: str, before: LedgerState, events: Iterable[Event], after: LedgerState) -> Iterator[str]:
    charged = [event for event in events if isinstance(event, Decision) and event.pool == pool]
    decisions = after.decisions - before.decisions
    if decisions != len(charged):
        yield f"ledger {pool}: decisions: log says {len(charged)} more, store {decisions} more"
    received = sum(after.received.values()) - sum(before.received.values())
    if received != sum(event.charge for event in charged):
        yield f"ledger {pool}: received: log says {sum(e.charge for e in charged)} micro-units more, store {received}"
