"""What must hold before a model may replace the champion, as data: every gate with what was found and what is allowed.

The registry reads name, passed and detail (`scoring.registry.gates`); whoever overrides a failed gate leaves a
name and a reason there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature
from scoring.registry.gates import Gate
from training.data.leaks import Leak
from training.evaluate.evaluation import Judged, difference
from training.measures import calibration_slope, ece, lift_10, log_loss, psi, roc_auc
from training.sentences import Sentence

MIN_CHURNED = 100
MIN_SEGMENT = 200
MIN_SEGMENT_OF_EACH = 20
"""Customers who left, and who stayed, without which a segment's AUC is not measured."""

BoolArray = np.ndarray[tuple[int], np.dtype[np.bool_]]
Segments = Mapping[str, BoolArray]
"""Rows by the name of what they have in common, boolean of shape (n_rows,)."""

AGAINST_CHAMPION = ("log_loss", "roc_auc", "lift_10", "segments", "score_stability")
"""Gates that compare, in their order."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the gates look at: the same judged rows for all.

    Parameters
    ----------
    champion
        None: there is none yet, and what is measured against one holds.
    not_comparable
        Why the champion could not be judged on rows it has not learnt from; empty: it was, or there is none.
    certificate
        Of rows built from events; None for other tables.
    segments
        Categories in which nobody may lose much.
    """

    judged: Judged
    rule: Judged
    champion: Judged | None
    segments: Segments
    leaks: Sequence[Leak]
    certificate: Mapping[str, Any] | None
    parity: float
    seed: int
    not_comparable: str = ""


def gates_of(evidence: Evidence) -> list[Gate]:
    """Judge every gate of the house."""
    return [*_on_its_own(evidence), *_against_champion(evidence)]


def _on_its_own(evidence: Evidence) -> Iterator[Gate]:
    churned, p_churn = evidence.judged.churned, evidence.judged.p_churn
    names = tuple(" + ".join(leak.columns) for leak in evidence.leaks)
    inside = "suspected inside the model: {names}" if names else "none inside the model"
    yield Gate("leaks", not evidence.leaks, Sentence(inside, names=names))
    if evidence.certificate is not None:
        yield _certified(evidence.certificate)
    parity = Sentence("log-odds differ from the estimator's by at most {parity:.1e}", parity=evidence.parity)
    yield Gate("export_parity", True, parity)
    n_churned = int(churned.sum())
    enough = Sentence("{n:,} left, at least {least} are needed", n=n_churned, least=MIN_CHURNED)
    yield Gate("enough_churned", n_churned >= MIN_CHURNED, enough)
    gain = roc_auc(churned, p_churn) - roc_auc(evidence.rule.churned, evidence.rule.p_churn)
    better = Sentence("AUC {gain:+.4f} over the best rule of one feature, at least +.02", gain=gain)
    yield Gate("beats_simple_rule", gain >= 0.02, better)
    error = ece(churned, p_churn)
    yield Gate("calibration_error", error <= 0.03, Sentence("ECE {error:.4f}, at most .03", error=error))
    slope = calibration_slope(churned, p_churn)
    bent = Sentence("{slope:.3f}, between .8 and 1.25", slope=slope)
    yield Gate("calibration_slope", 0.8 <= slope <= 1.25, bent)


def _certified(certificate: Mapping[str, Any]) -> Gate:
    green, differences = bool(certificate["green"]), tuple(certificate["differences"])
    detail = "{n:,} later events changed: {differences}"
    if green:
        detail = "{n:,} later events changed: features stay byte-identical"
    told = Sentence(detail, "; ", n=certificate["n_changed"], differences=differences, n_different=len(differences))
    return Gate("leak_certificate", green, told)


def _against_champion(evidence: Evidence) -> Iterator[Gate]:
    if evidence.not_comparable:
        detail = Sentence(
            "the champion {why}. Whether this model is better is not known: to promote it all the same, override with "
            "a reason",
            why=evidence.not_comparable,
        )
        yield from (Gate(name, False, detail) for name in AGAINST_CHAMPION)
        return
    if evidence.champion is None:
        alone = Sentence("there is no champion to compare with")
        yield from (Gate(name, True, alone) for name in AGAINST_CHAMPION)
        return
    new, old = evidence.judged, evidence.champion
    worse = difference(log_loss, new, old, seed=evidence.seed)
    span = "{value:+.5f}, 95 % of draws {low:+.5f} to {high:+.5f}; not surely above 0"
    yield Gate("log_loss", worse.low <= 0, Sentence(span, value=worse.value, low=worse.low, high=worse.high))
    gap = difference(roc_auc, new, old, seed=evidence.seed)
    span = "{value:+.4f} ({low:+.4f} to {high:+.4f}) against the champion, at least -.002"
    yield Gate("roc_auc", gap.value >= -0.002, Sentence(span, value=gap.value, low=gap.low, high=gap.high))
    lifts = lift_10(new.churned, new.p_churn), lift_10(old.churned, old.p_churn)
    kept = Sentence("{new:.3f} against {old:.3f}, at least 95 % of it", new=lifts[0], old=lifts[1])
    yield Gate("lift_10", lifts[0] >= 0.95 * lifts[1], kept)
    losers = tuple(f"{name} {loss:+.3f}" for name, loss in _segment_losses(evidence, old) if loss < -0.03)
    lost = "lose more than .03 AUC: {losers}" if losers else "none loses more than .03 AUC"
    yield Gate("segments", not losers, Sentence(lost, losers=losers))
    shift = psi(old.p_churn, new.p_churn)
    yield Gate(
        "score_stability", shift < 0.25, Sentence("PSI {shift:.3f} against the champion, below .25", shift=shift)
    )


def _segment_losses(evidence: Evidence, old: Judged) -> Iterator[tuple[str, float]]:
    for name, rows in evidence.segments.items():
        churned = evidence.judged.churned[rows]
        yield name, roc_auc(churned, evidence.judged.p_churn[rows]) - roc_auc(churned, old.p_churn[rows])


def segments_of(rows: FloatArray, churned: FloatArray, features: Sequence[Feature]) -> Segments:
    """Return every category of at least 200 rows in which both outcomes are met often enough."""
    segments = {}
    for j, feature in enumerate(features):
        for code, category in enumerate(feature.categories or ("false", "true")[: feature.n_categories]):
            inside = rows[:, j] == code
            n_left = churned[inside].sum()
            if inside.sum() >= MIN_SEGMENT and MIN_SEGMENT_OF_EACH <= n_left <= inside.sum() - MIN_SEGMENT_OF_EACH:
                segments[f"{feature.name} = {category}"] = inside
    return segments
