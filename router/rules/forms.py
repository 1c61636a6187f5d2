"""The form of a rule set as people write it, beside what ``rules.forms`` has: routes, tests, and the document whole.

The models say which keys there are and of which shape; ``router.rules.check`` looks at what they mean. The
published JSON Schema (``ruleset.schema.json``) is generated from them, so editors and the service agree.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from missing_words import MISSING_WORDS
from resource_names import check_id
from router.rules import limits
from rules.duration_tables import DurationForm
from rules.forms import ArrivalForm, BareRuleForm, FieldForm, Form, Name, NamedListForm, Value
from rules.limits import MAX_FIELDS, MAX_LIST, MAX_LISTS, MAX_RULES

REQUIREMENT_OPERATORS = ("covers", "has", "has_all", "has_any", "eq", "ne", "gt", "gte", "lt", "lte")


def _checked_id(text: str) -> str:
    if wrong := check_id(text):
        raise ValueError(wrong)
    return text


def as_list(value: object) -> object:
    """Return a list of what may be written alone."""
    return [value] if isinstance(value, str | dict) else value


Id = Annotated[str, AfterValidator(_checked_id), Field(description="1 to 64 letters of any script, digits, - _ .")]


class KnownCustomerForm(Form):
    """Says which field carries a customer's id, and fills others with what was scored last of that customer."""

    id: Annotated[Name, Field(description="The string field that carries the customer's id.")]
    churn_risk: Annotated[
        Name | None, Field(description="The number field to fill with the probability of leaving, 0 to 1.")
    ] = None
    value_tier: Annotated[
        Name | None, Field(description="The string field to fill with the value tier, as the health profiles call it.")
    ] = None


class RequirementForm(Form):
    """Compares a rep's attribute with a field of the work item, or with a fixed value."""

    rep: Name
    op: Literal[REQUIREMENT_OPERATORS]  # type: ignore[valid-type]  # a tuple spelt once
    item: Name | None = None
    value: Value = None


class PreferenceForm(RequirementForm):
    """A requirement that scores points instead of excluding."""

    score: Annotated[int, Field(ge=1, le=limits.MAX_SCORE)] = 1


Requirements = Annotated[list[RequirementForm], Field(max_length=limits.MAX_REQUIREMENTS)]


class DropForm(Form):
    """Forgets the requirements on these attributes of the rep."""

    drop: Annotated[list[Name], Field(min_length=1, max_length=limits.MAX_REQUIREMENTS)]


class WidenForm(Form):
    """Admits whoever serves any part of the territory around the one in this field."""

    widen: Name


class IgnoreHoursForm(Form):
    """Admits who is not on duty, too."""

    hours: Literal["ignore"]


class OtherPoolForm(Form):
    """Tries another pool."""

    pool: Id
    require: Requirements = []


class FallbackRepForm(Form):
    """Takes this rep."""

    rep: Id


def _kind_of_step(value: object) -> str:
    if isinstance(value, str):
        return "<text>"
    keys: Any = value if isinstance(value, dict) else ()
    return next((f"<{key}>" for key in ("drop", "widen", "rep", "pool", "hours") if key in keys), "<pool>")


StepForm = Annotated[
    Annotated[Id, Tag("<text>")]
    | Annotated[DropForm, Tag("<drop>")]
    | Annotated[WidenForm, Tag("<widen>")]
    | Annotated[IgnoreHoursForm, Tag("<hours>")]
    | Annotated[OtherPoolForm, Tag("<pool>")]
    | Annotated[FallbackRepForm, Tag("<rep>")],
    Discriminator(_kind_of_step),
]


class RouteForm(Form):
    """Says who competes, what they need, what is preferred, and what if nobody is left."""

    pool: Id
    require: Requirements = []
    prefer: Annotated[list[PreferenceForm], Field(max_length=limits.MAX_REQUIREMENTS)] = []
    value: Annotated[Any, Field(json_schema_extra={"type": ["number", "string"]})] = None
    priority: Annotated[int, Field(ge=0, le=limits.MAX_ROUTE_PRIORITY)] = 0
    sla: Annotated[str, Field(max_length=limits.MAX_SLA)] = ""
    hours: Annotated[
        Literal["ignore", "wait"] | None,
        Field(
            description="What those mean who are not on duty: ignore: they count as if they were; wait: it waits for "
            "one of them who fits, rather than trying the fallbacks. Absent: the fallbacks are tried."
        ),
    ] = None
    contact_within: Annotated[
        DurationForm,
        Field(
            description="How long the owner may take, in their own hours, until they make contact: 30m, 4h, 2d "
            "(working days) or 15cd (calendar days), or a table over a field: {by: severity, P1: 30m, else: 2d}."
        ),
    ] = None
    exclude: Annotated[
        list[Name],
        BeforeValidator(as_list, json_schema_input_type=Name | list[Name]),
        Field(
            max_length=limits.MAX_EXCLUDED,
            description="Who never gets it, by no step, fallback or person: string and list fields whose texts name "
            "reps, by id, resource name or display name; handlers: whoever owned the work item before.",
        ),
    ] = []
    on_change: Annotated[
        list[Name],
        BeforeValidator(as_list, json_schema_input_type=Name | list[Name]),
        Field(
            max_length=limits.MAX_ON_CHANGE,
            description="Fields: where one of them is updated, the work item is routed anew, to somebody who has not "
            "had it; if nobody else can take it, it stays with its owner. Absent: the owner stays.",
        ),
    ] = []
    fallback: Annotated[
        list[StepForm],
        BeforeValidator(as_list, json_schema_input_type=StepForm | list[StepForm]),
        Field(max_length=limits.MAX_FALLBACKS),
    ] = []


class RuleForm(BareRuleForm):
    """Leads what meets a condition somewhere; without ``when`` it always holds."""

    id: Id
    route: RouteForm


class DefaultForm(Form):
    """Leads whatever no rule matches."""

    route: RouteForm


def _word(value: object) -> object:
    return "null" if value is None else value


MissingWord = Annotated[Name, BeforeValidator(_word, json_schema_input_type=str | None)]
"""YAML reads ``null`` without quotes as nothing."""


class ExpectForm(Form):
    """What a test expects; what is left out is not looked at."""

    rule: Id | None = None
    pool: Id | None = None
    eligible: Annotated[list[Id], Field(max_length=limits.MAX_REPS)] | None = None
    outcome: Literal["ASSIGNED", "WAITING", "UNROUTED"] | None = None
    conflict: Annotated[
        list[Id] | None,
        Field(max_length=limits.MAX_REPS, description="All of the workforce whom the route's exclude leaves out."),
    ] = None
    moves: Annotated[
        bool | None, Field(description="Whether its owner changes by the update: see on_change of a route.")
    ] = None
    contact_due: Annotated[
        str | None, Field(description="By when whoever gets it is to make contact, as a time like at.")
    ] = None


class TestForm(Form):
    """A work item and what is to become of it."""

    name: Name
    item: dict[str, Any]
    arrival: Annotated[str, Field(description="When it comes, e.g. 2026-03-02T09:00:00+08:00; absent: at.")] = ""
    at: Annotated[
        str,
        Field(
            description="When it is decided, e.g. 2026-10-10T10:00+08:00, or without the offset in the workforce's "
            "time_zone; absent: when it comes, else at a time when everybody works."
        ),
    ] = ""
    handlers: Annotated[
        list[Id],
        Field(max_length=limits.MAX_REPS, description="Who owned it before, for routes that exclude handlers."),
    ] = []
    update: Annotated[
        dict[str, Any],
        Field(
            description="What becomes of some of its fields later; null takes one out. What is expected is then of the "
            "item as it is after that."
        ),
    ] = {}
    expect: ExpectForm


Weight = Annotated[float, Field(gt=0, le=1_000)]


Members = list[Id] | dict[Id, Weight]
Spans = Annotated[str | list[str], Field(description="09:00-18:00, or several in a list; [] for none.")]


class PoolForm(Form):
    """A pool whose members work by a calendar, if they have none of their own."""

    members: Members
    calendar: Id | None = None


class ExceptionForm(Form):
    """A date with a name: {name: Christmas}; without hours nobody works."""

    hours: Spans = []
    name: str = ""


class CalendarForm(Form):
    """When somebody works: weekly: {mon-fri: 09:00-18:00}; exceptions: {2026-10-01: []}."""

    name: str = ""
    time_zone: Annotated[Name | None, Field(description="Absent: the workforce's.")] = None
    weekly: dict[str, Spans] = {}
    exceptions: dict[
        str,
        Annotated[
            Annotated[ExceptionForm, Tag("<exception>")] | Annotated[Spans, Tag("<spans>")],
            Discriminator(lambda value: "<exception>" if isinstance(value, dict) else "<spans>"),
        ],
    ] = {}
    official_until: Annotated[str, Field(description="The last date that whoever says the holidays has said.")] = ""


class CalendarsForm(Form):
    """A file of calendars; each is as beside tests."""

    calendars: Annotated[dict[Id, CalendarForm], Field(min_length=1)]


class AbsenceForm(Form):
    """A time in which a rep is on leave, its end not included."""

    start: str
    end: str


def _is_of_pool(value: object) -> str:
    return "<pool form>" if isinstance(value, dict) and isinstance(value.get("members"), list | dict) else "<members>"


class WorkforceForm(Form):
    """Reps, pools and territories for the tests, and when they work."""

    time_zone: Annotated[Name | None, Field(description="The tenant's zone; absent: UTC.")] = None
    calendar: Annotated[Id | None, Field(description="By which those work who have no other.")] = None
    calendars: dict[Id, CalendarForm] = {}
    absences: dict[Id, list[AbsenceForm]] = {}
    territories: dict[Id, Id | None] = {}
    reps: Annotated[dict[Id, dict[str, Any]], Field(max_length=limits.MAX_REPS)] = {}
    pools: dict[
        Id,
        Annotated[
            Annotated[PoolForm, Tag("<pool form>")] | Annotated[Members, Tag("<members>")], Discriminator(_is_of_pool)
        ],
    ] = {}


class TestsForm(Form):
    """The part of a document that holds tests."""

    tests: Annotated[list[TestForm], Field(max_length=limits.MAX_TESTS)] = []
    workforce: WorkforceForm | None = None


class RuleSetForm(TestsForm):
    """A whole rule set."""

    fields: Annotated[dict[Name, FieldForm], Field(max_length=MAX_FIELDS)]
    undeclared: Literal["reject", "ignore"] = "reject"
    missing: Annotated[
        list[MissingWord],
        Field(
            max_length=MAX_LIST,
            description="Texts that mean that an attribute is missing, in any case and with blanks around them; the "
            "empty text always does. Absent: " + ", ".join(filter(None, MISSING_WORDS)) + ".",
        ),
    ] = list(filter(None, MISSING_WORDS))
    known_customer: KnownCustomerForm | None = None
    arrival: ArrivalForm | None = None
    lists: Annotated[dict[Name, NamedListForm], Field(max_length=MAX_LISTS)] = {}
    rules: Annotated[list[RuleForm], Field(max_length=MAX_RULES)] = []
    default: DefaultForm


WORKFORCE_PARTS: dict[str, type[Form]] = {
    "<pool form>": PoolForm,
    "calendars": CalendarForm,
    "<exception>": ExceptionForm,
    "absences": AbsenceForm,
    "workforce": WorkforceForm,
}
"""As ``PARTS``, of the workforce that tests bring along."""

PARTS: dict[str, type[Form]] = {
    "fields": FieldForm,
    "known_customer": KnownCustomerForm,
    "arrival": ArrivalForm,
    "rules": RuleForm,
    "default": DefaultForm,
    "route": RouteForm,
    "require": RequirementForm,
    "prefer": PreferenceForm,
    "<drop>": DropForm,
    "<widen>": WidenForm,
    "<hours>": IgnoreHoursForm,
    "<pool>": OtherPoolForm,
    "<rep>": FallbackRepForm,
    "tests": TestForm,
    "expect": ExpectForm,
    **WORKFORCE_PARTS,
}
"""The forms of a rule set's parts by the key that they stand under, and of fallback steps by their tag."""
