"""A row of rounds on one system, with a progress bar, or a line after each round where nobody looks."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tests.chaos.failpoints import places_of_all
from tests.chaos.guards import Guard
from tests.chaos.history import PATIENCE_S
from tests.chaos.plan import Fault, Topology
from tests.chaos.promises import promises_under, undecided
from tests.chaos.rounds import Round
from tests.chaos.system import System
from tests.chaos.tally import Tally

_ROUND_S = 10.0
_SHORT_ROUND_S = 2.0
LONG_S = 60.0
"""A run of that length, on whatever store, has to have every promise decide something."""
_AT_MOST = 3
"""So many times as long it goes on for that."""
_NO_GUARD = Guard("")
_IN_COMMIT = {Fault.STORE_KILLED_IN_COMMIT, Fault.PRIMARY_KILLED_IN_COMMIT}


class Run:
    """One run.

    Parameters
    ----------
    folder
        An empty one, with a short name.
    seed
        Makes the plans.
    console
        Where the progress is shown.
    topology
        What the store is made of.
    faults
        What may fall.
    without
        A guard that is removed.
    """

    def __init__(
        self,
        folder: Path,
        seed: int,
        console: Console,
        topology: Topology = Topology.ALONE,
        faults: Sequence[Fault] = tuple(Fault),
        without: Guard = _NO_GUARD,
    ) -> None:
        self._faults = [fault for fault in topology.faults if fault in faults]
        edits = replace(without.edits, fail_points=not _IN_COMMIT.isdisjoint(self._faults))
        self._system = System(folder, edits, topology, without.durability)
        self._seed = seed
        self._guard = without
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console,
            disable=not console.is_terminal,
        )  # fmt: skip
        self.whole = Tally()
        self.seconds = 0.0

    async def play(self, seconds: float, *, until_decided: bool = False) -> Self:
        """Play rounds for so long, without a guard until it is missed; the last one is played to its end.

        ``until_decided`` goes on while a promise has not decided anything, up to three times as long.
        """
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # cut connections are what this is about
        places = places_of_all()
        try:
            await self._system.start()
            with self._bar:
                await self._rounds(seconds, places, until_decided)
        except TimeoutError as error:
            found = [f"{error}, in vain; the run ends here", *self._system.unasked_deaths()]
            self.whole.violations += [self._placed(self.whole.rounds + 1, text) for text in found]
        finally:
            await self._system.stop()
        return self

    async def _rounds(self, seconds: float, places: list[str], until_decided: bool) -> None:
        began, task = time.monotonic(), self._bar.add_task("", total=seconds)
        while self._goes_on(gone := time.monotonic() - began, seconds, until_decided):
            number = self.whole.rounds + 1
            self._bar.update(task, completed=gone, description=self._shown(f"round {number}"))
            tally = await self._round(number, seconds - gone, places).play(self._system)
            tally.violations = [self._placed(number, text) for text in tally.violations]
            self.whole.add(tally)
            self.seconds = time.monotonic() - began
            if not self._console.is_terminal:
                self._console.print(f"{self.seconds:4.0f} s  {self._shown(f'{number} rounds')}", soft_wrap=True)
        self._bar.update(task, completed=seconds)

    def _goes_on(self, gone: float, seconds: float, until_decided: bool) -> bool:
        if self._guard is not _NO_GUARD:
            return gone < seconds and not self.whole.violations
        overtime = until_decided and undecided(self.whole, promises_under(self._faults))
        return gone < seconds * (_AT_MOST if overtime else 1)

    def _round(self, number: int, left_s: float, places: list[str]) -> Round:
        guard = self._guard
        longest, patience_s = (_ROUND_S, PATIENCE_S) if guard is _NO_GUARD else (_SHORT_ROUND_S, guard.patience_s)
        return Round(
            self._seed, number, min(longest, left_s) if left_s > 0 else longest, self._faults, places,
            guard.watchers_drop, patience_s, may_be_restless=guard is not _NO_GUARD and not guard.found_at_rest,
        )  # fmt: skip

    def _placed(self, number: int, text: str) -> str:
        return f"seed {self._seed}, store {self._system.topology}, round {number}: {text}"

    def _shown(self, where: str) -> str:
        faults, calls = self.whole.faults.total(), self.whole.calls.total()
        what = self._guard.name or f"store {self._system.topology}"
        return f"{what}: {where}, {faults} faults, {calls} calls, {len(self.whole.violations)} violations"
