"""Members of a pool in a cell of a file: ``li-na:2;anna:0.5 2026-10-01T00:00+08:00=1``.

Behind a member's weight stand the steps by which it changes, each an instant and the weight from then on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from fairlead.v1 import workforce_pb2 as workforce
from router.cli.workforce_files import weight_of, weighted
from tables.words import entries

_ALLOWED = "TIME=WEIGHT such as 2026-10-01T00:00+08:00=0.5, the time with its offset, the weight above 0 to 1,000"
_STEP = re.compile(r"\s+(?=\S*=)")


def members_of(cell: str, column: str, decimal: str, problems: list[str]) -> list[workforce.PoolMember]:
    """Read a cell; what is wrong in it goes to ``problems``."""
    parts = [_STEP.split(entry) for entry in entries(cell)]
    weights = weighted(";".join(first for first, *_ in parts), column, "REP", decimal, problems)
    ramps = {
        first.replace("：", ":").partition(":")[0]: _steps(steps, column, decimal, problems) for first, *steps in parts
    }
    return [workforce.PoolMember(rep=rep, weight=weight, weight_steps=ramps[rep]) for rep, weight in weights.items()]


def _steps(texts: Sequence[str], column: str, decimal: str, problems: list[str]) -> list[workforce.WeightStep]:
    steps = []
    for text in texts:
        if (step := _step(text, decimal)) is None:
            problems.append(f"column {column}: found {text!r}; allowed: {_ALLOWED}")
        else:
            steps.append(step)
    return steps


def _step(text: str, decimal: str) -> workforce.WeightStep | None:
    time_text, _, weight_text = text.partition("=")
    weight = weight_of(weight_text, decimal)
    try:
        start = datetime.fromisoformat(time_text)
    except ValueError:
        return None
    if weight is None or start.tzinfo is None:
        return None
    step = workforce.WeightStep(weight=weight)
    step.start_time.FromDatetime(start)
    return step


def cell_of(members: Iterable[workforce.PoolMember], number: Callable[[float], str]) -> str:
    """Write a cell, its numbers as ``number`` writes them."""
    return ";".join(
        " ".join([f"{member.rep.rpartition('/')[2]}:{number(member.weight)}", *_written(member.weight_steps, number)])
        for member in members
    )


def _written(steps: Iterable[workforce.WeightStep], number: Callable[[float], str]) -> list[str]:
    return [f"{step.start_time.ToJsonString()}={number(step.weight)}" for step in steps]
