"""Walks from YAML: rows of what is done when, and what is to be seen then; and where stands what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import grpc

from router.cli.lengths import LENGTH_ALLOWED, length_of, lengths_of
from router.cli.walk_expect_forms import ChildForm, ToldForm, TookForm, WalkExpectForm
from router.cli.walk_forms import (
    WALK_PARTS,
    ActivityForm,
    DoForm,
    OfItemForm,
    SetupForm,
    UpdateForm,
    WalkForm,
    WalkRouteForm,
    WalkStepForm,
)
from router.rules.calendars import CalendarCompiler
from router.rules.forms import CalendarForm
from rules.document import Document
from rules.forms import Form
from rules.problems import Problem, in_order, shown
from rules.report import Path, Report
from rules.shape import fit
from rules.spelling import hint
from rules.values import INSTANT_ALLOWED, as_instant_ms

_CODES = [code.name for code in grpc.StatusCode if code is not grpc.StatusCode.OK]
VERBS = tuple(DoForm.model_fields)
_OF_ITEM = {
    *("owner", "state", "epoch", "priority", "stage", "due", "met", "missed", "way", "offered", "expires"),
    *("worked", "next", "conflict", "children", "repeat_of", "paused", "took", "says", "reasons"),
}
_OF_EACH = {"due", "took", "agenda", "deficits", "reasons", "says", "names"}
"""What looks at each that is named, so at nothing where none is."""
_NULL = {WalkExpectForm: {"next", "expires"}, ChildForm: {"due", "opens"}}
"""What may be null: there is no such time."""
_OF_PROCESS = ("stage", "due", "met", "missed", "children", "paused", "took", "moved")

Done = Form | Mapping[str, CalendarForm]
"""What a row does, in the form of its verb."""


@dataclass(frozen=True, slots=True)
class WalkStep:
    """A row; ``at_ms`` is in milliseconds since 1970, and ``verb`` is empty where nothing is done but to look."""

    line: int
    at_ms: int
    shows: str
    verb: str
    done: Done | None
    expected: Sequence[WalkExpectForm]


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk that may be gone."""

    name: str
    setup: SetupForm
    steps: Sequence[WalkStep]


@dataclass(frozen=True, slots=True)
class WalkFile:
    """What a file says; where there are problems, there is no walk."""

    walk: Walk | None
    problems: Sequence[Problem]
    document: Document


def read_walk(source: str | bytes) -> WalkFile:
    """Read a walk.

    Examples
    --------
    >>> read_walk("walk: w\\nsteps: []").problems[0].message
    'setup is missing'
    """
    document, form, problems = fit(source, WalkForm, WALK_PARTS)
    if form is None:
        return WalkFile(None, in_order(problems), document)
    reader = _WalkReader(document, form)
    steps = list(reader.steps())
    problems = reader.report.problems
    return WalkFile(None if problems else Walk(form.walk, form.setup, steps), in_order(problems), document)


class _WalkReader:
    """Holds each row against what the set-up and the rows before it know."""

    def __init__(self, document: Document, form: WalkForm) -> None:
        self.report = Report(document)
        self._form = form
        self._items: set[str] = set()
        self._zone = form.setup.tenant.time_zone

    def steps(self) -> Iterator[WalkStep]:
        self._check_setup()
        before_ms = 0
        for number, step in enumerate(self._form.steps):
            path: Path = ("steps", number)
            at_ms = self._instant(step.at, (*path, "at"))
            if at_ms is not None and at_ms < before_ms:
                self.report.error((*path, "at"), f"found {step.at}, which is before the row above: time goes on")
            before_ms = max(at_ms or 0, before_ms)
            verb, done = self._done(step, path)
            for place, expected in enumerate(step.expect):
                self._check_expected(expected, step, (*path, "expect", place))
            yield WalkStep(self.report.line(path), before_ms, step.shows, verb, done, step.expect)

    def _check_setup(self) -> None:
        compiler = CalendarCompiler(self.report)
        self._zone = compiler.zone(self._zone, ("setup", "tenant", "time_zone"))
        for calendar, each in self._form.setup.calendars.items():
            compiler.calendar(calendar, each, ("setup", "calendars", calendar), self._zone)
        for pool, form in self._form.setup.pools.items():
            path: Path = ("setup", "pools", pool)
            for rep in form.members:
                self._check_rep(rep, (*path, "members", rep), of_key=True)
            for place, rep in enumerate(form.managers):
                self._check_rep(rep, (*path, "managers", place))

    def _done(self, step: WalkStepForm, path: Path) -> tuple[str, Done | None]:
        if step.do is None:
            if not step.expect:
                self.report.error(path, "nothing is done and nothing expected; a row has do, expect or both")
            return "", None
        verbs = [verb for verb in VERBS if getattr(step.do, verb) is not None]
        if len(verbs) != 1:
            found = ", ".join(verbs) or "none"
            self.report.error((*path, "do"), f"found {found}; exactly one is allowed of {', '.join(VERBS)}")
            return "", None
        (verb,) = verbs
        done: Done = getattr(step.do, verb)
        self._check_done(done, (*path, "do", verb))
        return verb, done

    def _check_done(self, done: Done, path: Path) -> None:
        if isinstance(done, WalkRouteForm):
            self._items.add(done.id)
        elif isinstance(done, OfItemForm):
            self._check_item(done.item, (*path, "item"))
        if isinstance(done, UpdateForm) and not done.model_fields_set - {"item"}:
            self.report.error(path, "nothing is to be changed; allowed are attributes, value, priority")
        if isinstance(done, ActivityForm) and done.duration and length_of(done.duration) is None:
            self.report.error((*path, "duration"), f"found {shown(done.duration)}; {LENGTH_ALLOWED} is expected")
        if isinstance(done, ActivityForm) and done.by and done.rep:
            self.report.error((*path, "rep"), f"found {shown(done.rep)}; by: service says that nobody of ours acted")
        if isinstance(done, Mapping):
            compiler = CalendarCompiler(self.report)
            for name, form in done.items():
                compiler.calendar(name, form, (*path, name), self._zone)
        for name in ("rep", "substitute"):
            if rep := getattr(done, name, None):
                self._check_rep(rep, (*path, name))
        for name in ("next", "until", "start", "end"):
            if text := getattr(done, name, None):
                self._instant(text, (*path, name))

    def _check_expected(self, expected: WalkExpectForm, step: WalkStepForm, path: Path) -> None:
        if not expected.model_fields_set:
            self.report.error(path, f"nothing is expected; allowed are {', '.join(WalkExpectForm.model_fields)}")
        self._check_given(expected, path)
        if expected.item:
            self._check_item(expected.item, (*path, "item"))
        of_item = expected.model_fields_set & _OF_ITEM
        if of_item and not expected.item:
            self.report.error(path, f"item is missing; {', '.join(sorted(of_item))} is of one")
        for name in sorted(expected.model_fields_set.intersection(_OF_PROCESS)):
            if self._form.setup.process is None:
                self.report.error((*path, name), "there is no process: the set-up names none")
        self._check_instants(expected, path)
        self._check_refusal(expected, step, path)
        if expected.told is not None and expected.nobody_told:
            self.report.error((*path, "nobody_told"), "found told beside it; allowed is one of the two")
        self._check_people(expected, path)

    def _check_given(self, expected: WalkExpectForm, path: Path) -> None:
        """Say where something is to be looked at and nothing said of how it should be: it would always be right."""
        forms: list[tuple[Path, Form]] = [(path, expected)]
        forms += [((*path, "told", place), told) for place, told in enumerate(expected.told or ())]
        forms += [((*path, "children", place), child) for place, child in enumerate(expected.children or ())]
        forms += [((*path, "took", deadline), took) for deadline, took in (expected.took or {}).items()]
        for at, form in forms:
            for name in sorted(form.model_fields_set):
                given, may_be_null = getattr(form, name), name in _NULL.get(type(form), ())
                if (given is None and not may_be_null) or (form is expected and name in _OF_EACH and not given):
                    self.report.error(
                        (*at, name), f"found {shown(given)}: nothing is expected; say what, or leave it out"
                    )

    def _check_instants(self, expected: WalkExpectForm, path: Path) -> None:
        for name in ("expires", "next"):
            if text := getattr(expected, name):
                self._instant(text, (*path, name))
        for deadline, text in (expected.due or {}).items():
            if text is not None:
                self._instant(text, (*path, "due", deadline))
        for place, child in enumerate(expected.children or ()):
            for name, text in (("due", child.due), ("opens", child.opens)):
                if text is not None:
                    self._instant(text, (*path, "children", place, name))
        for place, moved in enumerate(expected.moved or ()):
            self._check_item(moved.item, (*path, "moved", place, "item"))
            self._instant(moved.before, (*path, "moved", place, "before"))
            self._instant(moved.due, (*path, "moved", place, "due"))
        for deadline, took in (expected.took or {}).items():
            self._check_lengths(took, (*path, "took", deadline))

    def _check_lengths(self, took: TookForm, path: Path) -> None:
        if not took.model_fields_set:
            self.report.error(path, f"nothing is expected; allowed are {', '.join(TookForm.model_fields)}")
        named: list[tuple[Path, str | None]] = [(("counted",), took.counted), (("wall",), took.wall)]
        named += [(("parts", part), length) for part, length in (took.parts or {}).items()]
        for name, text in named:
            if text is not None and lengths_of(text) is None:
                self.report.error((*path, *name), f"found {shown(text)}; {LENGTH_ALLOWED} is expected")

    def _check_refusal(self, expected: WalkExpectForm, step: WalkStepForm, path: Path) -> None:
        if expected.refused is not None and expected.refused not in _CODES:
            allowed = f"found {shown(expected.refused)}; allowed are {', '.join(_CODES)}{hint(expected.refused)}"
            self.report.error((*path, "refused"), allowed)
        if expected.refused is not None and step.do is None:
            self.report.error((*path, "refused"), "nothing is done in this row, so nothing can be refused")
        if expected.names and expected.refused is None:
            self.report.error((*path, "names"), "it names nothing that is not refused: say refused")

    def _check_people(self, expected: WalkExpectForm, path: Path) -> None:
        named = (
            ("owner", [expected.owner or ""]),
            ("offered", [expected.offered or ""]),
            ("conflict", expected.conflict or []),
            ("away", expected.away or []),
            ("agenda", list(expected.agenda or {})),
            ("children", [child.owner or "" for child in expected.children or ()]),
            ("lists", list(expected.lists or {})),
            ("reasons", list(expected.reasons or {})),
        )
        for name, reps in named:
            for rep in filter(None, reps):
                self._check_rep(rep, (*path, name))
        for rep, items in (expected.lists or {}).items():
            for place, item in enumerate(items):
                self._check_item(item, (*path, "lists", rep, place))
        for place, told in enumerate(expected.told or []):
            self._check_told(told, (*path, "told", place))
            self._check_item(told.about, (*path, "told", place, "about"))
        for pool, deficits in (expected.deficits or {}).items():
            if pool not in self._form.setup.pools:
                self.report.error((*path, "deficits", pool), unknown("pool", pool, self._form.setup.pools), of_key=True)
            for rep in deficits:
                self._check_rep(rep, (*path, "deficits", pool, rep), of_key=True)

    def _check_told(self, told: ToldForm, path: Path) -> None:
        if told.who:
            self._check_rep(told.who, (*path, "who"))
        if told.who and told.channel:
            self.report.error((*path, "channel"), "found who beside it; allowed is one of the two")
        elif not told.who and not told.channel:
            self.report.error(path, "who is missing, or channel: whom the process tells")

    def _check_item(self, item: str, path: Path) -> None:
        parent = item if item in self._items or self._form.setup.process is None else item.partition("/")[0]
        if parent not in self._items:
            self.report.error(path, unknown("work item", item, self._items))

    def _check_rep(self, rep: str, path: Path, *, of_key: bool = False) -> None:
        if rep not in self._form.setup.reps:
            self.report.error(path, unknown("rep", rep, self._form.setup.reps), of_key=of_key)

    def _instant(self, text: str, path: Path) -> int | None:
        at_ms = as_instant_ms(text, self._zone)
        if at_ms is None:
            self.report.error(path, f"found {shown(text)}; {INSTANT_ALLOWED} is expected")
        return at_ms


def unknown(what: str, name: str, known: Iterable[str], where: str = "so far") -> str:
    """Say that nothing bears a name, and what there is."""
    return f"there is no {what} {shown(name)} {where}; there are {', '.join(sorted(known)) or 'none yet'}"
