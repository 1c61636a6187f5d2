"""Two logs of real work, a help desk's and a bank's leads, played through the product on a simulated clock.

Cases are routed, called about, paused and closed through its services as the log says, and everything that falls due
in between fires at its own instant. How each deadline then stands, around the clock and from nine to six with 调休, and
when somebody was told of it, is what a few lines that import nothing of the product make of the same rows.
``test_logs_of_work`` holds both logs whole against the rules alone; here each event is written, read and followed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from redis.asyncio import Redis

from store.clock import simulated
from store.embedded.server import EmbeddedServer
from tests.api import connected
from tests.conftest import serving
from tests.integration.processes.playing import CLOCKS, DAY_MS, InProcess, Play, Stood, ThroughApi, expected
from tests.integration.processes.test_logs_of_work import HELPDESK, LEADS, RESTING, Log, cases
from tests.plain_deadlines import Case
from tests.simulation.firm import TENANT
from tests.simulation.system import Stores, System

TOGETHER = 20
"""How many cases that came one after the other are played together: the twin looks through all that is open at each
instant, so that more of them take longer each."""
EVERY = 5
"""Of how many such groups one is played: all of both logs take a quarter of an hour of one core, and may take four
minutes with what is played through a server.
"""


def in_order(folder: Path, log: Log) -> list[Case]:
    return sorted(cases(folder, log), key=lambda case: case.begun_ms)


def groups(folder: Path, log: Log) -> list[list[Case]]:
    """Return every fifth twenty of a log, from its beginning to its end."""
    every = in_order(folder, log)
    return [every[first : first + TOGETHER] for first in range(0, len(every), TOGETHER * EVERY)]


class Compared:
    """What came of plays, counted."""

    def __init__(self) -> None:
        self.cases = self.told = 0
        self.stood = Counter[tuple[str, str]]()
        self.unpaused = Counter[str]()

    async def take(self, play: Play, log: Log, played: Sequence[Case]) -> None:
        """Hold a play to the plain lines, item by item."""
        wanted = [expected(log, case) for case in played]
        for number, (case, should) in enumerate(zip(played, wanted, strict=True)):
            assert await play.stood(number) == should, case
            without = expected(log, case._replace(waited=()))
            self.unpaused.update(each.deadline for each in without if each not in should)
        self._take_told(play, [each for should in wanted for each in should])
        self.cases += len(played)

    def _take_told(self, play: Play, stood: Sequence[Stood]) -> None:
        """Insist that each step fired once, and nothing else."""
        told = sum(len(each.told_ms) for each in stood)
        assert {*play.fired.values()} <= {1}
        assert len(play.fired) == told
        self.told += told
        self.stood.update((each.deadline, each.state) for each in stood)

    def report(self, log: Log, *, both: bool) -> None:
        """Print what was met and missed, and insist on both, and on pauses that change something."""
        print(f"\n{log.file}, played: {self.cases} cases, {self.told} tellings, each once")
        for name in (f"{name}-{clock}" for name, *_ in log.deadlines for clock in CLOCKS):
            met, missed, ended = (self.stood[name, state] for state in ("MET", "MISSED", "ENDED"))
            print(f"  {name}: {met} met, {missed} missed, {ended} ended before")
            assert not both or min(met, missed) > 0
        print(f"  {dict(self.unpaused)} would have ended or been told otherwise without a pause")
        assert {*self.unpaused} <= {f"{RESTING}-{clock}" for clock in CLOCKS}
        assert not both or len(self.unpaused) == len(CLOCKS)


async def played_in_process(log: Log, played: Sequence[Case], compared: Compared) -> None:
    system = System(Stores(None))
    play = Play(system, InProcess(system), log)
    await play.play(played)
    await compared.take(play, log, played)


@pytest.mark.long
@pytest.mark.parametrize("log", [HELPDESK, LEADS], ids=["helpdesk", "leads"])
async def test_what_was_met_missed_and_told_of_a_log_that_is_played_is_what_plain_lines_make_of_it(
    shared_data: Path, log: Log
) -> None:
    compared = Compared()
    for group in groups(shared_data, log):
        await played_in_process(log, group, compared)

    compared.report(log, both=True)


@pytest.mark.long
@pytest.mark.parametrize("log", [HELPDESK, LEADS], ids=["helpdesk", "leads"])
async def test_what_was_met_missed_and_told_of_some_that_are_played_through_a_server_is_too(
    shared_data: Path, own_store: EmbeddedServer, log: Log
) -> None:
    every, compared = in_order(shared_data, log), Compared()
    some = [case for case in every[len(every) // 2 :] if case.waited][: 2 * TOGETHER]
    with simulated():
        redis = Redis.from_url(own_store.url)
        system = System(Stores(redis))
        await system.stores.move(some[0].begun_ms - 2 * DAY_MS)
        async with (
            serving(own_store.url, simulated_clock=True) as address,
            connected(address, TENANT, own_store.url) as api,
        ):
            play = Play(system, ThroughApi(api), log)
            await play.play(some)
            await compared.take(play, log, some)
        await redis.aclose()

    compared.report(log, both=True)


@pytest.mark.long
async def test_what_was_met_missed_and_told_of_a_few_that_are_played_is_too(shared_data: Path) -> None:
    compared = Compared()
    few = [case for case in in_order(shared_data, HELPDESK) if case.waited and len(case.done) > 3][:4]

    await played_in_process(HELPDESK, few, compared)

    assert sum(compared.unpaused.values()) > 0
    compared.report(HELPDESK, both=False)
