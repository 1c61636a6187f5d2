"""The form of a walk as people write it: a set-up, and rows of what is done when, and what is to be seen then.

The models say which keys there are and of which shape; ``router.cli.walk_files`` looks at what they mean.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from fairlead.v1 import activities_pb2
from router.cli.walk_expect_forms import KINDS, ChildForm, MovedForm, ToldForm, TookForm, WalkExpectForm
from router.rules.forms import CalendarForm, ExceptionForm, Id, Weight
from router.rules.limits import MAX_REPS
from rules.forms import Form, Name

MAX_STEPS = 10_000
_RESOLUTIONS = ("CONVERTED", "DISQUALIFIED", "CLOSED")
_ACTIVITIES = tuple(name.removeprefix("KIND_") for name in activities_pb2.Activity.Kind.keys()[1:])
_DIRECTIONS = tuple(name.removeprefix("DIRECTION_") for name in activities_pb2.Activity.Direction.keys()[1:])


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


class TenantForm(Form):
    """What holds for all."""

    time_zone: Name = "UTC"
    calendar: Id | None = None
    reopen_days: Annotated[int | None, Field(ge=1)] = None


class WalkPoolForm(Form):
    """Who competes; all else as in a file of pools, under its columns' names."""

    members: dict[Id, Weight]
    managers: list[Id] = []
    name: str | None = None
    dispatch: str | None = None
    band: Annotated[float | None, Field(ge=0)] = None
    value_weighted: bool | None = None
    calendar: Id | None = None
    leave_buffer_hours: Annotated[float | None, Field(ge=0)] = None
    absence_policy: str | None = None
    caps: str | None = None


class SetupForm(Form):
    """What is there before the first row."""

    tenant: TenantForm = TenantForm()
    calendars: dict[Id, CalendarForm] = {}
    reps: Annotated[dict[Id, dict[str, Any]], Field(min_length=1, max_length=MAX_REPS)]
    pools: Annotated[dict[Id, WalkPoolForm], Field(min_length=1)]
    rules: Annotated[dict[str, Any] | Name, Field(description="A rule set, or the file beside the walk that holds it.")]
    process: Annotated[
        dict[str, Any] | Name | None, Field(description="A process, or the file beside the walk that holds it.")
    ] = None


class WalkRouteForm(Form):
    """A work item comes."""

    id: Name
    kind: Literal[KINDS] = "LEAD"  # type: ignore[valid-type]  # a tuple spelt once
    source: Name = "crm"
    value: Annotated[float, Field(ge=0)] = 0
    priority: Annotated[int, Field(ge=0)] = 0
    attributes: dict[str, Any] = {}


class OfItemForm(Form):
    """Something is done about a work item."""

    item: Name


class ActivityForm(OfItemForm):
    """Somebody did something about it; ``next`` sets the next date."""

    kind: Literal[_ACTIVITIES]  # type: ignore[valid-type]
    direction: Literal[_DIRECTIONS] | None = None  # type: ignore[valid-type]
    rep: Id | None = None
    by: Annotated[Literal["service"] | None, Field(description="Nobody of ours acted, as in an automatic reply.")] = (
        None
    )
    duration: Annotated[str, Field(description="How long it lasted, such as 45s, 3m or 1h.")] = ""
    outcome: str = ""
    note: str = ""
    next: Annotated[str, Field(description="When to turn to it again, as a time like at.")] = ""
    next_step: str = ""


class UpdateForm(OfItemForm):
    """Something new is known of it; an attribute that is null is taken out."""

    attributes: dict[str, Any] = {}
    value: Annotated[float | None, Field(ge=0)] = None
    priority: Annotated[int | None, Field(ge=0)] = None


class AdvanceForm(OfItemForm):
    """It enters a stage of its process, with attributes that become known with it."""

    stage: Name
    attributes: dict[str, Any] = {}
    note: str = ""


class CompleteForm(OfItemForm):
    """It is closed."""

    resolution: Literal[_RESOLUTIONS] = "CLOSED"  # type: ignore[valid-type]


class ReopenForm(OfItemForm):
    """It is not."""

    reason: str = ""


class ReassignForm(OfItemForm):
    """It goes to a rep, or to whom rules and ledger choose."""

    rep: Id | None = None
    note: str = ""


class AcceptForm(OfItemForm):
    """A rep takes what is offered."""

    rep: Id


class DeclineForm(AcceptForm):
    """A rep does not."""

    reason: str = ""


class PauseForm(OfItemForm):
    """Its deadlines rest, for a reason as a code, until an instant if one is named."""

    reason: Name
    until: str = ""


class ResumeForm(OfItemForm):
    """They run again."""


class DecideForm(OfItemForm):
    """A rep approves or rejects the stage that is asked for."""

    rep: Id
    reason: str = ""


class SurveyAnswerForm(OfItemForm):
    """What the customer answered, one of the two."""

    csat: int | None = None
    nps: int | None = None
    comment: str = ""


class PresenceForm(Form):
    """A rep is away, until an instant if one is named, or back."""

    rep: Id
    away: bool = True
    until: str = ""


class WalkAbsenceForm(Form):
    """A rep is on leave; who is to stand in for them, if anybody."""

    rep: Id
    start: str
    end: str
    substitute: Id | None = None


class DoForm(Form):
    """What is done: one verb."""

    route: WalkRouteForm | None = None
    activity: ActivityForm | None = None
    advance: AdvanceForm | None = None
    update: UpdateForm | None = None
    complete: CompleteForm | None = None
    reopen: ReopenForm | None = None
    reassign: ReassignForm | None = None
    accept: AcceptForm | None = None
    decline: DeclineForm | None = None
    approve: DecideForm | None = None
    reject: DecideForm | None = None
    pause: PauseForm | None = None
    resume: ResumeForm | None = None
    satisfaction: SurveyAnswerForm | None = None
    presence: PresenceForm | None = None
    absence: WalkAbsenceForm | None = None
    calendar: Annotated[
        dict[Id, CalendarForm] | None,
        Field(min_length=1, description="Calendars, as in the set-up; of exceptions the dates that change."),
    ] = None


class WalkStepForm(Form):
    """A row."""

    shows: Annotated[str, Field(description="What it is there for.")] = ""
    at: str
    do: DoForm | None = None
    expect: Annotated[
        list[WalkExpectForm], BeforeValidator(_as_list, json_schema_input_type=WalkExpectForm | list[WalkExpectForm])
    ] = []


class WalkForm(Form):
    """The document whole."""

    walk: Name
    setup: SetupForm
    steps: Annotated[list[WalkStepForm], Field(min_length=1, max_length=MAX_STEPS)]


WALK_PARTS: dict[str, type[Form]] = {
    "calendars": CalendarForm,
    "<exception>": ExceptionForm,
    "setup": SetupForm,
    "tenant": TenantForm,
    "pools": WalkPoolForm,
    "steps": WalkStepForm,
    "do": DoForm,
    "expect": WalkExpectForm,
    "told": ToldForm,
    "children": ChildForm,
    "took": TookForm,
    "moved": MovedForm,
    "route": WalkRouteForm,
    "activity": ActivityForm,
    "advance": AdvanceForm,
    "update": UpdateForm,
    "complete": CompleteForm,
    "reopen": ReopenForm,
    "reassign": ReassignForm,
    "accept": AcceptForm,
    "decline": DeclineForm,
    "approve": DecideForm,
    "reject": DecideForm,
    "pause": PauseForm,
    "resume": ResumeForm,
    "satisfaction": SurveyAnswerForm,
    "presence": PresenceForm,
    "absence": WalkAbsenceForm,
    "calendar": CalendarForm,
}
"""The forms of its parts by the key that they stand under."""
