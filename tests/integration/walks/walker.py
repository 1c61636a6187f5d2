"""A walk, gone row by row on the simulated clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

from router.cli.walk_files import Walk, WalkStep
from tests.integration.walks.commands import Commands, Ended
from tests.integration.walks.doing import Deeds
from tests.integration.walks.seeing import Sight

PATIENCE_S = 10.0
"""What the service does by itself takes it a moment of real time."""


class Walker:
    """Goes a walk that stands in a folder; ``commands`` lead to the service."""

    def __init__(self, commands: Commands, walk: Walk, folder: Path) -> None:
        self._commands = commands
        self._walk = walk
        self._sight = Sight(commands, walk.setup.tenant.time_zone)
        self._deeds = Deeds(commands, self._sight, folder)

    def go(self) -> list[str]:
        """Do each row; return what was otherwise than expected, by line."""
        steps = self._walk.steps
        self._commands.set(steps[0].at_ms)
        self._deeds.set_up(self._walk.setup)
        return [f"line {step.line}, {step.shows}: {fault}" for step in steps for fault in self._faults(step)]

    def _faults(self, step: WalkStep) -> Iterator[str]:
        self._commands.set(step.at_ms)
        ended = self._deeds.do(step) if step.verb else Ended("OK", "")
        if ended.code != "OK" and not any(expected.refused for expected in step.expected):
            yield f"{step.verb} ended with {ended.code}: {ended.text}"
        faults = list(self._otherwise(step, ended))
        until = monotonic() + PATIENCE_S
        while faults and monotonic() < until:
            faults = list(self._otherwise(step, ended))
        yield from faults

    def _otherwise(self, step: WalkStep, ended: Ended) -> Iterator[str]:
        """Yield what is not as expected."""
        for expected in step.expected:
            for what, should, found in self._sight.seen(expected, ended):
                if found != should:
                    yield f"{what} is {found!r}, not {should!r}"
