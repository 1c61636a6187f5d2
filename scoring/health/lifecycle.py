"""Where a customer stands in their life with us, by when they bought."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from scoring.health.reading import number

_Name = Annotated[str, Field(min_length=1, max_length=128)]
_Days = Annotated[float, Field(gt=0, le=36_500)]


class Stage(StrEnum):
    """Stages of a customer's life."""

    POTENTIAL = "POTENTIAL"
    """潜在: never bought."""
    NEW = "NEW"
    """新客: bought for the first time not long ago."""
    ACTIVE = "ACTIVE"
    """活跃: buys."""
    DORMANT = "DORMANT"
    """沉睡: has not bought for a while."""
    CHURNED = "CHURNED"
    """流失: has not bought for so long that they are gone."""
    RETURNED = "RETURNED"
    """回流: was gone and has bought again."""


class Lifecycle(BaseModel):
    """How a stage is told.

    Parameters
    ----------
    first, last, gap
        Features: days since the first purchase, since the last one, and between the last two. ``gap`` may be empty.
    new_days
        A first purchase this long ago or less makes NEW.
    active_days
        A last purchase longer ago makes DORMANT.
    churned_days
        Longer than this makes CHURNED; a gap that long before the last purchase makes RETURNED.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    first: _Name
    last: _Name
    gap: Annotated[str, Field(max_length=128)] = ""
    new_days: _Days
    active_days: _Days
    churned_days: _Days

    @model_validator(mode="after")
    def _rise(self) -> Self:
        if not self.active_days < self.churned_days:
            raise ValueError(f"needs active_days < churned_days, not {self.active_days:g} and {self.churned_days:g}")
        return self


def stage_of(features: Mapping[str, object], lifecycle: Lifecycle) -> Stage:
    """Tell a customer's stage.

    Examples
    --------
    >>> days = Lifecycle(first="f", last="l", gap="g", new_days=30, active_days=90, churned_days=365)
    >>> [str(stage_of(f, days)) for f in ({}, {"f": 9, "l": 9}, {"f": 500, "l": 100}, {"f": 900, "l": 3, "g": 400})]
    ['POTENTIAL', 'NEW', 'DORMANT', 'RETURNED']
    """
    last = number(features.get(lifecycle.last))
    if last is None:
        return Stage.POTENTIAL
    if last > lifecycle.active_days:
        return Stage.CHURNED if last > lifecycle.churned_days else Stage.DORMANT
    gap = number(features.get(lifecycle.gap))
    if gap is not None and gap > lifecycle.churned_days:
        return Stage.RETURNED
    first = number(features.get(lifecycle.first))
    return Stage.NEW if first is not None and first <= lifecycle.new_days else Stage.ACTIVE
