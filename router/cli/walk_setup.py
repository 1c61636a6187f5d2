"""What a walk sets up, entered into a tenant that has nothing yet: as files of calendars, reps and pools are."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc

from fairlead.client import FairleadClient, FairleadError
from fairlead.v1 import workforce_pb2 as workforce
from router.cli.calendar_files import in_file
from router.cli.failing import InputFailed
from router.cli.walk_contents import LoadedWalk
from router.cli.walk_forms import SetupForm
from router.cli.workforce_loading import read_files, request_of
from router.rules.calendars import CalendarCompiler
from rules.document import Document
from rules.problems import Problem
from rules.report import Path as Place
from rules.report import Report
from tables.options import ReadOptions

_VIOLATED = re.compile(r"(reps|pools|memberships)\[(\d+)\]\.?(.*)")
_REJECTED = re.compile(r"(?:.*[/\\])?(reps|pools)\.csv:(\d+): (.*)")
_NOTE = "fairlead process walk"


class SetUpRefused(Exception):
    """What a walk sets up cannot be; each problem with its place in the walk."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.message for problem in problems))


def set_up(client: FairleadClient, loaded: LoadedWalk, setup: SetupForm) -> None:
    """Have there be what is there before the first row.

    Raises
    ------
    SetUpRefused
        If the service, or whatever reads files of reps and pools, refuses some of it.
    FairleadError
        If the service fails.
    """
    at = _Places(loaded.document, setup)
    _enter_calendars(client, setup, at)
    with at.refusals(("setup", "tenant")):
        client.update_tenant(**setup.tenant.model_dump(exclude_none=True))
    request = _workforce(setup, at)
    with at.refusals(("setup",), at.of_workforce):
        client.apply_workforce(request)
    with at.refusals(("setup", "rules")):
        client.publish_rules(loaded.rules, note=_NOTE)
    if loaded.process:
        with at.refusals(("setup", "process")):
            client.publish_process(loaded.process, note=_NOTE)


class _Places:
    """Where in a walk stands what is refused."""

    def __init__(self, document: Document, setup: SetupForm) -> None:
        self._document = document
        self._ids = {"reps": list(setup.reps), "pools": list(setup.pools)}

    @contextmanager
    def refusals(self, place: Place, place_of: Callable[[str], Place] | None = None) -> Iterator[None]:
        """Turn what is refused as it cannot be into problems: each where ``place_of`` says, else all at a place."""
        try:
            yield
        except FairleadError as error:
            if error.code not in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND):
                raise
            found = [(v.field, v.description) for v in error.violations] or [("", error.message)]
            raise SetUpRefused([
                self._document.problem_at(place_of(field) if place_of else place, f"{message}")
                for field, message in found
            ]) from error  # fmt: skip

    def of_workforce(self, field: str) -> Place:
        """Return where a field of a request for the whole workforce stands."""
        violated = _VIOLATED.match(field)
        if not violated:
            return ("setup",)
        kind = "pools" if violated[1] == "pools" else "reps"
        return ("setup", kind, self._ids[kind][int(violated[2])], *re.split(r"[.\[]", violated[3])[:1])

    def rejected(self, text: str) -> list[Problem]:
        """Return the problems that reading a table of reps or pools ended with."""
        return [self._rejected(line) for line in text.splitlines()]

    def _rejected(self, line: str) -> Problem:
        found = _REJECTED.match(line)
        ids = self._ids[found[1]] if found else []
        number = int(found[2]) - 2 if found else -1  # the header is a line
        if not found or not 0 <= number < len(ids):
            return self._document.problem_at(("setup",), line)
        return self._document.problem_at(("setup", found[1], ids[number]), found[3])


def _enter_calendars(client: FairleadClient, setup: SetupForm, at: _Places) -> None:
    for name, form in setup.calendars.items():
        zoned = form.model_copy(update={"time_zone": form.time_zone or setup.tenant.time_zone})
        place: Place = ("setup", "calendars", name)
        compiled = CalendarCompiler(Report(Document())).calendar(
            name, zoned, place
        )  # the reader had no problem with it
        entered = in_file(zoned, compiled)
        with at.refusals(place, lambda field, entered=entered: ("setup", *entered.path_of(field))):  # type: ignore[misc]
            client.upsert_calendar(entered.message, mask=entered.mask)


def _workforce(setup: SetupForm, at: _Places) -> workforce.ApplyWorkforceRequest:
    """Ask for the reps and pools, read as the files that they would stand in."""
    reps = [{"id": rep, **said} for rep, said in setup.reps.items()]
    pools = [
        {
            "id": pool,
            "members": [f"{rep}:{weight:.15g}" for rep, weight in form.members.items()],
            "managers": form.managers,
            **form.model_dump(exclude={"members", "managers"}, exclude_none=True),
        }
        for pool, form in setup.pools.items()
    ]
    with tempfile.TemporaryDirectory(prefix="fairlead-") as folder:
        tables = _table(Path(folder) / "reps.csv", reps), _table(Path(folder) / "pools.csv", pools)
        try:
            return request_of(read_files(*tables, None, ReadOptions()))
        except InputFailed as error:
            raise SetUpRefused(at.rejected(error.message)) from error


def _table(file: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns)
        writer.writeheader()
        writer.writerows({column: _cell(value) for column, value in row.items()} for row in rows)
    return file


def _cell(value: object) -> object:
    """Return what a table holds of a value."""
    return ";".join(map(str, value)) if isinstance(value, list) else value
