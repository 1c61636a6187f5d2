"""What an explainable, exact model costs: the shipped tables beside libraries that need not explain, in the same folds.

    make bench-models

Public sets of customers by 5-fold cross-validation (stratified, shuffled, seed 42), event logs forward in time. The
others run with their defaults (CatBoost 300 iterations) on one thread. Goals: AUC within .01 and Brier within .005 of
the best column, ECE at most .03. Data lie where FAIRLEAD_DATA says, or beside the repository; what is not there is
left out.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature
from tables.options import ReadOptions
from training.data.columns import Columns
from training.data.preparing import Prepared, prepare
from training.data.reading import read_table
from training.data.splitting import folds_of
from training.evaluate.evaluation import Judged, figures
from training.plan import Trained, TrainingPlan
from training.snapshots.build import build, moments_of
from training.snapshots.certificate import certify
from training.snapshots.definition_file import read_definition
from training.snapshots.event_file import read_event_file
from training.snapshots.events import read_events
from training.strategies import train

HERE = Path(__file__).parents[1]
DATA = Path(os.environ.get("FAIRLEAD_DATA", HERE.parent / "shared" / "data"))
MEASURES = ("roc_auc", "pr_auc", "brier", "ece")
AUC_ROOM, BRIER_ROOM, ECE_LIMIT = 0.01, 0.005, 0.03

Fit = Callable[[FloatArray, FloatArray, Sequence[Feature], FloatArray], FloatArray]
"""Learns from rows and outcomes and returns the probabilities of other rows."""


@dataclass(frozen=True)
class CustomerSet:
    """A table of customers, and the best published default of any library on it: ROC-AUC and Brier."""

    file: str
    target: str
    best_auc: float
    best_brier: float
    drop: tuple[str, ...] = ()


SETS = (
    CustomerSet("telco_churn.csv", "Churn", 0.8451, 0.1356),
    CustomerSet("bank_churn.csv", "Exited", 0.8676, 0.1009),
    CustomerSet("iranian_churn.csv", "Churn", 0.9871, 0.0295),
    CustomerSet("bigml_churn.csv", "Churn", 0.9194, 0.0366, drop=("split",)),
)

LOGS = (
    ("cdnow.csv", "cdnow_39_weeks.yaml", 0.7693),
    ("cdnow.csv", "cdnow.yaml", 0.84),
    ("online_retail.csv.gz", "online_retail.yaml", None),
)


def _one_hot(rows: FloatArray, features: Sequence[Feature]) -> FloatArray:
    parts = []
    for j, feature in enumerate(features):
        x = rows[:, j]
        if feature.n_categories:
            parts.append((x[:, None] == np.arange(feature.n_categories)).astype(float))
        else:
            parts.append(np.nan_to_num(x, nan=float(np.nanmedian(x)))[:, None])
    return np.hstack(parts)


def _logistic(rows: FloatArray, churned: FloatArray, features: Sequence[Feature], judged: FloatArray) -> FloatArray:
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    model.fit(_one_hot(rows, features), churned)
    return _second(model.predict_proba(_one_hot(judged, features)))


def _lightgbm(rows: FloatArray, churned: FloatArray, features: Sequence[Feature], judged: FloatArray) -> FloatArray:
    from lightgbm import Dataset
    from lightgbm import train as fit

    texts = [j for j, feature in enumerate(features) if feature.type == "category"]
    options = {"objective": "binary", "verbose": -1, "num_threads": 1, "seed": 42}
    data = Dataset(rows, churned, categorical_feature=texts, params={"verbose": -1})
    predicted: FloatArray = np.asarray(fit(options, data, 100).predict(judged), float)
    return predicted


def _xgboost(rows: FloatArray, churned: FloatArray, features: Sequence[Feature], judged: FloatArray) -> FloatArray:
    from xgboost import XGBClassifier

    kinds = ["c" if feature.type == "category" else "q" for feature in features]
    model = XGBClassifier(n_jobs=1, random_state=42, feature_types=kinds, enable_categorical=True)
    model.fit(rows, churned)
    return _second(model.predict_proba(judged))


def _catboost(rows: FloatArray, churned: FloatArray, features: Sequence[Feature], judged: FloatArray) -> FloatArray:
    from catboost import CatBoostClassifier

    texts = [j for j, feature in enumerate(features) if feature.type == "category"]
    model = CatBoostClassifier(
        iterations=300, verbose=False, thread_count=1, random_seed=42, cat_features=texts, allow_writing_files=False
    )
    model.fit(_with_texts(rows, texts), churned)
    return _second(model.predict_proba(_with_texts(judged, texts)))


def _with_texts(rows: FloatArray, texts: Sequence[int]) -> Any:
    mixed = rows.astype(object)
    for j in texts:
        mixed[:, j] = [str(int(x)) if x == x else "missing" for x in rows[:, j]]
    return mixed


def _second(probabilities: Any) -> FloatArray:
    second: FloatArray = np.asarray(probabilities, float)[:, 1]
    return second


OTHERS: dict[str, Fit] = {
    "logistic": _logistic,
    "LightGBM": _lightgbm,
    "XGBoost": _xgboost,
    "CatBoost": _catboost,
}


def in_same_folds(prepared: Prepared, fit: Fit) -> dict[str, float]:
    """Judge a library on the folds that judged the shipped model."""
    examples, features = prepared.rows, prepared.schema.features
    predicted, pieces = np.empty(len(examples)), np.empty(len(examples), np.int64)
    for number, fold in enumerate(folds_of(examples)):
        learn = examples.take(fold.learn)
        with threadpool_limits(1):
            predicted[fold.judge] = fit(learn.encoded, learn.churned, features, examples.encoded[fold.judge])
        pieces[fold.judge] = number
    return figures(Judged(examples.churned, predicted, examples.customers, pieces))


def _shown(measured: dict[str, float]) -> str:
    return " / ".join(f"{measured[name]:.4f}".lstrip("0") for name in MEASURES)


def _verdict(measured: dict[str, float], best_auc: float, best_brier: float) -> str:
    goals = {
        "AUC": measured["roc_auc"] >= best_auc - AUC_ROOM,
        "Brier": measured["brier"] <= best_brier + BRIER_ROOM,
        "ECE": measured["ece"] <= ECE_LIMIT,
    }
    missed = [name for name, met in goals.items() if not met]
    return "misses " + ", ".join(missed) if missed else "all met"


def customer_rows() -> Iterator[list[str]]:
    """Train on each set of customers and measure the others beside."""
    for each in SETS:
        path = DATA / each.file
        if not path.exists():
            continue
        columns = Columns(each.target, drop=each.drop)
        prepared = prepare(read_table(path, columns)[0], columns)
        start = time.perf_counter()
        trained = train(prepared)
        seconds = time.perf_counter() - start
        shipped = figures(trained.judged)
        others = [_shown(in_same_folds(prepared, fit)) for fit in OTHERS.values()]
        verdict = _verdict(shipped, each.best_auc, each.best_brier)
        name = f"{path.stem}\n{trained.chosen.candidate.name}, {trained.tables.calibration.kind}, {seconds:.0f} s"
        yield [name, _shown(shipped), _shown(_of_referee(trained)), *others, verdict]


def _of_referee(trained: Trained) -> dict[str, float]:
    assert trained.benchmark_model is not None
    return figures(trained.benchmark_model)


def log_rows() -> Iterator[list[str]]:
    """Build each event log's snapshots, prove them, train, and be judged forward in time."""
    for file, definition_file, goal in LOGS:
        path = DATA / file
        if not path.exists():
            continue
        definition = read_definition((HERE / "examples" / definition_file).read_bytes())
        events = read_events(read_event_file(path, definition, ReadOptions())[0], definition)
        built = build(events, definition)
        green = certify(events, definition, moments_of(definition), seed=42).is_green
        columns = Columns(definition.label.name, id="customer", time="as_of", schema=built.schema)
        trained = train(prepare(built.table, columns), TrainingPlan(horizon_days=definition.windows.horizon_days))
        shipped = figures(trained.judged)
        verdict = (
            "" if goal is None else f"at least {goal}: {'met' if round(shipped['roc_auc'], 4) >= goal else 'missed'}"
        )
        name = f"{definition.name}\n{trained.chosen.candidate.name}, {len(built.table):,} rows"
        certificate = "green" if green else "RED"
        yield [name, _shown(shipped), _shown(_of_referee(trained)), certificate, verdict]


def main() -> None:
    """Print both tables."""
    console = Console(width=200)
    console.print(f"ROC-AUC / PR-AUC / Brier / ECE; data from {DATA.name}")
    customers = Table("5-fold", "shipped (tables)", "full HGB", *OTHERS, "goals", show_lines=True)
    for row in customer_rows():
        customers.add_row(*row)
    console.print(customers)
    logs = Table("forward in time", "shipped (tables)", "full HGB", "leak certificate", "goal", show_lines=True)
    for row in log_rows():
        logs.add_row(*row)
    console.print(logs)


if __name__ == "__main__":
    main()
