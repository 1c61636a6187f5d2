"""Health profiles: what counts for which customers, and how much. A YAML document, checked whole before it is used.

::

    version: 1
    segment_feature: segment
    profiles:
      - name: default
        dimensions:
          - name: usage
            weight: 25
            signals:
              - {feature: logins_30d, weight: 2, bad: 2, warn: 8, good: 20, half_life_days: 14, expiry_days: 60,
                 age_feature: logins_age_days}
        knock_outs:
          - {name: cancellation_notice, feature: cancellation_notice, equals: true, cap: 10}
    lifecycle: {first: days_since_first_order, last: days_since_order, gap: days_between_last_orders,
                new_days: 30, active_days: 90, churned_days: 365}
    value_tier:
      recency:   {feature: days_since_order, cuts: [7, 30, 90, 180]}
      frequency: {feature: orders_365d, cuts: [1, 3, 6, 12]}
      money:     {feature: spend_365d, cuts: [50, 200, 800, 2000]}
      tiers: [{name: PLATINUM, at_least: 13}, {name: GOLD, at_least: 10}, {name: SILVER, at_least: 7}, {name: BRONZE,
      at_least: 3}]
"""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from scoring.errors import InvalidProfile
from scoring.health.lifecycle import Lifecycle, Stage
from scoring.health.tiers import ValueTier
from scoring.model.schema import violations

MAX_BYTES = 1 << 20

_Name = Annotated[str, Field(min_length=1, max_length=128)]
_Text = Annotated[str, Field(max_length=256)]
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Weight = Annotated[float, Field(gt=0, le=1e6)]
_Days = Annotated[float, Field(gt=0, le=36_500)]
_Points = Annotated[int, Field(ge=0, le=100)]


class ProfilePart(BaseModel):
    """What every part of a profile is: strict, frozen, without unknown keys."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Signal(ProfilePart):
    """One observation, worth 0 at ``bad``, 50 at ``warn`` and 100 at ``good``, straight lines between, flat outside.

    Parameters
    ----------
    feature
        A number or bool (0 or 1) of the customer; absent: not present.
    weight
        Within its dimension.
    bad, warn, good
        Strictly rising or strictly falling.
    half_life_days
        Its weight halves with each such span of age; None: never.
    expiry_days
        Older than this it is not present; None: never.
    age_feature
        Feature that says how old the observation is, in days; empty or absent: it is of now.
    """

    feature: _Name
    weight: _Weight = 1.0
    bad: _Finite
    warn: _Finite
    good: _Finite
    half_life_days: _Days | None = None
    expiry_days: _Days | None = None
    age_feature: _Text = ""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if not (self.bad < self.warn < self.good or self.bad > self.warn > self.good):
            raise ValueError(f"bad, warn, good must rise or fall: {self.bad:g}, {self.warn:g}, {self.good:g}")
        return self


class Dimension(ProfilePart):
    """Signals that speak of the same thing."""

    name: _Name
    weight: _Weight
    signals: Annotated[tuple[Signal, ...], Field(min_length=1, max_length=100)]
    wording_zh: _Text = ""
    wording_en: _Text = ""


class KnockOut(ProfilePart):
    """Something so bad that health cannot exceed ``cap``, whatever else shines; exactly one of the three comparisons.

    Parameters
    ----------
    above, below
        Holds for numbers strictly beyond.
    equals
        Holds for this value.
    """

    name: _Name
    feature: _Name
    above: _Finite | None = None
    below: _Finite | None = None
    equals: bool | _Text | None = None
    cap: _Points
    wording_zh: _Text = ""
    wording_en: _Text = ""

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        if sum(value is not None for value in (self.above, self.below, self.equals)) != 1:
            raise ValueError("needs exactly one of above, below, equals")
        return self


class Bands(ProfilePart):
    """Red below ``amber``, green from ``green`` on; between, amber."""

    amber: _Points = 50
    green: _Points = 75

    @model_validator(mode="after")
    def _rise(self) -> Self:
        if not 0 < self.amber < self.green:
            raise ValueError(f"needs 0 < amber < green, not {self.amber} and {self.green}")
        return self


class Hysteresis(ProfilePart):
    """A colour changes when so many evaluations in a row lie so many points beyond its border; 0 and 1: at once."""

    points: Annotated[int, Field(ge=0, le=50)] = 3
    evaluations: Annotated[int, Field(ge=1, le=30)] = 2


class Profile(ProfilePart):
    """What counts for some customers.

    Parameters
    ----------
    segments, stages
        Whom it is for; empty: all. The first profile that fits a customer is theirs.
    minimum_coverage
        Below this share of signals present, health is unknown.
    """

    name: _Name
    segments: tuple[_Name, ...] = ()
    stages: tuple[Stage, ...] = ()
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1, max_length=50)]
    knock_outs: Annotated[tuple[KnockOut, ...], Field(max_length=100)] = ()
    bands: Bands = Bands()
    hysteresis: Hysteresis = Hysteresis()
    minimum_coverage: Annotated[float, Field(ge=0, le=1)] = 0.5

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for kind, names in (
            ("dimensions", [d.name for d in self.dimensions]),
            ("knock_outs", [k.name for k in self.knock_outs]),
        ):
            if len(set(names)) < len(names):
                raise ValueError(f"{kind}: a name stands twice")
        return self


class Profiles(ProfilePart):
    """A document of profiles.

    Parameters
    ----------
    segment_feature
        Feature that names a customer's segment; empty: there are none.
    digest
        Hash of the source, 12 hex digits: the profile version of an answer.
    """

    version: Literal[1]
    segment_feature: _Text = ""
    profiles: Annotated[tuple[Profile, ...], Field(min_length=1, max_length=100)]
    lifecycle: Lifecycle | None = None
    value_tier: ValueTier | None = None
    digest: Annotated[str, Field(exclude=True)] = ""

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        names = [profile.name for profile in self.profiles]
        if len(set(names)) < len(names):
            raise ValueError("profiles: a name stands twice")
        if not self.segment_feature and any(profile.segments for profile in self.profiles):
            raise ValueError("profiles: segments need a segment_feature")
        if self.lifecycle is None and any(profile.stages for profile in self.profiles):
            raise ValueError("profiles: stages need a lifecycle")
        for earlier, later in pairwise(self.profiles):
            if not earlier.segments and not earlier.stages:
                raise ValueError(f"profiles: {later.name} is never reached, {earlier.name} takes everybody")
        return self

    def profile_for(self, segment: str, stage: Stage | None) -> Profile | None:
        """Return the first profile for such a customer, None if there is none."""
        for profile in self.profiles:
            if (not profile.segments or segment in profile.segments) and (
                not profile.stages or stage in profile.stages
            ):
                return profile
        return None


def read_profiles(source: str | bytes) -> Profiles:
    r"""Read profiles from YAML.

    Raises
    ------
    InvalidProfile
        With one violation per place.

    Examples
    --------
    >>> read_profiles("version: 2\nprofiles: []")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    scoring.errors.InvalidProfile: version: Input should be 1; profiles: Tuple should have at least 1 item after ...
    """
    data = source.encode() if isinstance(source, str) else source
    if len(data) > MAX_BYTES:
        raise InvalidProfile.of("", f"is {len(data):,} bytes long, {MAX_BYTES:,} are allowed")
    document = _parsed(data)
    if not isinstance(document, dict):
        raise InvalidProfile.of("", "is not a mapping")
    document["digest"] = hashlib.sha256(data).hexdigest()[:12]
    try:
        # By way of JSON, whose lists pydantic takes for tuples though it is strict with all else.
        return Profiles.model_validate_json(json.dumps(document, default=str))
    except (ValidationError, ValueError) as error:
        if isinstance(error, ValidationError):
            raise InvalidProfile(violations(error)) from None
        raise InvalidProfile.of("", str(error)) from None


def _parsed(data: bytes) -> Any:
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(data)):
            raise InvalidProfile.of("", "has an alias (*name): write it out")
        return yaml.load(data, _OneKeyOnce)  # noqa: S506 -- a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InvalidProfile.of(place, error.problem or "is not YAML") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:  # a date that is none is a ValueError
        raise InvalidProfile.of("", f"is not YAML: {error}") from None


class _OneKeyOnce(yaml.SafeLoader):
    """Refuses a mapping that has a key twice, which YAML forbids and PyYAML does not notice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value!r} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)
