"""``report.json``: everything that was found, for machines. Fixed order, no clock, no path: equal runs give equal
bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from training.evaluate.evaluation import Judged, as_document, figures, intervals, profit_interval
from training.evaluate.gates import BoolArray
from training.evaluate.profit import expected_maximum_profit
from training.learn.candidates import TRIPLES
from training.measures import brier_skill, calibration_slope, roc_auc
from training.plan import Champion, Trained
from training.report.gap import gap_told
from training.report.shapes import importance_of

Document = dict[str, Any]


def report_of(trained: Trained) -> Document:
    """Collect the report."""
    block = "test" if trained.is_forward else "cv"
    churned = trained.judged.churned
    report: Document = _plain({
        block: figures(trained.judged),
        "intervals": {block: _intervals(trained)},
        "profit": _profit(trained),
        "calibration": {
            "chosen": trained.tables.calibration.kind,
            "ece": dict(trained.calibrated.ece),
            "slope": calibration_slope(churned, trained.judged.p_churn),
            "brier_skill": brier_skill(churned, trained.judged.p_churn),
        }, "candidate": trained.chosen.candidate.name, "ladder": _ladder(trained), "baselines": {each.name:
        figures(trained.judged.with_predictions(each.p_churn)) for each in trained.baselines}, "referee":
        _judged(trained.benchmark_model), "champion": _champion(trained.champion), "gates": [asdict(gate) for gate in
        trained.gates], "dropped": [asdict(dropped) for dropped in trained.prepared.dropped],
        "notes": [asdict(note) for note in trained.prepared.notes], "read": trained.prepared.read, "leaks":
        _leaks(trained), "certificate": trained.prepared.certificate, "rows": {"n": len(trained.prepared.rows),
        "churned": trained.prepared.rows.n_churned, "judged": len(churned)}, "export": {
            "parity": trained.parity,
            "pairs": len(trained.tables.pairs),
            "triples": len(trained.tables.triples),
            "cells": trained.tables.n_cells,
        },
        "gap": _gap(trained),
        "features": list(trained.prepared.schema.names),
        "totals": {each.name: list(each.total_of) for each in trained.prepared.schema.features if each.total_of},
        "importance": importance_of(trained.tables, trained.prepared.schema.features, trained.reference_rows),
        "segments": [_segment(trained.judged, name, rows) for name, rows in trained.segments.items()],
        "confusion": _confusion(trained), "seed": trained.plan.seed,
    })  # fmt: skip
    return report


def to_json(report: Mapping[str, Any]) -> str:
    """Write ``report.json``."""
    return json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _intervals(trained: Trained) -> Document:
    by_name = intervals(trained.judged, seed=trained.plan.seed)
    profit = profit_interval(trained.judged, trained.plan.campaign, seed=trained.plan.seed)
    return as_document({**by_name, "empc": profit})


def _profit(trained: Trained) -> Document:
    best = expected_maximum_profit(trained.judged.churned, trained.judged.p_churn, trained.plan.campaign)
    return {"empc": best.per_customer, "share_to_contact": best.share, "campaign": asdict(trained.plan.campaign)}


def _confusion(trained: Trained) -> Document:
    """Count the judged rows at the threshold from which contacting is expected to pay."""
    threshold, churned = trained.plan.profit.break_even, trained.judged.churned > 0
    at_risk = trained.judged.p_churn >= threshold
    found, vain = int((at_risk & churned).sum()), int((at_risk & ~churned).sum())
    missed, spared = int((~at_risk & churned).sum()), int((~at_risk & ~churned).sum())
    return {
        "threshold": threshold,
        "at_risk": {"left": found, "stayed": vain},
        "not_at_risk": {"left": missed, "stayed": spared},
        "precision": found / (found + vain) if found + vain else None,
        "recall": found / (found + missed),
        "false_positive_rate": vain / (vain + spared),
    }


def _segment(judged: Judged, name: str, rows: BoolArray) -> Document:
    """Return how the shipped model does on the judged rows of a segment."""
    churned, p_churn = judged.churned[rows], judged.p_churn[rows]
    figures = {"churned": churned.mean(), "p_churn": p_churn.mean(), "roc_auc": roc_auc(churned, p_churn)}
    return {"name": name, "rows": len(churned), **{key: float(value) for key, value in figures.items()}}


def _ladder(trained: Trained) -> Sequence[Document]:
    return [
        {"candidate": trial.candidate.name, "log_loss": trial.log_loss, "chosen": trial is trained.chosen}
        for trial in trained.trials
    ]


def _judged(judged: Judged | None) -> Document | None:
    return figures(judged) if judged else None


def _gap(trained: Trained) -> str:
    if trained.benchmark_model is None:
        return ""
    shipped, benchmark = (figures(each)["roc_auc"] for each in (trained.judged, trained.benchmark_model))
    triples = next((trial for trial in trained.trials if trial.candidate.name == TRIPLES.name), None)
    return gap_told(shipped, benchmark, trained.chosen, triples)


def _champion(champion: Champion | None) -> Document | None:
    if champion is None:
        return None
    version = champion.artefact.manifest.version
    return {"version": version, "how": champion.how, **(figures(champion.judged) if champion.judged else {})}


def _leaks(trained: Trained) -> Sequence[Document]:
    inside = trained.prepared.leaks_inside
    return [{**asdict(leak), "in_model": leak in inside} for leak in trained.prepared.leaks]


def _plain(value: Any) -> Any:
    """Replace what JSON cannot say: NaN becomes null, tuples lists."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
