"""What a model reads: named features in a fixed order, and how to speak of them.

The schema travels inside the artefact. Training writes it, serving encodes by it and words its reasons from it, so
there is one place that says what a column means. The order of the features is the order of the tables.
"""

from __future__ import annotations

import json
import math
import string
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from scoring.errors import InvalidSchema, Violation

MAX_FEATURES = 4_096
MAX_CATEGORIES = 10_000
MAX_PARTS = 100
"""Columns of a total."""

FeatureType = Literal["number", "category", "bool"]
FeatureValue = float | int | str | bool | None
"""A value as it comes from outside, before it is encoded."""

_Text = Annotated[str, Field(max_length=256)]
_Name = Annotated[str, Field(min_length=1, max_length=256)]
_Finite = Annotated[float, Field(allow_inf_nan=False)]


class Feature(BaseModel):
    """One column of the model's input.

    Parameters
    ----------
    name
        1 to 256 characters, unique in its schema.
    type
        ``number``; ``category``, one of a closed list; or ``bool``.
    unit
        Stands behind the value, e.g. ``days``. Empty: none.
    categories
        The known texts of a ``category``, whose codes are their places; of a ``bool``, empty or the two texts that
        stand for false and true beside JSON's own.
    missing
        Texts that mean "not known", e.g. ``NA`` or, also where it comes as a number, ``-999``; the empty text, spaces
        and null always do.
    monotonic
        +1 if the risk may only rise with the value, -1 if only fall, 0 if either; 0 for a ``category``.
    actionable
        Whether somebody could change it tomorrow: `FindBestAction` may propose only such.
    personal
        Whether it tells who somebody is: its values are shown to roles alone that talk to customers.
    ages
        A ``number`` of days since something: grows by one a day though nothing happens.
    total_of
        The columns that a ``number`` is the sum of; it then comes from them and not by its own name. They may be
        features of their own or not, and share its ``missing``. Empty: it comes as it is.
    low, high
        The range seen in training; a value outside is flagged. None: not checked.
    typical
        What a reason compares with: median or most frequent value of the training data. None: nothing.
    wording_zh, wording_en
        How a reason names it; ``{value}`` is where the value stands, absent: behind. Empty: the name.
    categories_zh
        The categories in Chinese, in their order; empty: as they are.

    Examples
    --------
    >>> Feature(name="logins_30d", type="number", wording_en="{value} logins in 30 days").wording("en")
    '{value} logins in 30 days'
    >>> Feature(name="contract", type="category", categories=("Month-to-month", "One year")).n_categories
    2
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    name: _Name
    type: FeatureType
    unit: _Text = ""
    categories: Annotated[tuple[_Text, ...], Field(max_length=MAX_CATEGORIES)] = ()
    missing: Annotated[tuple[_Text, ...], Field(max_length=100)] = ()
    monotonic: Literal[-1, 0, 1] = 0
    actionable: bool = False
    personal: bool = False
    ages: bool = False
    total_of: Annotated[tuple[_Name, ...], Field(max_length=MAX_PARTS)] = ()
    low: _Finite | None = None
    high: _Finite | None = None
    typical: _Finite | bool | _Text | None = None
    wording_zh: _Text = ""
    wording_en: _Text = ""
    categories_zh: Annotated[tuple[_Text, ...], Field(max_length=MAX_CATEGORIES)] = ()

    @property
    def n_categories(self) -> int:
        """How many codes it has: 0 for a number, 2 for a bool."""
        return 2 if self.type == "bool" else len(self.categories)

    def wording(self, locale: str) -> str:
        """Return its wording in ``zh`` or ``en``, its name where there is none."""
        return (self.wording_zh if locale.startswith("zh") else self.wording_en) or self.name

    @field_validator("name")
    @classmethod
    def _printable(cls, name: str) -> str:
        if not name.isprintable():
            raise ValueError("has characters that cannot be printed")
        return name

    @field_validator("wording_zh", "wording_en")
    @classmethod
    def _only_the_value(cls, wording: str) -> str:
        places = [(field, spec, conversion) for _, field, spec, conversion in string.Formatter().parse(wording)]
        if any(field not in (None, "value") or spec or conversion for field, spec, conversion in places):
            raise ValueError("may hold {value} and no other braces")
        return wording

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> list[str]:
        number, n_texts = self.type == "number", len(self.categories)
        allowed = {"number": n_texts == 0, "bool": n_texts in (0, 2), "category": n_texts > 0}[self.type]
        checks = {
            f"categories: a {self.type} cannot have {n_texts}": allowed,
            "categories: one stands twice": len(set(self.categories)) == n_texts,
            "categories: one is empty or blank": all(text.strip() for text in self.categories),
            "categories: one is also a missing marker": not set(self.categories) & set(self.missing),
            "categories_zh: as many as categories, or none": len(self.categories_zh) in (0, n_texts),
            "monotonic: a category has no direction": self.type != "category" or self.monotonic == 0,
            "ages: only a number can": number or not self.ages,
            "total_of: only a number can be a total": number or not self.total_of,
            "total_of: names two columns or more": len(self.total_of) != 1,
            "total_of: a column stands twice": len(set(self.total_of)) == len(self.total_of),
            "total_of: names the total itself": self.name not in self.total_of,
            "total_of: a total changes with its parts, so it neither ages nor is actionable": not self.total_of
            or not (self.ages or self.actionable),
            "low, high: only a number has them": number or (self.low is None and self.high is None),
            "low: is above high": self.low is None or self.high is None or self.low <= self.high,
            "typical: is of another type": self._typical_fits(),
        }
        return [problem for problem, holds in checks.items() if not holds]

    def _typical_fits(self) -> bool:
        if self.typical is None:
            return True
        if self.type == "category":
            return self.typical in self.categories
        is_bool = isinstance(self.typical, bool)
        return is_bool if self.type == "bool" else not is_bool and isinstance(self.typical, float)


class FeatureSchema(BaseModel):
    """The features of a model, in the order of its tables.

    Parameters
    ----------
    features
        1 to 4,096, names unique, totals behind the others.
    id_column
        Names the column that tells customers apart in a table of them; it is not a feature. Empty: rows have no name.

    Examples
    --------
    >>> schema = FeatureSchema(features=(Feature(name="tenure", type="number", unit="months"),))
    >>> FeatureSchema.from_json(schema.to_json()) == schema
    True
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    version: Literal[1] = 1
    features: Annotated[tuple[Feature, ...], Field(min_length=1, max_length=MAX_FEATURES)]
    id_column: _Text = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The features' names in order."""
        return tuple(self.places)

    @cached_property
    def personal(self) -> frozenset[str]:
        """The names of those that are personal."""
        return frozenset(feature.name for feature in self.features if feature.personal)

    @cached_property
    def places(self) -> dict[str, int]:
        """Each name's place in the order, from 0."""
        return {feature.name: place for place, feature in enumerate(self.features)}

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The columns that are read: the features' names, and for totals their parts."""
        return tuple(dict.fromkeys(name for feature in self.features for name in feature.total_of or (feature.name,)))

    @model_validator(mode="after")
    def _totals_are_sound(self) -> Self:
        totals = [bool(feature.total_of) for feature in self.features]
        if totals != sorted(totals):
            raise ValueError("features: totals must stand behind the others")
        parts = {name for feature in self.features for name in feature.total_of}
        for feature in self.features:
            if feature.name in parts and (feature.total_of or feature.ages or feature.actionable):
                raise ValueError(
                    f"features: {feature.name!r} is part of a total: it may be no total, age or be actionable"
                )
        return self

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [feature.name for feature in self.features]
        twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
        if twice:
            raise ValueError(f"features: {twice[0]!r} stands twice")
        if self.id_column in names:
            raise ValueError(f"id_column: {self.id_column!r} is a feature")
        return self

    def to_json(self) -> str:
        """Write it as JSON, without what is left at its default."""
        document = {"version": self.version, **self.model_dump(mode="json", exclude_defaults=True)}
        return json.dumps(document, ensure_ascii=False, indent=2)

    @classmethod
    def from_json(cls, text: str | bytes) -> FeatureSchema:
        """Read it from JSON.

        Raises
        ------
        InvalidSchema
            With one violation per place.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise InvalidSchema(violations(error)) from None


def violations(error: ValidationError) -> list[Violation]:
    """List what pydantic found, each with its path in the document."""
    return [Violation(path(problem["loc"]), problem["msg"]) for problem in error.errors(include_url=False)]


def path(places: tuple[str | int, ...]) -> str:
    """Write a path in the house's form.

    Examples
    --------
    >>> path(("features", 3, "categories"))
    'features[3].categories'
    """
    return "".join(f"[{place}]" if isinstance(place, int) else f".{place}" for place in places).removeprefix(".")


def is_number(value: object) -> bool:
    """Tell whether a value is a finite number, and not a bool."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
