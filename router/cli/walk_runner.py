"""A walk, gone row by row on a simulated clock, until a row is otherwise than expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairlead.client import FairleadClient
from router.cli.walk_clock import WalkClock
from router.cli.walk_contents import LoadedWalk
from router.cli.walk_doing import OK, Ended, WalkDeeds
from router.cli.walk_files import Walk, WalkStep
from router.cli.walk_items import WalkItems
from router.cli.walk_seeing import WalkSight
from router.cli.walk_seen import Seen
from router.cli.walk_setup import set_up
from router.cli.walk_telling import Tellings, TellingWatch


@dataclass(frozen=True, slots=True)
class WalkedRow:
    """A row that was gone.

    Parameters
    ----------
    number
        From 1.
    seen
        What was looked at, in order.
    """

    number: int
    step: WalkStep
    seen: Sequence[Seen]

    @property
    def faults(self) -> list[Seen]:
        """What is otherwise than expected."""
        return [each for each in self.seen if not each.holds]


def go(client: FairleadClient, clock: WalkClock, loaded: LoadedWalk, walk: Walk) -> Iterator[WalkedRow]:
    """Set up what a walk needs in a tenant that has nothing yet, and yield its rows as they are gone.

    The last is the first with a fault, or the last of the walk.

    Raises
    ------
    SetUpRefused
        If what it sets up cannot be.
    FairleadError
        If the service fails.
    """
    clock.move(walk.steps[0].at_ms)
    set_up(client, loaded, walk.setup)
    walker = _Walker(client, clock, walk, has_children=loaded.opens_children)
    for number, step in enumerate(walk.steps):
        row = WalkedRow(number + 1, step, walker.gone(number, step))
        yield row
        if row.faults:
            return


class _Walker:
    def __init__(self, client: FairleadClient, clock: WalkClock, walk: Walk, *, has_children: bool) -> None:
        zone, items = walk.setup.tenant.time_zone, WalkItems(client, has_children=has_children)
        self._items = items
        self._clock = clock
        self._deeds = WalkDeeds(client, items, zone)
        self._sight = WalkSight(client, items, zone)
        self._watch = TellingWatch(
            client, items, {rep: said.get("manager", "") for rep, said in walk.setup.reps.items()}
        )
        asking = [_asks_who_was_told(step) for step in walk.steps]
        self._watched = [asks or later for asks, later in zip(asking, [*asking[1:], False], strict=True)]

    def gone(self, number: int, step: WalkStep) -> list[Seen]:
        """Go a row; return what was looked at."""
        self._clock.move(step.at_ms)
        self._items.look()
        ended = self._deeds.do(step)
        self._clock.move(step.at_ms)  # so that what follows from it has happened
        self._items.look()
        tellings = self._watch.new() if self._watched[number] else Tellings()
        seen = [found for expected in step.expected for found in self._sight.seen(expected, ended, tellings)]
        return [*_unexpected(step, ended), *seen]


def _asks_who_was_told(step: WalkStep) -> bool:
    return any(
        expected.told is not None or expected.nobody_told or expected.lists is not None or expected.surveys is not None
        for expected in step.expected
    )


def _unexpected(step: WalkStep, ended: Ended) -> Iterator[Seen]:
    """Yield that something was refused where nothing is said of it."""
    if ended.code != OK and not any(expected.refused for expected in step.expected):
        yield Seen(f"what {step.verb} ends with", OK, f"{ended.code}: {ended.text}")
