"""A verified model, ready to answer: features in, probability with flags, percentile and expiry out.

Immutable: a promotion makes a new one and swaps the reference to it, so an answer never mixes two versions.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from scoring.model.artefact import Artefact
from scoring.model.encoding import Flag, RowEncoder, SlipFinder
from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature, FeatureValue
from scoring.model.tables import Kernel
from scoring.model.wording import Wording
from scoring.names import resource_name

MAX_DAYS_AHEAD = 36_500
"""A score that would hold for longer than a hundred years is said to hold for ever."""


class ChurnScore(NamedTuple):
    """One customer's risk.

    Parameters
    ----------
    row, bins
        Encoded features and their bins, in the schema's order.
    terms
        What was looked up and added, see `Kernel.terms`.
    log_odds
        Before calibration; bias and contributions add up to it within 1e-12.
    probability
        Of leaving within the horizon, calibrated, in [0, 1].
    percentile
        Share of reference customers at or below this risk, 0 to 100.
    valid_until
        The first instant at which a feature that only ages reaches its next bin; None: never, unless something happens.
    """

    row: list[float]
    bins: list[int]
    terms: FloatArray
    log_odds: float
    probability: float
    percentile: float
    flags: tuple[Flag, ...]
    valid_until: datetime | None


class LoadedModel:
    """Scores customers by one artefact.

    Parameters
    ----------
    artefact
        As verified by `scoring.model.artefact.read`.
    name
        Its resource name; empty: that of everybody's.
    """

    def __init__(self, artefact: Artefact, name: str = "") -> None:
        self.artefact = artefact
        self.name = name or resource_name("", artefact.manifest.model, artefact.manifest.version)
        self.schema = artefact.schema
        self.tables = artefact.tables
        self.kernel = Kernel(artefact.tables)
        self.features = artefact.schema.features
        self._values = [values_of(feature) for feature in self.features]
        self._words = {locale: [Wording(feature, locale) for feature in self.features] for locale in ("zh", "en")}
        self._encode = RowEncoder(artefact.schema)
        self._with_slips = SlipFinder(artefact.schema)
        self._quantiles: list[float] = artefact.reference.log_odds_quantiles.tolist()
        self.ageing = [
            (j, artefact.tables.bins[j].edges.tolist())
            for j, feature in enumerate(self.schema.features)
            if feature.ages
        ]

    def words(self, locale: str) -> list[Wording]:
        """Return how each feature is said in ``zh…``, or else in English."""
        return self._words["zh" if locale.startswith("zh") else "en"]

    def decoded(self, place: int, code: float) -> FeatureValue:
        """Return what an encoded value of the feature at a place stands for; None: it is not known."""
        values = self._values[place]
        if code != code:
            return None
        return code if values is None else values[int(code)]

    def score(self, features: Mapping[str, object], as_of: datetime) -> ChurnScore:
        """Score one customer as known at ``as_of``."""
        row, flags = self._encode(features)
        if flags:
            return self.scored(row, as_of, self._with_slips(features, flags))
        return self._scored(row, self.kernel.binned_whole(row), as_of, ())

    def scored(self, row: list[float], as_of: datetime, flags: Sequence[Flag] = ()) -> ChurnScore:
        """Score one customer whose features are encoded."""
        return self._scored(row, self.kernel.binned(row), as_of, tuple(flags))

    def _scored(self, row: list[float], bins: list[int], as_of: datetime, flags: tuple[Flag, ...]) -> ChurnScore:
        terms = self.kernel.terms(bins)
        log_odds = self.kernel.log_odds(terms)
        return ChurnScore(
            row,
            bins,
            terms,
            log_odds,
            self.kernel.calibrated(log_odds),
            self.percentile(log_odds),
            flags,
            self._valid_until(row, as_of) if self.ageing else None,
        )

    def percentile(self, log_odds: float) -> float:
        """Return the share of reference customers at or below these log-odds, 0 to 100."""
        return 100.0 * bisect_right(self._quantiles, log_odds) / len(self._quantiles)

    def percentiles(self, log_odds: FloatArray) -> FloatArray:
        """Return `percentile` of each, shape (n_rows,)."""
        places = np.searchsorted(self.artefact.reference.log_odds_quantiles, log_odds, side="right")
        return 100.0 * places / len(self._quantiles)

    def _valid_until(self, row: list[float], as_of: datetime) -> datetime | None:
        days = min((days_in_bin(row[j], edges) for j, edges in self.ageing), default=math.inf)
        return None if days > MAX_DAYS_AHEAD else as_of + timedelta(days=days)


def values_of(feature: Feature) -> Sequence[FeatureValue] | None:
    """Return what the codes of a feature stand for; None: for themselves.

    Examples
    --------
    >>> values_of(Feature(name="vip", type="bool"))
    (False, True)
    >>> values_of(Feature(name="plan", type="category", categories=(" A",)))
    ('A',)
    """
    if feature.type == "number":
        return None
    return (False, True) if feature.type == "bool" else tuple(text.strip() for text in feature.categories)


def days_in_bin(x: float, edges: list[float]) -> float:
    """Count the whole days until a value that grows by one a day leaves its bin; infinite if never.

    Parameters
    ----------
    x
        The value now; NaN, not known, does not age.
    edges
        Strictly rising; bin i ends at edges[i], inclusive.

    Examples
    --------
    >>> days_in_bin(29.0, [30.0, 60.0]), days_in_bin(30.0, [30.0, 60.0]), days_in_bin(61.0, [30.0, 60.0])
    (2, 1, inf)
    """
    if x != x or (place := bisect_left(edges, x)) == len(edges):
        return math.inf
    edge = edges[place]
    days = max(1, math.floor(edge - x))
    while x + days <= edge and days <= MAX_DAYS_AHEAD:  # the subtraction was rounded: mostly a step
        days += 1
    return days if days <= MAX_DAYS_AHEAD else math.inf


def days_in_bins(x: FloatArray, edges: list[float]) -> FloatArray:
    """Return `days_in_bin` of each value, shape (n_rows,).

    Examples
    --------
    >>> days_in_bins(np.array([29.0, 30.0, 61.0, np.nan]), [30.0, 60.0]).tolist()
    [2.0, 1.0, inf, inf]
    """
    ends = np.append(edges, np.inf)[np.searchsorted(edges, x, side="left")]
    with np.errstate(invalid="ignore"):
        days = np.maximum(1.0, np.floor(ends - x))
        days[np.isnan(x) | np.isinf(ends) | (days > MAX_DAYS_AHEAD)] = np.inf
        while (early := (x + days <= ends) & np.isfinite(days)).any():
            days[early] += 1
            days[days > MAX_DAYS_AHEAD] = np.inf
    return days
