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

MIN_CHURNED = 100
MIN_SEGMENT = 200
MIN_SEGMENT_OF_EACH = 20
"""Customers who left, and who stayed, without which a segment's AUC is not measured."""

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
        Rows by name, boolean of shape (n_rows,).
    """

    judged: Judged
    rule: Judged
    champion: Judged | None
    segments: Mapping[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]
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
    names = ", ".join(" + ".join(leak.columns) for leak in evidence.leaks)
    yield Gate(
        "leaks", not evidence.leaks, f"suspected inside the model: {names}" if names else "none inside the model"
    )
    if evidence.certificate is not None:
        green, tried = (
            bool(evidence.certificate["green"]),
            f"{evidence.certificate['n_changed']:,} later events changed",
        )
        detail = "features stay byte-identical" if green else "; ".join(evidence.certificate["differences"])
        yield Gate("leak_certificate", green, f"{tried}: {detail}")
    yield Gate("export_parity", True, f"log-odds differ from the estimator's by at most {evidence.parity:.1e}")
    n_churned = int(churned.sum())
    yield Gate("enough_churned", n_churned >= MIN_CHURNED, f"{n_churned:,} left, at least {MIN_CHURNED} are needed")
    gain = roc_auc(churned, p_churn) - roc_auc(evidence.rule.churned, evidence.rule.p_churn)
    yield Gate("beats_simple_rule", gain >= 0.02, f"AUC {gain:+.4f} over the best rule of one feature, at least +.02")
    error = ece(churned, p_churn)
    yield Gate("calibration_error", error <= 0.03, f"ECE {error:.4f}, at most .03")
    slope = calibration_slope(churned, p_churn)
    yield Gate("calibration_slope", 0.8 <= slope <= 1.25, f"{slope:.3f}, between .8 and 1.25")


def _against_champion(evidence: Evidence) -> Iterator[Gate]:
    if evidence.not_comparable:
        detail = f"the champion {evidence.not_comparable}. Whether this model is better is not known: "
        detail += "to promote it all the same, override with a reason"
        yield from (Gate(name, False, detail) for name in AGAINST_CHAMPION)
        return
    if evidence.champion is None:
        yield from (Gate(name, True, "there is no champion to compare with") for name in AGAINST_CHAMPION)
        return
    new, old = evidence.judged, evidence.champion
    worse = difference(log_loss, new, old, seed=evidence.seed)
    span = f"{worse.value:+.5f}, 95 % of draws {worse.low:+.5f} to {worse.high:+.5f}"
    yield Gate("log_loss", worse.low <= 0, f"{span}; not surely above 0")
    gap = difference(roc_auc, new, old, seed=evidence.seed)
    yield Gate(
        "roc_auc",
        gap.value >= -0.002,
        f"{gap.value:+.4f} ({gap.low:+.4f} to {gap.high:+.4f}) against the champion, at least -.002",
    )
    lifts = lift_10(new.churned, new.p_churn), lift_10(old.churned, old.p_churn)
    yield Gate("lift_10", lifts[0] >= 0.95 * lifts[1], f"{lifts[0]:.3f} against {lifts[1]:.3f}, at least 95 % of it")
    losers = [f"{name} {loss:+.3f}" for name, loss in _segment_losses(evidence, old) if loss < -0.03]
    yield Gate(
        "segments",
        not losers,
        "lose more than .03 AUC: " + ", ".join(losers) if losers else "none loses more than .03 AUC",
    )
    shift = psi(old.p_churn, new.p_churn)
    yield Gate("score_stability", shift < 0.25, f"PSI {shift:.3f} against the champion, below .25")


def _segment_losses(evidence: Evidence, old: Judged) -> Iterator[tuple[str, float]]:
    for name, rows in evidence.segments.items():
        churned = evidence.judged.churned[rows]
        yield name, roc_auc(churned, evidence.judged.p_churn[rows]) - roc_auc(churned, old.p_churn[rows])


def segments_of(
    rows: FloatArray, churned: FloatArray, features: Sequence[Feature]
) -> dict[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return every category of at least 200 rows in which both outcomes are met often enough."""
    segments = {}
    for j, feature in enumerate(features):
        for code, category in enumerate(feature.categories or ("false", "true")[: feature.n_categories]):
            inside = rows[:, j] == code
            n_left = churned[inside].sum()
            if inside.sum() >= MIN_SEGMENT and MIN_SEGMENT_OF_EACH <= n_left <= inside.sum() - MIN_SEGMENT_OF_EACH:
                segments[f"{feature.name} = {category}"] = inside
    return segments
