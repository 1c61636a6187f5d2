"""What the set-up of a walk publishes, rules and a process: whether it holds them itself or names files beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from router.cli.failing import InputFailed
from router.cli.sources import source_of
from router.cli.walk_expect_forms import WalkExpectForm
from router.cli.walk_files import Walk, WalkFile, WalkStep, read_walk, unknown
from router.cli.walk_forms import AdvanceForm, OfItemForm, WalkRouteForm
from router.process.definition.processes import Process
from router.process.language.check import check_process
from router.process.stages.children import opens
from router.rules.check import check
from rules.document import Document
from rules.problems import Problem, in_order
from rules.report import Path as Place
from rules.report import Report

_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


_WHERE = "in the process"


class FileProblem(NamedTuple):
    """What is wrong in which file."""

    file: Path
    problem: Problem


@dataclass(frozen=True, slots=True)
class LoadedWalk:
    """A walk with all that it is gone by.

    Parameters
    ----------
    file, document
        Where it stands.
    walk
        None where a problem is an error.
    rules, process
        What is published; an empty process: none is.
    problems
        File by file, warnings included.
    opens_children
        Whether the process opens any.
    """

    file: Path
    document: Document
    walk: Walk | None
    rules: str
    process: str
    problems: Sequence[FileProblem]
    opens_children: bool = False


def load_walk(file: Path, source: str | bytes) -> LoadedWalk:
    """Read a walk, and the files beside it that its set-up names."""
    read = read_walk(source)
    if read.walk is None:
        return LoadedWalk(file, read.document, None, "", "", [FileProblem(file, each) for each in read.problems])
    return _Loader(file, read, read.walk).loaded()


class _Loader:
    """Reads rules and process, and holds the rows against the process."""

    def __init__(self, file: Path, read: WalkFile, walk: Walk) -> None:
        self._file = file
        self._document = read.document
        self._walk = walk
        self._problems: list[FileProblem] = []
        self._opens_children = False

    def loaded(self) -> LoadedWalk:
        setup = self._walk.setup
        rules = self._source(setup.rules, "rules")
        process = "" if setup.process is None else self._source(setup.process, "process")
        if not self._problems:
            self._check(rules, process)
        has_errors = any(each.problem.is_error for each in self._problems)
        walk = None if has_errors else self._walk
        return LoadedWalk(self._file, self._document, walk, rules, process, self._problems, self._opens_children)

    def _check(self, rules: str, process: str) -> None:
        setup = self._walk.setup
        checked = check(rules, pools=setup.pools)
        self._problems += self._found(setup.rules, "rules", checked.problems)
        if setup.process is None:
            return
        judged = check_process(process, rules=checked.rule_set, reps=setup.reps, pools=setup.pools)
        self._problems += self._found(setup.process, "process", judged.problems)
        if judged.process is not None:
            self._opens_children = opens(judged.process)
            self._problems += self._rows_against(judged.process)

    def _source(self, held: Mapping[str, Any] | str, key: str) -> str:
        """Return the text that is published; nothing where its file cannot be read."""
        if not isinstance(held, str):
            return json.dumps(held, ensure_ascii=False)
        try:
            return source_of(self._beside(held))
        except InputFailed as error:
            problem = self._document.problem_at(("setup", key), error.message)
            self._problems.append(FileProblem(self._file, problem))
            return ""

    def _beside(self, name: str) -> Path:
        return self._file.parent / name

    def _found(self, held: Mapping[str, Any] | str, key: str, problems: Sequence[Problem]) -> Iterator[FileProblem]:
        """Say where what was found stands: in its own file, or in the walk's."""
        if isinstance(held, str):
            yield from (FileProblem(self._beside(held), each) for each in problems)
            return
        moved = [
            self._document.problem_at(("setup", key, *_place_of(each.path)), each.message, severity=each.severity)
            for each in problems
        ]
        yield from (FileProblem(self._file, each) for each in in_order(moved))

    def _rows_against(self, process: Process) -> Iterator[FileProblem]:
        report = Report(self._document)
        deadlines = {each.id for each in process.deadlines}
        deadlines |= {each.id for stage in process.standing.values() for each in stage.falling_due}
        came = {step.done.id for step in self._walk.steps if isinstance(step.done, WalkRouteForm)}
        for number, step in enumerate(self._walk.steps):
            _check_row(step, ("steps", number), process, deadlines, report)
            _check_children(step, ("steps", number), process, came, report)
        yield from (FileProblem(self._file, each) for each in in_order(report.problems))


def _check_row(step: WalkStep, path: Place, process: Process, deadlines: set[str], report: Report) -> None:
    refused = any(expected.refused for expected in step.expected)
    if isinstance(step.done, AdvanceForm) and step.done.stage not in process.by_id and not refused:
        report.error((*path, "do", "advance", "stage"), unknown("stage", step.done.stage, process.by_id, _WHERE))
    for place, expected in enumerate(step.expected):
        at: Place = (*path, "expect", place)
        if expected.stage and expected.stage not in process.standing:
            report.error((*at, "stage"), unknown("stage", expected.stage, process.standing, _WHERE))
        for named, deadline in _deadlines_of(expected):
            if deadline not in deadlines:
                report.error(
                    (*at, *named), unknown("deadline", deadline, deadlines, _WHERE), of_key=named[0] in ("due", "took")
                )


def _check_children(step: WalkStep, path: Place, process: Process, came: Collection[str], report: Report) -> None:
    entries = [task.id for _, task in process.tasks]
    for named, entry in _children_of(step, came):
        if entry not in entries:
            report.error((*path, *named), unknown("child", entry, entries, _WHERE))


def _children_of(step: WalkStep, came: Collection[str]) -> Iterator[tuple[Place, str]]:
    """Yield the entries of children that a row names, each with its place; ``came``: what was routed."""
    named = list[tuple[Place, str]]()
    if isinstance(step.done, OfItemForm):
        named.append((("do", step.verb, "item"), step.done.item))
    for place, expected in enumerate(step.expected):
        at: Place = ("expect", place)
        named.append(((*at, "item"), expected.item or ""))
        named += [((*at, "told", number, "about"), told.about) for number, told in enumerate(expected.told or ())]
        yield from (((*at, "children", number), child.entry) for number, child in enumerate(expected.children or ()))
    yield from ((path, item.split("/")[1]) for path, item in named if "/" in item and item not in came)


def _deadlines_of(expected: WalkExpectForm) -> Iterator[tuple[Place, str]]:
    """Yield the deadlines that an expectation names, each with its place."""
    yield from ((("due", deadline), deadline) for deadline in expected.due or {})
    yield from ((("met", place), deadline) for place, deadline in enumerate(expected.met or []))
    yield from ((("missed", place), deadline) for place, deadline in enumerate(expected.missed or []))
    yield from ((("paused", place), deadline) for place, deadline in enumerate(expected.paused or []))
    yield from ((("took", deadline), deadline) for deadline in expected.took or {})


def _place_of(path: str) -> Place:
    """Read a path as problems show it.

    Examples
    --------
    >>> _place_of("stages[0].deadlines[1].until")
    ('stages', 0, 'deadlines', 1, 'until')
    """
    return tuple(int(index) if index else name for index, name in _STEP.findall(path))
