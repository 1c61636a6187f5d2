"""The process that trains: a wish as JSON on its standard input, progress and outcome as JSON lines on its standard
output.

``python -m training.rpc.child``. It asks for the processor last, so that scoring beside it keeps its pace, and shares
no memory with the server: whatever goes wrong here, goes wrong here. Ending it ends the training; a version appears
whole or not at all.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue

from scoring.errors import ScoringError
from training.candidates import LADDER
from training.champion import current_champion
from training.errors import TrainingError
from training.plan import Plan
from training.preparing import Columns, prepare
from training.publishing import Origin, publish
from training.reading import file_sha256, horizon_of, read_table
from training.rpc.wish import Wish
from training.train import train

NICENESS = 10


class Lines:
    """Tells progress line by line; matches `training.progress.Progress`."""

    def __init__(self) -> None:
        self._stage, self._done, self._total = "", 0, 0

    def stage(self, name: str, n_steps: int) -> None:
        """Begin a stage."""
        self._stage, self._done, self._total = name, 0, n_steps
        self._say()

    def advance(self) -> None:
        """Finish a step."""
        self._done += 1
        self._say()

    def _say(self) -> None:
        say({"stage": self._stage, "done": self._done, "total": self._total})


def carry_out(wish: Wish) -> str:
    """Train and publish; return the name of the version."""
    columns = Columns(wish.target, wish.positive, wish.id_column, wish.dropped, wish.time_column)
    progress = Lines()
    progress.stage("read", 1)
    table = read_table(Path(wish.data))
    prepared = prepare(table, columns)
    plan = Plan(seed=wish.seed, horizon_days=horizon_of(table), ladder=LADDER[: wish.rungs])
    trained = train(prepared, plan, champion=current_champion(wish.registry, wish.model), progress=progress)
    given: dict[str, JsonValue] = {"data": Path(wish.data).name, "target": wish.target, "positive": wish.positive}
    given |= {"id": wish.id_column, "time": wish.time_column, "drop": list(wish.dropped)}
    given |= {"rungs": wish.rungs}
    options: dict[str, JsonValue] = {name: value for name, value in given.items() if value}
    progress.stage("publish", 1)
    origin = Origin(wish.model, wish.target, file_sha256(Path(wish.data)), options, datetime.now(UTC))
    written, _folder, _report = publish(trained, origin, Path(wish.registry))
    return written.manifest.version


def say(line: dict[str, object]) -> None:
    """Write a line and send it off."""
    print(json.dumps(line, ensure_ascii=False), flush=True)


def main() -> int:
    """Read the wish, carry it out, say how it ended."""
    os.nice(NICENESS)
    try:
        say({"version": carry_out(Wish.from_json(sys.stdin.read()))})
    except (TrainingError, ScoringError) as error:
        say({"error": str(error), "reason": error.reason})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
