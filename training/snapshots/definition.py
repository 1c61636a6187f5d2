"""The declaration of a data set: events, moments, features, label. YAML, checked to the last key.

Features are declared and not coded, so that they can be listed, worded, compiled for one customer or for all, and
hashed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from scoring.model.schema import Feature

_Name = Annotated[str, Field(min_length=1, max_length=256)]
_Days = Annotated[int, Field(ge=0, le=36_500)]
_SomeDays = Annotated[int, Field(ge=1, le=36_500)]


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(_Declared):
    """What an event must be like; exactly one test.

    Parameters
    ----------
    column
        Of the event table, or a product declared there.
    equals, not_equals, one_of, starts_with, not_starts_with
        Tests of the text.
    above, below
        Tests of the number, ends not counted.
    """

    column: _Name
    equals: str | None = None
    not_equals: str | None = None
    one_of: tuple[str, ...] | None = None
    starts_with: str | None = None
    not_starts_with: str | None = None
    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        tests = self.model_dump(exclude={"column"}, exclude_none=True)
        if len(tests) != 1:
            raise ValueError(f"needs exactly one test, has {', '.join(tests) or 'none'}")
        return self


class EventTable(_Declared):
    """How to read the event table.

    Parameters
    ----------
    customer, occurred
        Columns: whose event, when it happened.
    recorded
        Column: when it became known. Empty: when it happened.
    products
        New numbers, each the product of columns, by name.
    where
        Events that do not pass are not read at all.
    """

    customer: _Name
    occurred: _Name
    recorded: str = ""
    products: dict[_Name, tuple[_Name, ...]] = {}
    where: tuple[Condition, ...] = ()


class Moments(_Declared):
    """The moments t₀ at which customers are looked at: listed, or from first to last every so many days."""

    at: tuple[datetime, ...] = ()
    first: datetime | None = None
    last: datetime | None = None
    every_days: _SomeDays | None = None

    @field_validator("at", "first", "last")
    @classmethod
    def _in_utc(cls, value: tuple[datetime, ...] | datetime | None) -> tuple[datetime, ...] | datetime | None:
        if isinstance(value, tuple):
            return tuple(_utc(each) for each in value)
        return None if value is None else _utc(value)

    @model_validator(mode="after")
    def _either_way(self) -> Self:
        ranged = [self.first, self.last, self.every_days]
        if bool(self.at) == any(each is not None for each in ranged):
            raise ValueError("needs either at, or first, last and every_days")
        if not self.at and any(each is None for each in ranged):
            raise ValueError("first, last and every_days belong together")
        if self.first and self.last and self.first > self.last:
            raise ValueError("first is after last")
        return self


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Windows(_Declared):
    """Which events count: observation [t₀ - L, t₀), prediction (t₀ + G, t₀ + G + W], known for sure M days later.

    Parameters
    ----------
    observation_days
        L; 0: everything before.
    gap_days
        G: time to act between seeing and losing.
    prediction_days
        W.
    maturity_days
        M: how long events may come in late. A moment is used only if the data reach to t₀ + G + W + M.
    """

    observation_days: _Days = 0
    gap_days: _Days = 0
    prediction_days: _SomeDays
    maturity_days: _Days = 0

    @property
    def horizon_days(self) -> int:
        """Days until an outcome is known: G + W + M."""
        return self.gap_days + self.prediction_days + self.maturity_days


class LabelKind(StrEnum):
    """What losing a customer means."""

    TRANSACTIONAL = "transactional"
    SUBSCRIPTION = "subscription"
    USAGE = "usage"


class LabelRule(_Declared):
    """When a customer counts as active at t₀, and when as lost.

    Parameters
    ----------
    kind
        ``transactional``: no event in the prediction window. ``subscription``: no paid term covers its end, grace
        included. ``usage``: the daily amount falls below a share of what it was.
    where
        Which events are purchases, payments, uses.
    active_days
        Who has no such event in these days before t₀ is not looked at; 0: one at any time is enough. Not for
        subscriptions, where a term covering t₀ makes active.
    of
        ``usage``: the number to add up. Empty: events are counted.
    term_days, grace_days
        ``subscription``: how long a payment lasts, and how late the next may come.
    below_share
        ``usage``: share of the former daily amount, in (0, 1].
    """

    name: _Name = "churned"
    kind: LabelKind = LabelKind.TRANSACTIONAL
    where: tuple[Condition, ...] = ()
    active_days: _Days = 0
    of: str = ""
    term_days: _Days = 0
    grace_days: _Days = 0
    below_share: Annotated[float, Field(gt=0, le=1)] = 0.5

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind is LabelKind.SUBSCRIPTION) != (self.term_days > 0):
            raise ValueError("term_days: a subscription needs it, nothing else has it")
        if self.kind is LabelKind.USAGE and not self.active_days:
            raise ValueError("active_days: usage needs it, to know what it was before")
        return self


Aggregation = Literal[
    "count", "sum", "mean", "max", "min", "distinct", "days_since", "days_since_first", "mean_gap", "slope", "ratio"
]
_NEEDS_COLUMN = {"sum", "mean", "max", "min", "distinct"}


class Declared(_Declared):
    """A feature.

    Parameters
    ----------
    aggregation
        ``count``, ``sum``, ``mean``, ``max``, ``min``, ``distinct`` values; ``days_since`` the last and
        ``days_since_first``; ``mean_gap`` in days between days with an event; ``slope`` per part of the window cut in
        ``parts``; ``ratio`` to the window before.
    of
        The column it is about; ``slope`` and ``ratio`` count events without one.
    days
        Window [t₀ - days, t₀), within the observation; 0: all of it.
    where
        Which events count.
    default
        Where there is no such event; None: not known.
    unit, monotonic, actionable, wording_zh, wording_en
        As in `scoring.model.schema.Feature`.
    """

    name: _Name
    aggregation: Aggregation
    of: str = ""
    days: _Days = 0
    parts: Annotated[int, Field(ge=2, le=100)] = 4
    where: tuple[Condition, ...] = ()
    default: float | None = None
    unit: str = ""
    monotonic: Literal[-1, 0, 1] = 0
    actionable: bool = False
    wording_zh: str = ""
    wording_en: str = ""

    @model_validator(mode="after")
    def _fits_its_aggregation(self) -> Self:
        if self.aggregation in _NEEDS_COLUMN and not self.of:
            raise ValueError(f"of: {self.aggregation} needs a column")
        if self.aggregation in {"slope", "ratio"} and not self.days:
            raise ValueError(f"days: {self.aggregation} needs a window")
        return self

    def feature(self) -> Feature:
        """Return what a model reads."""
        days = self.aggregation.startswith("days_since")
        return Feature(
            name=self.name,
            type="number",
            unit=self.unit or ("days" if days or self.aggregation == "mean_gap" else ""),
            monotonic=self.monotonic,
            actionable=self.actionable,
            ages=days,
            wording_zh=self.wording_zh,
            wording_en=self.wording_en,
        )


class Definition(_Declared):
    """A whole data set."""

    version: Literal[1] = 1
    name: _Name
    events: EventTable
    moments: Moments
    windows: Windows
    label: LabelRule
    features: Annotated[tuple[Declared, ...], Field(min_length=1, max_length=1_000)]

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [feature.name for feature in self.features] + [self.label.name, "customer", "as_of"]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"features: {twice[0]!r} stands twice, or is the name of another column")
        return self

    @model_validator(mode="after")
    def _products_are_numbers(self) -> Self:
        conditions = [*self.events.where, *self.label.where, *(c for feature in self.features for c in feature.where)]
        of_text = [c.column for c in conditions if c.above is None and c.below is None]
        of_text += [feature.of for feature in self.features if feature.aggregation == "distinct"]
        wrong = sorted(set(of_text) & set(self.events.products))
        if wrong:
            raise ValueError(f"products: {wrong[0]!r} is a number, for sums and for above and below")
        return self
