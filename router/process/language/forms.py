"""The form of a process as people write it.

The models say which keys there are and of which shape; ``language.compiler`` looks at what they mean. The
published JSON Schema (``process.schema.json``) is generated from them, so editors and the service agree.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, JsonValue, Tag

from router.model.workitem import CLOSED_STATES, MAX_PRIORITY, Kind
from router.process.definition import limits
from router.process.definition.deadlines import Act, ClockOwner, OnClosed, RecipientRole, Since, Until
from router.process.definition.words import Bilingual
from router.process.trials.scenario_forms import SCENARIO_PARTS, ProcessTestForm
from router.rules.forms import WORKFORCE_PARTS, Id, WorkforceForm, as_list
from router.rules.limits import MAX_EXCLUDED, MAX_TESTS
from rules.duration_tables import OptionalDurationForm
from rules.durations import PATTERN
from rules.forms import ComparisonForm, Form, Name

_DURATION: dict[str, JsonValue] = {"type": "string", "pattern": f"^{PATTERN}$"}
_SHARE = "[0-9]{1,4}(\\.[0-9]{1,2})?%"
CLOSING = tuple(sorted(map(str, CLOSED_STATES)))


class WordsForm(Form):
    """A text in both languages; where one is left out the other stands for both."""

    en: Annotated[str, Field(max_length=limits.MAX_TEXT)] = ""
    zh: Annotated[str, Field(max_length=limits.MAX_TEXT)] = ""


Words = Annotated[
    Annotated[str, Field(max_length=limits.MAX_TEXT), Tag("<text>")] | Annotated[WordsForm, Tag("<words>")],
    Discriminator(lambda value: "<words>" if isinstance(value, dict | WordsForm) else "<text>"),
]


class ChannelForm(Form):
    """A channel that is told, whoever reads it."""

    channel: Id


RecipientForm = Annotated[
    Annotated[Name, Tag("<text>")] | Annotated[ChannelForm, Tag("<channel>")],
    Discriminator(lambda value: "<channel>" if isinstance(value, dict | ChannelForm) else "<text>"),
]
_TO_TELL = f"{', '.join(RecipientRole)}, a rep by id, or {{channel: an id}}"


class StepForm(Form):
    """What is done at a time of a deadline."""

    at: Annotated[
        Any,
        Field(
            description="A share of the deadline's time, e.g. 50% or 200%, or so long from its start: 5m.",
            json_schema_extra={"type": "string", "pattern": f"^({_SHARE}|{PATTERN})$"},
        ),
    ] = None
    before: Annotated[
        Any, Field(description="So long before it is due, e.g. 2d, instead of at.", json_schema_extra=_DURATION)
    ] = None
    after: Annotated[
        Any, Field(description="So long after it was due, instead of at.", json_schema_extra=_DURATION)
    ] = None
    every: Annotated[
        Any,
        Field(
            description="Again so long after each time; the first is when it is due, unless at, before or after says.",
            json_schema_extra=_DURATION,
        ),
    ] = None
    at_most: Annotated[int | None, Field(ge=1, le=limits.MAX_TIMES, description="How many times in all.")] = None
    do: Annotated[
        Literal[tuple(map(str, Act))],  # type: ignore[valid-type]  # spelt once
        Field(
            description="remind: tells the owner; notify: tells whoever `to` names; reassign: to somebody else; "
            "raise_priority: before others that wait; return: to somebody of the pool that `to` names."
        ),
    ]
    to: Annotated[
        list[RecipientForm],
        BeforeValidator(as_list, json_schema_input_type=RecipientForm | list[RecipientForm]),
        Field(
            max_length=limits.MAX_RECIPIENTS,
            description=f"Whom notify tells: {_TO_TELL}; of return a pool.",
        ),
    ] = []
    quiet_hours: Annotated[
        Literal["ignore"] | None,
        Field(description="ignore: it is sent although the channel is quiet; absent: it waits for its hours."),
    ] = None
    by: Annotated[
        int | None,
        Field(ge=1, le=MAX_PRIORITY, description="By how much raise_priority does; absent: by one."),
    ] = None


class DeadlineForm(Form):
    """What is to be done until when."""

    id: Id
    title: Annotated[Words, Field(description="What people call it who are told of it; absent: by its id.")] = ""
    within: Annotated[
        OptionalDurationForm,
        Field(description="How long: 30m, 4h, 2d (working days), 15cd (calendar days), or a table over a field."),
    ] = None
    clock: Annotated[
        Literal[tuple(map(str, ClockOwner))],  # type: ignore[valid-type]
        Field(description="Whose working time it runs by: the owner's, the pool's, or wall: around the clock."),
    ] = "owner"
    from_: Annotated[
        Literal[tuple(map(str, Since))] | None,  # type: ignore[valid-type]
        Field(alias="from", description="What starts it; absent: entered."),
    ] = None
    until: Annotated[
        Literal[tuple(map(str, Until))] | None,  # type: ignore[valid-type]
        Field(
            description="What ends it in time; absent: leaving the stage, of the whole process completion, from "
            "last_inbound answer, and nothing else."
        ),
    ] = None
    steps: Annotated[list[StepForm], Field(max_length=limits.MAX_STEPS)] = []
    statutory: Annotated[bool, Field(description="Set by law or contract: nothing ever pauses it.")] = False
    pauses: Annotated[
        bool | None,
        Field(
            description="Whether it stands still while its work item is paused; absent: only what is from "
            "last_outbound, or ends with stage or completion."
        ),
    ] = None
    of: Annotated[
        list[Name],
        BeforeValidator(as_list, json_schema_input_type=Name | list[Name]),
        Field(
            max_length=limits.MAX_DATE_FIELDS,
            description="The field with the date that it is due by, instead of within and from: a day, or a time. Of "
            "several the first that the work item has.",
        ),
    ] = []
    before: Annotated[
        OptionalDurationForm,
        Field(description="So long before that date: 90d (d and cd are days of the calendar here), or a table."),
    ] = None
    on_closed: Annotated[
        Literal[tuple(map(str, OnClosed))] | None,  # type: ignore[valid-type]
        Field(
            description="Where that is a day, or a time, at which nobody works: before, absent, the day that opened "
            "before it; after: as the next one opens; as_is: it stays.",
        ),
    ] = None
    yearly: Annotated[bool | None, Field(description="Whether the date returns each year.")] = None


class OpenForm(Form):
    """A child that a work item gets by entering a stage: a work item of its own."""

    id: Id
    kind: Annotated[
        Literal[tuple(map(str, Kind))],  # type: ignore[valid-type]
        Field(description="What it is; capacity is counted per kind."),
    ] = "TASK"
    pool: Annotated[Id, Field(description="Of which it gets its owner, whatever the rules say.")]
    title: Words = ""
    within: Annotated[
        Any,
        Field(
            description="How long its owner has, e.g. 1d; absent: as they like.",
            json_schema_extra={"type": "string", "pattern": f"^{PATTERN}$"},
        ),
    ] = None
    clock: Annotated[
        Literal[tuple(map(str, ClockOwner))],  # type: ignore[valid-type]
        Field(description="Whose working time within runs by: the owner's, the pool's, or wall: around the clock."),
    ] = "owner"
    blocks: Annotated[bool, Field(description="Whether no later stage may be entered while it is open.")] = False
    each: Annotated[
        Name | None,
        Field(
            description="A field that lists dates, e.g. 2026-11-10, or with a value: 2026-11-10 100000; each opens one."
        ),
    ] = None
    exclude: Annotated[
        list[Name],
        BeforeValidator(as_list, json_schema_input_type=Name | list[Name]),
        Field(
            max_length=MAX_EXCLUDED,
            description="Who never gets it: handlers, all who owned the work item that opens it; owner, who does then; "
            "approver, all who approved or rejected that it enters a stage; "
            "or string and list fields of it whose texts name reps.",
        ),
    ] = []
    of: Annotated[
        list[Name],
        BeforeValidator(as_list, json_schema_input_type=Name | list[Name]),
        Field(
            max_length=limits.MAX_DATE_FIELDS,
            description="The field with the date on which it is opened, as its pool's hours begin, or on the last day "
            "before it that has any; absent: at once. Of several the first that the work item has.",
        ),
    ] = []
    before: Annotated[
        OptionalDurationForm,
        Field(description="So long before that date: 90d (d and cd are days of the calendar here), or a table."),
    ] = None
    stage: Annotated[
        Id | None,
        Field(
            description="The stage of this process that it enters, as one of its work items; absent: one of its own."
        ),
    ] = None
    copy_: Annotated[
        dict[Name, Name],
        Field(
            alias="copy",
            max_length=limits.MAX_COPIED,
            description="What it has of the work item that opens it: its field, and that field's: "
            "contract_end: new_contract_end.",
        ),
    ] = {}


class AskForm(Form):
    """When a customer is to be asked."""

    after: Annotated[
        Any,
        Field(
            description="How long behind the end of the work item, around the clock: 30m, 1h, or 7cd, of 24 h each.",
            json_schema_extra=_DURATION,
        ),
    ]


class AnswerForm(Form):
    """When a customer is asked, and what is done about an answer that is no better than it says."""

    ask: Annotated[AskForm | None, Field(description="When they are to be asked; absent: others know that.")] = None
    at_most: Annotated[
        int | None, Field(ge=0, le=10, description="The best answer of which anything is done; absent: nothing is.")
    ] = None
    notify: Annotated[
        list[RecipientForm],
        BeforeValidator(as_list, json_schema_input_type=RecipientForm | list[RecipientForm]),
        Field(
            max_length=limits.MAX_RECIPIENTS,
            description=f"Who is told at once: {_TO_TELL}; []: nobody.",
        ),
    ] = [RecipientRole.MANAGER]
    open: Annotated[OpenForm | None, Field(description="A work item that is opened.")] = None


class SatisfactionForm(Form):
    """What customers are asked, and what is done about what they answer."""

    csat: Annotated[AnswerForm | None, Field(description="How satisfied they are with how it went, 1 to 5.")] = None
    nps: Annotated[AnswerForm | None, Field(description="How likely they would recommend us, 0 to 10.")] = None


Deadlines = Annotated[list[DeadlineForm], Field(max_length=limits.MAX_DEADLINES)]


class ApprovalForm(Form):
    """Who is to approve that a work item enters a stage."""

    by: Annotated[
        Name,
        Field(description=f"{', '.join(list(RecipientRole)[1:])}, or a rep by id; whoever is above them may, too."),
    ]
    when: Annotated[
        ComparisonForm | None,
        Field(description="What has to hold of the work item, else nobody is asked; absent: always."),
    ] = None
    within: Annotated[
        Any,
        Field(description="How long they have, by the pool's working time; absent: 1d.", json_schema_extra=_DURATION),
    ] = None
    on_reject: Annotated[
        Id | None, Field(description="The stage that it enters where they reject it; absent: it stays where it is.")
    ] = None


class StageForm(Form):
    """A stage."""

    id: Id
    title: Words = ""
    guide: Annotated[Words, Field(description="What is to be done in it, and what to say.")] = ""
    require: Annotated[
        list[Name],
        BeforeValidator(as_list, json_schema_input_type=Name | list[Name]),
        Field(max_length=limits.MAX_REQUIRED, description="Fields that a work item must have to enter it."),
    ] = []
    next: Annotated[
        list[Id] | None,
        BeforeValidator(as_list, json_schema_input_type=Id | list[Id] | None),
        Field(max_length=limits.MAX_STAGES, description="The stages that may follow; absent: every one behind it."),
    ] = None
    closes: Annotated[
        Literal[CLOSING] | None,  # type: ignore[valid-type]
        Field(description="The state in which the work item is closed by entering it; absent: it stays open."),
    ] = None
    deadlines: Deadlines = []
    open: Annotated[
        list[OpenForm],
        Field(max_length=limits.MAX_OPEN, description="Work items that are opened as one enters the stage."),
    ] = []
    approve: ApprovalForm | None = None
    pool: Annotated[
        Id | None,
        Field(
            description="Of which it is while it stands in the stage, whatever the rules say; absent: its owner stays."
        ),
    ] = None


class SeverityForm(Form):
    """From which fields severity follows, such as impact and urgency."""

    field: Annotated[Name, Field(description="The field that says how severe a work item is.")]
    by: Annotated[
        list[Name],
        BeforeValidator(as_list, json_schema_input_type=Name | list[Name]),
        Field(min_length=1, max_length=limits.MAX_SEVERITY_FIELDS, description="The fields that it follows from."),
    ]
    table: Annotated[
        dict[str, Any],
        Field(
            description="By the value of the first field: the severity, or, where there are more, a table by the next."
        ),
    ]
    otherwise: Annotated[
        Any,
        Field(
            alias="else",
            description="What holds where the table says nothing; absent: it has none then.",
            json_schema_extra={"type": "string"},
        ),
    ] = None


class RaiseForm(Form):
    """A work item that repeats another is one more severe than it was."""

    field: Annotated[Name, Field(description="The field that says how severe a work item is.")]
    order: Annotated[
        list[Name],
        Field(min_length=1, max_length=limits.MAX_ORDER, description="From the least severe: [P4, P3, P2, P1]."),
    ]


class RepeatsForm(Form):
    """A work item repeats an earlier one of its kind, of the same customer: it names that, as repeat_of."""

    within: Annotated[
        Any,
        Field(description="So long before it that came, on the wall, e.g. 30cd.", json_schema_extra=_DURATION),
    ]
    same: Annotated[
        list[Name],
        BeforeValidator(as_list, json_schema_input_type=Name | list[Name]),
        Field(max_length=limits.MAX_SEVERITY_FIELDS, description="Fields in which both say the same, such as class."),
    ] = []
    raises: Annotated[
        RaiseForm | None, Field(alias="raise", description="How severe it is by that; absent: as it was.")
    ] = None


class ProcessForm(Form):
    """A whole process."""

    process: Id
    title: Words = ""
    kinds: Annotated[
        list[Literal[tuple(map(str, Kind))]],  # type: ignore[valid-type]
        BeforeValidator(as_list),
        Field(description="What enters it; [] takes it out of use."),
    ]
    stages: Annotated[list[StageForm], Field(min_length=1, max_length=limits.MAX_STAGES)]
    deadlines: Annotated[Deadlines, Field(description="Those of the whole process: they run through all stages.")] = []
    complaints: Annotated[
        bool,
        Field(description="What is in it is a complaint: while one is open, its customer is not asked for an nps."),
    ] = False
    satisfaction: SatisfactionForm | None = None
    severity: Annotated[
        SeverityForm | None,
        Field(
            description="From what severity follows, where a work item does not bring it along; absent: from nothing."
        ),
    ] = None
    repeats: RepeatsForm | None = None
    tests: Annotated[list[ProcessTestForm], Field(max_length=MAX_TESTS)] = []
    workforce: Annotated[WorkforceForm | None, Field(description="Reps and pools for the tests, and their hours.")] = (
        None
    )


PARTS: dict[str, type[Form]] = {
    "<words>": WordsForm,
    "<channel>": ChannelForm,
    "stages": StageForm,
    "deadlines": DeadlineForm,
    "steps": StepForm,
    "open": OpenForm,
    "satisfaction": SatisfactionForm,
    "csat": AnswerForm,
    "nps": AnswerForm,
    "ask": AskForm,
    "approve": ApprovalForm,
    "when": ComparisonForm,
    "severity": SeverityForm,
    "repeats": RepeatsForm,
    "raise": RaiseForm,
    **SCENARIO_PARTS,
    **WORKFORCE_PARTS,
}
"""The forms of a process's parts by the key that they stand under, and of titles, guides and channels by their tag."""


def words_of(form: str | WordsForm) -> Bilingual:
    """Return a text in both languages."""
    if isinstance(form, str):
        return Bilingual(form, form)
    return Bilingual(form.en or form.zh, form.zh or form.en)
