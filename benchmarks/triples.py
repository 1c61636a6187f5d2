"""What tables of three features buy, and what they cost: in the same folds the best that pairs can do, the rung of
triples, and full boosting; then the size of either model's tables and the time that a row takes in the kernel.

    python -m benchmarks.triples [NAME …]

Public sets of customers (data lie where FAIRLEAD_DATA says, or beside the repository; what is not there is left out),
and made-up ones in which three features and more do act together, since the public ones hold little of that. Triples
are worth a rung if they close half of a gap of more than .005 of ROC-AUC with tables of under 1 MB in twice the time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

import numpy as np

from benchmarks.models import DATA, SETS, CustomerSet
from scoring.model.layout import pack_tables
from scoring.model.logistic import FloatArray, probabilities
from scoring.model.schema import Feature
from scoring.model.tables import Kernel, ScoreTables
from training.data.columns import Columns
from training.data.preparing import prepare
from training.data.reading import read_table
from training.data.rows import TrainingRows
from training.data.splitting import Fold, folds_of
from training.learn.candidates import BENCHMARK_MODEL, LADDER, export
from training.learn.selection import JudgedCandidate, judged_rows, simplest_good, try_candidate
from training.measures import roc_auc
from training.progress import Silent
from training.seed import DEFAULT_SEED

N_MADE = 6_000
N_NUMBERS, N_CATEGORIES = 8, 4
GAP = 0.005

LogOdds = Callable[[FloatArray, np.random.Generator], FloatArray]


@dataclass(frozen=True, eq=False)
class Customers:
    """A set to learn from."""

    name: str
    rows: TrainingRows
    features: Sequence[Feature]


def rule_of_three(x: FloatArray, _: np.random.Generator) -> FloatArray:
    """Return log-odds that leap where three things come together."""
    monthly_new_calls = (x[:, 8] == 0) & (x[:, 0] < 0.5) & (x[:, 3] > 0.4)
    late_high_far = (x[:, 5] > 0.6) & (x[:, 6] > 0.5) & (x[:, 4] > 0.5)
    kept = (x[:, 9] == 1) & (x[:, 1] > 0.5) & (x[:, 7] > 0.5)
    total: FloatArray = -2.5 - x[:, 0] + x[:, 1] + 5.0 * monthly_new_calls + 4.0 * late_high_far - 3.0 * kept
    return total


def sign_of_three(x: FloatArray, _: np.random.Generator) -> FloatArray:
    """Return log-odds by whether an odd number of three is high: no two of them say anything."""
    odd = np.sign(x[:, 4] - 0.5) * np.sign(x[:, 7] - 0.5) * np.where(x[:, 10] == 1, 1.0, -1.0)
    return -1.5 - 1.5 * x[:, 0] + 2.0 * x[:, 1] + 1.2 * odd


def products(x: FloatArray, _: np.random.Generator) -> FloatArray:
    """Return log-odds that are products of three numbers."""
    u = 3.0 * x[:, :N_NUMBERS] - 1.5
    together = 2.0 * u[:, 1] * u[:, 4] * u[:, 7] + 2.0 * u[:, 0] * u[:, 3] * u[:, 5] - 1.5 * u[:, 2] * u[:, 6] * u[:, 1]
    return -3.0 + together + 1.5 * u[:, 1] - 1.5 * u[:, 0]


def deep_trees(x: FloatArray, draw: np.random.Generator) -> FloatArray:
    """Return the sum of six random trees of depth six: up to six things act together."""
    total = -2.0 + x[:, 1]
    for _ in range(6):
        leaf = np.zeros(len(x), np.int64)
        column, cut = draw.integers(0, x.shape[1], 64), draw.uniform(0.2, 0.8, 64)
        for _ in range(6):
            high = x[np.arange(len(x)), column[leaf]] > cut[leaf]
            leaf = 2 * leaf + high
        total += draw.normal(0, 1.6, 64)[leaf]
    return total


def kinds(x: FloatArray, draw: np.random.Generator) -> FloatArray:
    """Return log-odds by the nearest of 150 kinds of customers, told apart by five numbers at once."""
    centres, of_kind = draw.random((150, 5)), draw.normal(0, 3.0, 150)
    distance = ((x[:, None, 1:6] - centres) ** 2).sum(2)
    total: FloatArray = -2.0 + of_kind[distance.argmin(1)]
    return total


MADE: dict[str, LogOdds] = {
    "rule of three": rule_of_three,
    "sign of three": sign_of_three,
    "products": products,
    "deep trees": deep_trees,
    "kinds": kinds,
}
MARKETING = CustomerSet("bank_marketing.csv.gz", "y", 0.0, 0.0, drop=("duration",))


def made(name: str) -> Customers:
    """Make customers up: eight numbers in [0, 1), four categories, outcomes by chance."""
    draw = np.random.default_rng(1)
    numbers = draw.random((N_MADE, N_NUMBERS))
    categories = draw.integers(0, [3, 4, 2, 5], (N_MADE, N_CATEGORIES)).astype(float)
    encoded = np.asfortranarray(np.hstack([numbers, categories]))
    churned = (draw.random(N_MADE) < probabilities(MADE[name](encoded, draw))).astype(float)
    features = [Feature(name=f"number_{j}", type="number") for j in range(N_NUMBERS)]
    for j, size in enumerate((3, 4, 2, 5)):
        features.append(Feature(name=f"text_{j}", type="category", categories=tuple("abcde"[:size])))
    return Customers(f"made up: {name}", TrainingRows(encoded, churned, np.arange(N_MADE)), features)


def public(each: CustomerSet) -> Customers:
    """Read a public set."""
    columns = Columns(each.target, drop=each.drop)
    prepared = prepare(read_table(DATA / each.file, columns)[0], columns)
    return Customers(each.file.split(".")[0], prepared.rows, prepared.schema.features)


def auc(scores: FloatArray, rows: TrainingRows, folds: Sequence[Fold]) -> float:
    """Return the mean over the folds, whose judged rows' scores stand one behind the other."""
    ends = np.cumsum([len(fold.judge) for fold in folds])[:-1]
    pieces = zip(np.split(scores, ends), folds, strict=True)
    return float(np.mean([roc_auc(rows.churned[fold.judge], piece) for piece, fold in pieces]))


def of_full_boosting(customers: Customers, folds: Sequence[Fold]) -> FloatArray:
    """Return the benchmark model's log-odds of the judged rows."""
    rows, scores = customers.rows, []
    for fold in folds:
        learn = rows.take(fold.learn)
        fitted = BENCHMARK_MODEL.fit(learn.encoded, learn.churned, customers.features, seed=DEFAULT_SEED)
        scores.append(fitted.log_odds(rows.encoded[fold.judge]))
    return np.concatenate(scores)


def row_time(tables: ScoreTables, rows: FloatArray) -> float:
    """Return microseconds of processor time for one row, in the kernel, the median of seven rounds."""
    kernel, some, taken = Kernel(tables), rows[:2_000].tolist(), []
    for _ in range(7):
        start = time.process_time()
        for row in some:
            kernel.probability(row)
        taken.append(1e6 * (time.process_time() - start) / len(some))
    return median(taken)


def measured(customers: Customers) -> str:
    """Measure one set, and say it in one line."""
    rows, features, folds = customers.rows, customers.features, folds_of(customers.rows)
    trials = [try_candidate(each, rows, folds, features, DEFAULT_SEED, Silent()) for each in LADDER]
    who = rows.customers[judged_rows(folds)]
    before, triples, chosen = simplest_good(trials[:-1], who), trials[-1], simplest_good(trials, who)
    of_pairs, of_triples, of_full = (
        auc(scores, rows, folds) for scores in (before.scores, triples.scores, of_full_boosting(customers, folds))
    )
    gap = of_full - of_pairs
    closed = f"{100 * (of_triples - of_pairs) / gap:.0f} % of the gap closed" if gap > GAP else "no gap"
    return (
        f"{customers.name}, {len(rows):,} rows: {before.candidate.name} {of_pairs:.4f}, triples {of_triples:.4f} "
        f"({'taken' if chosen is triples else 'not taken'}), full boosting {of_full:.4f}: {gap:+.4f}, {closed}; "
        + costs(customers, before, triples)
    )


def costs(customers: Customers, before: JudgedCandidate, triples: JudgedCandidate) -> str:
    """Say the sizes of both models' tables, and what a row takes."""
    both = [
        export(trial.candidate, customers.rows, customers.features, seed=DEFAULT_SEED, n_rows=10_000)[0]
        for trial in (before, triples)
    ]
    sizes = " → ".join(f"{len(pack_tables(tables)) / 1e3:,.0f}" for tables in both)
    first, second = (row_time(tables, customers.rows.encoded) for tables in both)
    return (
        f"tables.npz {sizes} kB, {len(both[1].pairs)} pairs and {len(both[1].triples)} triples; "
        f"a row {first:.1f} → {second:.1f} µs, × {second / first:.2f}"
    )


def main(names: Sequence[str] = ()) -> None:
    """Print a line for each set, or for those in whose name one of these is."""
    sets = [partial(public, each) for each in (*SETS, MARKETING) if (DATA / each.file).exists()]
    for read in (*sets, *(partial(made, name) for name in MADE)):
        customers = read()
        if not names or any(name in customers.name for name in names):
            print(measured(customers), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
