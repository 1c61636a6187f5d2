"""Who decides whether a process stops at a step: the one that takes the step away, and never both."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.chaos.failpoints import stop_at, taken
from tests.chaos.system import Program

STEP = "bind:before"


class Late(Program):
    """Takes its step away under the harness's eyes, and dies only when it is waited for."""

    def __init__(self, folder: Path) -> None:
        super().__init__("late", folder, [], {})
        self.command = ["sleep", "infinity"]

    @property
    def died(self) -> int | None:
        taken(self.steps / STEP)
        return super().died

    async def ended(self) -> None:
        self.send(signal.SIGKILL)
        await super().ended()


async def test_a_process_that_took_its_step_is_waited_for_however_late_it_dies(tmp_path: Path) -> None:
    process = Late(tmp_path)
    process.start()

    assert await process.stops_at(STEP, lambda: False)
    assert process.died == -signal.SIGKILL


async def test_a_process_whose_step_was_taken_back_goes_on(tmp_path: Path) -> None:
    process = Program("idle", tmp_path, [], {})
    process.command = ["sleep", "infinity"]
    process.start()

    assert not await process.stops_at(STEP, lambda: True)
    stop_at(STEP, process.steps)  # this very process, if it were told to
    assert process.died is None

    await process.kill()


def test_a_step_is_taken_once(tmp_path: Path) -> None:
    (tmp_path / STEP).touch()

    assert [taken(tmp_path / STEP), taken(tmp_path / STEP)] == [True, False]
