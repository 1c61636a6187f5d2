"""The form of a process's tests as people write them, beside what ``forms`` has."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from router.model.activities import ActivityKind, Direction
from router.process.definition import limits
from router.process.definition.deadlines import Act
from router.process.trials.scenarios import What
from router.rules.forms import Id
from rules.durations import PATTERN
from rules.forms import Form, Name


class HappeningForm(Form):
    """What happens to the work item of a test."""

    at: Annotated[
        str,
        Field(description="When, e.g. 2026-09-18T17:20+08:00, or without the offset in the workforce's time_zone."),
    ]
    do: Annotated[
        Literal[tuple(map(str, What))],  # type: ignore[valid-type]  # spelt once
        Field(
            description="assigned: somebody gets it; waiting: nobody has it; activity; stage: it enters one; update: "
            "its fields become others; closed."
        ),
    ]
    to: Annotated[Name, Field(description="The rep who gets it.")] = ""
    pool: Annotated[str, Field(description="Of which they get it, or which it waits for.")] = ""
    kind: Annotated[
        Literal[tuple(map(str, ActivityKind))] | None,  # type: ignore[valid-type]
        Field(description="Of an activity."),
    ] = None
    direction: Annotated[
        Literal[tuple(map(str, Direction))] | None,  # type: ignore[valid-type]
        Field(description="Of an activity: from whom it came."),
    ] = None
    duration: Annotated[
        Any,
        Field(
            description="Of an activity: how long it lasted, e.g. 180s.",
            json_schema_extra={"type": "string", "pattern": f"^{PATTERN}$"},
        ),
    ] = None
    stage: Annotated[Id | None, Field(description="The one that it enters.")] = None
    set: Annotated[dict[str, Any], Field(description="Fields that it has from then on.")] = {}


class StepExpectationForm(Form):
    """A step that fell due."""

    deadline: Id
    step: Annotated[Literal[tuple(map(str, Act))], Field(description="What it does.")]  # type: ignore[valid-type]
    at: str


class ProcessExpectationForm(Form):
    """How deadlines are to stand; what is left out is not looked at."""

    stage: Annotated[Id | None, Field(description="The one that it is in.")] = None
    due: Annotated[
        dict[Id, str | None],
        Field(description="By deadline, when it is due as it was started last, as a time like at; null: not at all."),
    ] = {}
    met: Annotated[list[Id] | None, Field(description="Every deadline that was met, and no other.")] = None
    missed: Annotated[list[Id] | None, Field(description="Every one that is overdue or was late, and no other.")] = None
    opens: Annotated[
        dict[Id, str | None],
        Field(description="By what is opened on a date, when, as a time like at; null: not at all."),
    ] = {}
    steps_due: Annotated[
        list[StepExpectationForm] | None,
        Field(description="Every step that fell due while its deadline ran, and no other, in the order of time."),
    ] = None


class ProcessTestForm(Form):
    """A work item, what happens to it, and how its deadlines are to stand."""

    name: Name
    item: dict[str, Any] = {}
    life: Annotated[
        list[HappeningForm],
        Field(
            min_length=1,
            max_length=limits.MAX_HAPPENINGS,
            description="What happens, in the order of time: first somebody gets it, or it waits.",
        ),
    ]
    at: Annotated[str, Field(description="When it is looked at, as a time like at; absent: as the last happens.")] = ""
    expect: ProcessExpectationForm


SCENARIO_PARTS: dict[str, type[Form]] = {
    "tests": ProcessTestForm,
    "life": HappeningForm,
    "expect": ProcessExpectationForm,
    "steps_due": StepExpectationForm,
}
"""As ``router.process.language.forms.PARTS``, of tests."""
