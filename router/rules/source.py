"""The form of a rule set as people write it, and what is wrong with a document that does not have it.

The models say which keys there are and of which shape; ``router.rules.check`` looks at what they mean. The
published JSON Schema (``ruleset.schema.json``) is generated from them, so editors and the service agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, JsonValue, Tag
from pydantic_core import PydanticCustomError

from resource_names import check_id
from router.rules import limits
from router.rules.ruleset import FieldType

CONDITION_OPERATORS = (
    *("eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte"),
    *("between", "has_any", "has_all", "exists", "missing", "within"),
)
REQUIREMENT_OPERATORS = ("covers", "has", "has_all", "has_any", "eq", "ne", "gt", "gte", "lt", "lte")


def _checked_id(text: str) -> str:
    if wrong := check_id(text):
        raise PydanticCustomError("id", "{wrong}", {"wrong": wrong})
    return text


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str | dict) else value


Id = Annotated[str, AfterValidator(_checked_id), Field(description="1 to 64 letters of any script, digits, - _ .")]
Text = Annotated[str, Field(max_length=limits.MAX_STRING)]
Name = Annotated[str, Field(min_length=1, max_length=limits.MAX_STRING)]
_SCALAR_SCHEMA: dict[str, JsonValue] = {"type": ["string", "number", "boolean"]}
_VALUE_SCHEMAS: list[JsonValue] = [
    _SCALAR_SCHEMA,
    {"type": "array", "items": _SCALAR_SCHEMA, "maxItems": limits.MAX_LIST},
]
Value = Annotated[Any, Field(json_schema_extra={"anyOf": _VALUE_SCHEMAS})]


class Form(BaseModel):
    """A mapping with known keys and no conversion of types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class FieldForm(Form):
    """Declares a field of work items."""

    type: Annotated[FieldType, Field(strict=False)]
    personal: Annotated[
        bool, Field(description="Says something about a person: hidden from roles that have no need of it.")
    ] = False


class KnownCustomerForm(Form):
    """Fills fields of a work item with what was scored last of the customer whose id another field carries."""

    id: Annotated[Name, Field(description="The string field that carries the customer's id.")]
    churn_risk: Annotated[
        Name | None, Field(description="The number field to fill with the probability of leaving, 0 to 1.")
    ] = None
    value_tier: Annotated[
        Name | None, Field(description="The string field to fill with the value tier, as the health profiles call it.")
    ] = None


class ComparisonForm(Form):
    """Compares a field with a value; exists and missing take none."""

    field: Name
    op: Literal[CONDITION_OPERATORS]  # type: ignore[valid-type]  # a tuple spelt once
    value: Value = None


class AllForm(Form):
    """Holds if every condition holds."""

    all: Annotated[list[ConditionForm], Field(min_length=1)]


class AnyForm(Form):
    """Holds if some condition holds."""

    any: Annotated[list[ConditionForm], Field(min_length=1)]


class NotForm(Form):
    """Holds if the condition does not."""

    not_: Annotated[ConditionForm, Field(alias="not")]


def _kind_of_condition(value: object) -> str:
    keys: Any = value if isinstance(value, dict) else ()
    return next((f"<{key}>" for key in ("all", "any", "not") if key in keys), "<comparison>")


ConditionForm = Annotated[
    Annotated[AllForm, Tag("<all>")]
    | Annotated[AnyForm, Tag("<any>")]
    | Annotated[NotForm, Tag("<not>")]
    | Annotated[ComparisonForm, Tag("<comparison>")],
    Discriminator(_kind_of_condition),
]


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
    return next((f"<{key}>" for key in ("drop", "widen", "rep") if key in keys), "<pool>")


StepForm = Annotated[
    Annotated[Id, Tag("<text>")]
    | Annotated[DropForm, Tag("<drop>")]
    | Annotated[WidenForm, Tag("<widen>")]
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
    fallback: Annotated[
        list[StepForm],
        BeforeValidator(_as_list, json_schema_input_type=StepForm | list[StepForm]),
        Field(max_length=limits.MAX_FALLBACKS),
    ] = []


class RuleForm(Form):
    """Leads what meets a condition somewhere; without ``when`` it always holds."""

    id: Id
    when: ConditionForm | None = None
    priority: Annotated[int, Field(ge=-limits.MAX_RULE_PRIORITY, le=limits.MAX_RULE_PRIORITY)] = 0
    route: RouteForm


class DefaultForm(Form):
    """Leads whatever no rule matches."""

    route: RouteForm


class ExpectForm(Form):
    """What a test expects; what is left out is not looked at."""

    rule: Id | None = None
    pool: Id | None = None
    eligible: Annotated[list[Id], Field(max_length=limits.MAX_REPS)] | None = None


class TestForm(Form):
    """A work item and what is to become of it."""

    name: Name
    item: dict[str, Any]
    expect: ExpectForm


Weight = Annotated[float, Field(gt=0, le=1_000)]


class WorkforceForm(Form):
    """Reps, pools and territories for the tests."""

    territories: dict[Id, Id | None] = {}
    reps: Annotated[dict[Id, dict[str, Any]], Field(max_length=limits.MAX_REPS)] = {}
    pools: dict[Id, list[Id] | dict[Id, Weight]] = {}


class TestsForm(Form):
    """The part of a document that holds tests."""

    tests: Annotated[list[TestForm], Field(max_length=limits.MAX_TESTS)] = []
    workforce: WorkforceForm | None = None


class RuleSetForm(TestsForm):
    """A whole rule set."""

    fields: Annotated[dict[Name, FieldForm], Field(max_length=limits.MAX_FIELDS)]
    undeclared: Literal["reject", "ignore"] = "reject"
    known_customer: KnownCustomerForm | None = None
    rules: Annotated[list[RuleForm], Field(max_length=limits.MAX_RULES)] = []
    default: DefaultForm


Location = Sequence[str | int]


def allowed_keys(location: Location) -> list[str]:
    """List the keys allowed in the mapping at a model's error location (tags of variants included)."""
    if len(location) == 2 and location[0] == "fields":
        return ["type"]
    names = [step for step in location if isinstance(step, str)]
    form = _FORMS[names[-1] if names else ""]
    return [field.alias or name for name, field in form.model_fields.items()]


_FORMS: dict[str, type[Form]] = {
    "": RuleSetForm,
    "known_customer": KnownCustomerForm,
    "rules": RuleForm,
    "default": DefaultForm,
    "route": RouteForm,
    "require": RequirementForm,
    "prefer": PreferenceForm,
    "<all>": AllForm,
    "<any>": AnyForm,
    "<not>": NotForm,
    "<comparison>": ComparisonForm,
    "<drop>": DropForm,
    "<widen>": WidenForm,
    "<pool>": OtherPoolForm,
    "<rep>": FallbackRepForm,
    "tests": TestForm,
    "expect": ExpectForm,
    "workforce": WorkforceForm,
}
