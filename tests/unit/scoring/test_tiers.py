"""A tier takes exactly so many points, one more for each cut that a value exceeds; few days are good."""

from __future__ import annotations

import pytest

from scoring.health.tiers import Scale, Tier, ValueTier, tier_of

CUTS = (1.0, 2.0, 3.0, 4.0)
EACH = ValueTier(
    recency=Scale(feature="r", cuts=CUTS),
    frequency=Scale(feature="f", cuts=CUTS),
    money=Scale(feature="m", cuts=CUTS),
    tiers=tuple(Tier(name=str(points), at_least=points) for points in range(15, 3, -1)),
)


@pytest.mark.parametrize(
    ("recency", "frequency", "money", "points"),
    [(0, 9, 9, "15"), (1, 4.5, 4.5, "15"), (1.5, 4.5, 4.5, "14"), (4, 1, 1.5, "5"), (9, 1, 1.5, "4"), (9, 0, 0, "")],
)
def test_points_add_up_and_a_value_on_a_cut_does_not_exceed_it(
    recency: float, frequency: float, money: float, points: str
) -> None:
    assert tier_of({"r": recency, "f": frequency, "m": money}, EACH) == points


@pytest.mark.parametrize("absent", ["r", "f", "m"])
def test_nobody_is_of_a_tier_of_whom_something_is_not_known(absent: str) -> None:
    assert tier_of({"r": 1, "f": 9, "m": 9} | {absent: None}, EACH) == ""
