r"""Health as a weighted mean, and why it is what it is.

A signal of weight :math:`W_i` and age :math:`a_i` counts :math:`w_i = W_i 2^{-a_i/h_i}` until it expires; a dimension
is :math:`D_k = \sum w_i s_i / \sum w_i`, health :math:`H = \sum W_k D_k / \sum W_k` over what is present. Coverage is
the share of configured weight that is present, undecayed: an old signal says less, but is not absent. Too little
coverage is grey, never green.

What is shown is an integer, and its parts are integers that add up to it: each dimension's share by largest remainder,
and what a knock-out took away.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.health.profile import Dimension, KnockOut, Profile, Signal
from scoring.health.reading import number


@dataclass(frozen=True, slots=True)
class Part:
    """What a dimension, or a knock-out, adds to the health shown.

    Parameters
    ----------
    name
        Of the dimension, or of the knock-out that holds.
    points
        Whole points; negative for a knock-out.
    score
        The dimension by itself, 0 to 100; None for a knock-out, or where no signal is present.
    coverage
        Share of its signals present, 0 to 1; 1 for a knock-out.
    """

    name: str
    points: int
    score: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class Health:
    """How a customer is doing.

    Parameters
    ----------
    shown
        0 to 100; None: unknown, too little is present.
    exact
        Before rounding and knock-outs; None where nothing is present.
    coverage
        0 to 1.
    parts
        Their points add up to ``shown``; where it is unknown they are 0.
    knock_outs
        Names of those that hold, lowest cap first.
    """

    shown: int | None
    exact: float | None
    coverage: float
    parts: tuple[Part, ...]
    knock_outs: tuple[str, ...]


def health_of(features: Mapping[str, object], profile: Profile) -> Health:
    r"""Reckon a customer's health.

    Examples
    --------
    >>> from scoring.health.profile import read_profiles
    >>> usage = "{name: usage, weight: 3, signals: [{feature: logins, bad: 0, warn: 5, good: 20}]}"
    >>> money = "{name: money, weight: 1, signals: [{feature: overdue_days, bad: 60, warn: 30, good: 0}]}"
    >>> text = f"version: 1\nprofiles: [{{name: default, dimensions: [{usage}, {money}]}}]"
    >>> health = health_of({"logins": 11, "overdue_days": 10}, read_profiles(text).profiles[0])
    >>> health.shown, [(part.name, part.points) for part in health.parts]
    (73, [('usage', 52), ('money', 21)])
    """
    dimensions = [_dimension(features, dimension) for dimension in profile.dimensions]
    total = sum(dimension.weight for dimension in profile.dimensions)
    coverage = sum(d.weight * covered for d, (_, covered) in zip(profile.dimensions, dimensions, strict=True)) / total
    present = sum(d.weight for d, (score, _) in zip(profile.dimensions, dimensions, strict=True) if score is not None)
    shares = [
        0.0 if score is None else dimension.weight * score / present
        for dimension, (score, _) in zip(profile.dimensions, dimensions, strict=True)
    ]
    exact = math.fsum(shares) if present else None
    holding = sorted((out for out in profile.knock_outs if _holds(out, features)), key=lambda out: (out.cap, out.name))
    names = tuple(out.name for out in holding)
    if exact is None or coverage < profile.minimum_coverage:
        parts = tuple(
            Part(d.name, 0, score, covered) for d, (score, covered) in zip(profile.dimensions, dimensions, strict=True)
        )
        return Health(None, exact, coverage, parts, names)
    whole = math.floor(exact + 0.5)
    points = apportion(shares, whole)
    parts = tuple(
        Part(dimension.name, part, score, covered)
        for dimension, part, (score, covered) in zip(profile.dimensions, points, dimensions, strict=True)
    )
    if holding and whole > holding[0].cap:
        parts = (*parts, Part(holding[0].name, holding[0].cap - whole, None, 1.0))
    return Health(sum(part.points for part in parts), exact, coverage, parts, names)


def signal_score(value: float, signal: Signal) -> float:
    """Return what a signal is worth, 0 to 100.

    Examples
    --------
    >>> overdue = Signal(feature="overdue_days", bad=60, warn=30, good=0)
    >>> [signal_score(days, overdue) for days in (90, 60, 45, 30, 15, -1)]
    [0.0, 0.0, 25.0, 50.0, 75.0, 100.0]
    """
    sign = 1.0 if signal.good > signal.bad else -1.0
    x, bad, warn, good = (sign * knot for knot in (value, signal.bad, signal.warn, signal.good))
    if x <= warn:
        return max(0.0, 50.0 * (x - bad) / (warn - bad))
    return min(100.0, 50.0 + 50.0 * (x - warn) / (good - warn))


def apportion(shares: Sequence[float], whole: int) -> list[int]:
    """Round shares, none negative, to integers that add up to ``whole``, which is their sum rounded: largest
    remainders first.

    Examples
    --------
    >>> apportion([33.4, 33.3, 33.3], 100), apportion([0.4, 0.3], 1)
    ([34, 33, 33], [1, 0])
    """
    points = [math.floor(share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda k: (points[k] - shares[k], k))
    for k in by_remainder[: whole - sum(points)]:
        points[k] += 1
    return points


def _dimension(features: Mapping[str, object], dimension: Dimension) -> tuple[float | None, float]:
    """Return a dimension's score, None if no signal is present, and its coverage."""
    weights, scores, covered = [], [], 0.0
    for signal in dimension.signals:
        value, age = number(features.get(signal.feature)), _age(features, signal)
        if value is None or (signal.expiry_days is not None and age > signal.expiry_days):
            continue
        covered += signal.weight
        weights.append(signal.weight * (2.0 ** (-age / signal.half_life_days) if signal.half_life_days else 1.0))
        scores.append(signal_score(value, signal))
    coverage = covered / sum(signal.weight for signal in dimension.signals)
    if not (weight := math.fsum(weights)):
        return None, coverage
    mean = math.fsum(w * s for w, s in zip(weights, scores, strict=True)) / weight
    return min(max(mean, min(scores)), max(scores)), coverage


def _age(features: Mapping[str, object], signal: Signal) -> float:
    return max(0.0, number(features.get(signal.age_feature)) or 0.0) if signal.age_feature else 0.0


def _holds(knock_out: KnockOut, features: Mapping[str, object]) -> bool:
    value = features.get(knock_out.feature)
    if knock_out.equals is not None:
        wanted = knock_out.equals
        return number(value) == float(wanted) if isinstance(wanted, bool) else value == wanted
    measured = number(value)
    if measured is None:
        return False
    return measured > knock_out.above if knock_out.above is not None else measured < (knock_out.below or 0.0)
