"""Fields, conditions and rules as people write them: which keys there are, and of which shape.

Users of the language add their own part: what a rule leads to, and what else stands in the document.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, JsonValue, Tag

from rules import limits
from rules.fields import EXTERNAL_ID, FieldType
from rules.normal_form import Ignorable

CONDITION_OPERATORS = (
    *("eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte"),
    *("between", "has_any", "has_all", "exists", "missing", "within", "contains", "starts_with"),
)

Name = Annotated[str, Field(min_length=1, max_length=limits.MAX_STRING)]
_SCALAR_SCHEMA: dict[str, JsonValue] = {"type": ["string", "number", "boolean"]}
_VALUE_SCHEMAS: list[JsonValue] = [
    _SCALAR_SCHEMA,
    {"type": "array", "items": _SCALAR_SCHEMA, "maxItems": limits.MAX_LIST},
    {"type": "object", "properties": {"list": {"type": "string"}}, "required": ["list"], "additionalProperties": False},
]
Value = Annotated[Any, Field(json_schema_extra={"anyOf": _VALUE_SCHEMAS})]
NamedListForm = Annotated[
    list[Annotated[Any, Field(json_schema_extra=_SCALAR_SCHEMA)]],
    Field(min_length=1, max_length=limits.MAX_LIST, description="Values that several rules share: {list: NAME}."),
]


class Form(BaseModel):
    """A mapping with known keys and no conversion of types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class FieldForm(Form):
    """Declares a field of work items."""

    type: Annotated[FieldType, Field(strict=False)]
    personal: Annotated[
        bool, Field(description="Says something about a person: hidden from roles that have no need of it.")
    ] = False
    ignore: Annotated[
        list[Annotated[Ignorable, Field(strict=False)]],
        Field(
            max_length=len(Ignorable),
            description="What does not count where its texts are compared: case; width (full and half, accents apart); "
            "blanks (at the ends, how many inside, characters that nobody sees).",
        ),
    ] = []


class ArrivalForm(Form):
    """Has the server stamp when a work item came; conditions compare the field, and FIELD.weekday and FIELD.hour."""

    field: Annotated[Name, Field(description="The date field to stamp, which is not declared, and which nobody sends.")]
    timezone: Annotated[
        Name | None,
        Field(
            description="Where weekday and hour are read, by its IANA name, e.g. Asia/Shanghai; absent: the tenant's."
        ),
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


class PercentForm(Form):
    """Holds for a share of all work items, always the same ones; another salt takes others."""

    percent: Annotated[float, Field(ge=0, le=100, description="Up to two decimals.")]
    of: Annotated[Name, Field(description="A string or number field; absent: source and external id.")] = EXTERNAL_ID
    salt: Annotated[Name, Field(description="Shares of one salt lie within each other.")]


def _kind_of_condition(value: object) -> str:
    keys: Any = value if isinstance(value, dict) else ()
    return next((f"<{key}>" for key in ("all", "any", "not", "percent") if key in keys), "<comparison>")


ConditionForm = Annotated[
    Annotated[AllForm, Tag("<all>")]
    | Annotated[AnyForm, Tag("<any>")]
    | Annotated[NotForm, Tag("<not>")]
    | Annotated[PercentForm, Tag("<percent>")]
    | Annotated[ComparisonForm, Tag("<comparison>")],
    Discriminator(_kind_of_condition),
]
CONDITION_FORMS: dict[str, type[Form]] = {
    "<all>": AllForm,
    "<any>": AnyForm,
    "<not>": NotForm,
    "<percent>": PercentForm,
    "<comparison>": ComparisonForm,
}
"""By their tags, as they stand in the locations of errors."""


class BareRuleForm(Form):
    """A rule without what it leads to; without ``when`` it always holds."""

    id: str
    when: ConditionForm | None = None
    priority: Annotated[int, Field(ge=-limits.MAX_RULE_PRIORITY, le=limits.MAX_RULE_PRIORITY)] = 0
