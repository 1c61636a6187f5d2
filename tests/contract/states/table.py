"""Reading the table of ``tests.contract.states.rows``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from router.model.decision import Way
from tests.contract.states.events import EVENTS
from tests.contract.states.rows import GROUPS, TABLE, WAYS_AT, WAYS_OF
from tests.contract.states.standings import STANDINGS


class Pair(NamedTuple):
    """A standing, what happens there, and who is there then."""

    standing: str
    event: str
    present: str


class ExpectedState(NamedTuple):
    """The answer, and where all stands then; ``deficits`` and ``owner`` absent: as before."""

    answer: str
    state: str
    owner: str
    grows: int
    deficits: tuple[int, ...]


def way_of(pair: Pair) -> Way:
    """Return in which way an owner that it brings enters the ledger."""
    return WAYS_AT.get((pair.standing, pair.event), WAYS_OF[pair.event])


def rows() -> Iterator[tuple[Pair, ExpectedState]]:
    """Yield every row of the table."""
    for line in filter(None, TABLE.splitlines()):
        standings, events, present, answer, *after = [cell.strip() for cell in line.split("|")]
        for standing, event, who in product(_words(standings), _words(events), _words(present)):
            if who in EVENTS[event].present:
                yield Pair(standing, event, who), _expected(standing, answer, *after)


def pairs() -> Iterator[Pair]:
    """Yield everything that may happen wherever it may."""
    for standing, (name, event) in product(STANDINGS, EVENTS.items()):
        yield from [Pair(standing, name, who) for who in event.present]


def _words(cell: str) -> list[str]:
    return [each for word in cell.split() for each in (_words(GROUPS[word]) if word in GROUPS else [word])]


def _expected(
    standing: str, answer: str, state: str = "=", owner: str = "=", grows: str = "=", deficits: str = "="
) -> ExpectedState:
    before = STANDINGS[standing]
    return ExpectedState(
        answer,
        before.state if state == "=" else state,
        before.owner if owner == "=" else owner.strip("-"),
        0 if grows == "=" else int(grows),
        before.deficits if deficits == "=" else tuple(map(int, deficits.split())),
    )
