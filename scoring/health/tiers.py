"""Value tier by recency, frequency and money, 1 to 5 points each.

References
----------
A. M. Hughes, "Strategic Database Marketing", 1994.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from scoring.health.reading import number

N_POINTS = 5
_Name = Annotated[str, Field(min_length=1, max_length=128)]
_Cut = Annotated[float, Field(allow_inf_nan=False)]


class _Document(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Scale(_Document):
    """Points for one feature: one more for each of the four cuts that the value exceeds."""

    feature: _Name
    cuts: Annotated[tuple[_Cut, ...], Field(min_length=N_POINTS - 1, max_length=N_POINTS - 1)]

    @model_validator(mode="after")
    def _rise(self) -> Self:
        if not all(low <= high for low, high in pairwise(self.cuts)):
            raise ValueError(f"cuts must not fall: {self.cuts}")
        return self


class Tier(_Document):
    """A name for customers with at least so many of the 3 to 15 points."""

    name: _Name
    at_least: Annotated[int, Field(ge=3, le=3 * N_POINTS)]


class ValueTier(_Document):
    """How a tier is told; ``recency`` counts backwards, for few days are good. Tiers go from the best down."""

    recency: Scale
    frequency: Scale
    money: Scale
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _fall(self) -> Self:
        if not all(better.at_least > worse.at_least for better, worse in pairwise(self.tiers)):
            raise ValueError("tiers must go from the best down")
        return self


def tier_of(features: Mapping[str, object], rule: ValueTier) -> str:
    """Return the name of a customer's tier; empty if a feature is absent or no tier takes so few points.

    Examples
    --------
    >>> days, some = Scale(feature="r", cuts=(7, 30, 90, 180)), (1, 3, 6, 12)
    >>> tiers = (Tier(name="GOLD", at_least=10), Tier(name="BRONZE", at_least=3))
    >>> often, much = Scale(feature="f", cuts=some), Scale(feature="m", cuts=some)
    >>> rule = ValueTier(recency=days, frequency=often, money=much, tiers=tiers)
    >>> tier_of({"r": 3, "f": 9, "m": 2}, rule), tier_of({"r": 300, "f": 1, "m": 2}, rule), tier_of({}, rule)
    ('GOLD', 'BRONZE', '')
    """
    values = [number(features.get(scale.feature)) for scale in (rule.recency, rule.frequency, rule.money)]
    recency, frequency, money = values
    if recency is None or frequency is None or money is None:
        return ""
    points = N_POINTS + 1 - _points(recency, rule.recency.cuts)
    points += _points(frequency, rule.frequency.cuts) + _points(money, rule.money.cuts)
    return next((tier.name for tier in rule.tiers if points >= tier.at_least), "")


def _points(value: float, cuts: tuple[float, ...]) -> int:
    return 1 + bisect_left(cuts, value)
