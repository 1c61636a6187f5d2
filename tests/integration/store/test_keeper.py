"""A process that is kept running: another takes its place when it dies, and none when it is told to leave."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from store.embedded.keeper import Keeper, Process
from tests.patience import until

SERVES = "print('ready', flush=True); import signal; signal.pause()"
IS_DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SERVES}"
FAILS = "import sys; sys.exit(3)"


class Programs:
    """Starts one program after another, the last again and again."""

    def __init__(self, *sources: str) -> None:
        self._sources = list(sources)
        self.started: list[Process] = []
        self.ready: list[Process] = []

    def spawn(self) -> Process:
        source = self._sources.pop(0) if len(self._sources) > 1 else self._sources[0]
        self.started.append(subprocess.Popen([sys.executable, "-S", "-c", source], stdout=subprocess.PIPE, text=True))
        return self.started[-1]

    def is_ready(self, process: Process) -> bool:
        assert process.stdout is not None
        line: Any = process.stdout.readline()
        if line:
            self.ready.append(process)
        return bool(line)


def kept(programs: Programs, patience_s: float = 30.0) -> Keeper:
    keeper = Keeper("it", programs.spawn, programs.is_ready, patience_s)
    keeper.start()
    assert keeper.is_ready()
    keeper.keep()
    return keeper


def test_another_takes_the_place_of_one_that_is_killed(caplog: pytest.LogCaptureFixture) -> None:
    programs = Programs(SERVES)
    keeper = kept(programs)

    os.kill(programs.started[0].pid, signal.SIGKILL)
    until(lambda: len(programs.ready) == 2)
    keeper.leave()
    keeper.wait()

    assert [process.returncode for process in programs.started] == [-signal.SIGKILL, -signal.SIGTERM]
    assert "it ended with SIGKILL: another takes its place" in caplog.text


def test_one_that_fails_at_once_is_tried_again_until_it_serves() -> None:
    programs = Programs(SERVES, FAILS, FAILS, SERVES)
    keeper = kept(programs)

    os.kill(programs.started[0].pid, signal.SIGKILL)
    until(lambda: len(programs.ready) == 2)
    keeper.leave()
    keeper.wait()

    assert [process.returncode for process in programs.started[1:3]] == [3, 3]


def test_one_that_does_not_hear_is_killed_when_its_time_is_up() -> None:
    programs = Programs(IS_DEAF)
    keeper = kept(programs, patience_s=0.1)

    keeper.leave()
    keeper.wait()

    assert [process.returncode for process in programs.started] == [-signal.SIGKILL]


def test_one_that_was_never_ready_is_ended_too() -> None:
    programs = Programs(IS_DEAF)
    keeper = Keeper("it", programs.spawn, programs.is_ready, patience_s=0.1)
    keeper.start()
    programs.is_ready(programs.started[0])

    keeper.leave()
    keeper.wait()

    assert programs.started[0].returncode == -signal.SIGKILL


def test_what_has_ended_can_be_started_again() -> None:
    programs = Programs(SERVES)
    keeper = kept(programs)
    keeper.leave()
    keeper.wait()

    keeper.start()
    assert keeper.is_ready()
    keeper.leave()
    keeper.wait()

    assert [process.returncode for process in programs.started] == [-signal.SIGTERM] * 2
