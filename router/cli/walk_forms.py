"""The form of a walk as people write it: a set-up, and rows of what is done when, and what is to be seen then.

The models say which keys there are and of which shape; ``router.cli.walk_files`` looks at what they mean.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from fairlead.v1 import activities_pb2, routing_pb2
from router.process.definition.deadlines import Act
from router.rules.forms import CalendarForm, ExceptionForm, Id, Weight
from router.rules.limits import MAX_REPS
from rules.forms import Form, Name

MAX_STEPS = 10_000
_KINDS = tuple(name.removeprefix("KIND_") for name in routing_pb2.WorkItem.Kind.keys()[1:])
_STATES = tuple(name.removeprefix("STATE_") for name in routing_pb2.WorkItem.State.keys()[1:])
_RESOLUTIONS = ("CONVERTED", "DISQUALIFIED", "CLOSED")
_ACTIVITIES = tuple(name.removeprefix("KIND_") for name in activities_pb2.Activity.Kind.keys()[1:])
_DIRECTIONS = tuple(name.removeprefix("DIRECTION_") for name in activities_pb2.Activity.Direction.keys()[1:])
_WAYS = ("GREEDY", "APART", "OVERRIDE")
_ACTS = tuple(map(str, Act))


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
    kind: Literal[_KINDS] = "LEAD"  # type: ignore[valid-type]  # a tuple spelt once
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


class ToldForm(Form):
    """Who was told of which work item, by which step of a deadline; of an offer that lapsed by none."""

    who: Id
    about: Name
    step: Literal[_ACTS] | None = None  # type: ignore[valid-type]


class ChildForm(Form):
    """A child: what of the stage it is, and how it stands; ``owner: ''`` is nobody."""

    entry: Name
    owner: str | None = None
    state: Literal[_STATES] | None = None  # type: ignore[valid-type]
    kind: Literal[_KINDS] | None = None  # type: ignore[valid-type]
    pool: Id | None = None
    value: float | None = None
    due: Annotated[str | None, Field(description="When it falls due, as a time like at; null: it does not.")] = None
    opens: Annotated[
        str | None, Field(description="On which date it is opened, as a time like at; null: it is there.")
    ] = None


class WalkExpectForm(Form):
    """What is to be seen then; what is left out is not looked at. ``owner: ''`` and ``offered: ''`` are nobody."""

    item: Name | None = None
    owner: str | None = None
    state: Literal[_STATES] | None = None  # type: ignore[valid-type]
    epoch: Annotated[int | None, Field(ge=0)] = None
    priority: int | None = None
    stage: Annotated[str | None, Field(description="The stage of its process that it is in; '': none.")] = None
    due: Annotated[
        dict[Name, str | None] | None,
        Field(description="By deadline, when the one that began last falls due, as a time like at; null: none runs."),
    ] = None
    met: Annotated[list[Name] | None, Field(description="Deadlines that were met, these at least; []: none.")] = None
    missed: Annotated[
        list[Name] | None, Field(description="Deadlines that are overdue or were met too late; []: none.")
    ] = None
    way: Annotated[
        Literal[_WAYS] | None,  # type: ignore[valid-type]
        Field(description="How its latest change of owner entered the ledger."),
    ] = None
    offered: Annotated[str | None, Field(description="To whom it is offered; of a broadcast nobody alone.")] = None
    expires: Annotated[str | None, Field(description="When that is over, as a time like at.")] = None
    worked: bool | None = None
    next: Annotated[str | None, Field(description="Its next date, as a time like at; '': none.")] = None
    conflict: Annotated[list[Id] | None, Field(description="Whom its route left out by exclude.")] = None
    children: Annotated[
        list[ChildForm] | None,
        Field(description="Exactly these, in the order in which they were opened since it came, or was reopened."),
    ] = None
    agenda: Annotated[dict[Id, list[Name]] | None, Field(description="What each is to follow up that day.")] = None
    repeat_of: Annotated[str | None, Field(description="The work item that it repeats; '': none.")] = None
    away: list[Id] | None = None
    told: Annotated[list[ToldForm] | None, Field(description="Exactly these, since the row before.")] = None
    nobody_told: Literal[True] | None = None
    lists: Annotated[
        dict[Id, list[Name]] | None,
        Field(
            description="What stood in the lists of what falls due of each who was told of one, since the row before."
        ),
    ] = None
    refused: Annotated[Name | None, Field(description="The status code that what is done ends with.")] = None
    names: Annotated[list[str], Field(description="What the refusal has to name.")] = []
    deficits: Annotated[
        dict[Id, dict[Id, float]] | None,
        Field(description="Entitled minus received, per pool and rep, to the thousandth; who is left out is at 0."),
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
