"""Leaks planted into clean customers: every one is caught, and nothing else is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from tests.training_data import customers, with_column
from training.data.columns import Columns
from training.data.leaks import single_auc
from training.data.preparing import Prepared, prepare
from training.data.splitting import folds_of, pieces_of

N = 2_000
DRAW = np.random.default_rng(11)


def gone(table: pa.Table) -> np.ndarray:
    return np.array([value == "Yes" for value in table["Churn"].to_pylist()])


def target_copy(table: pa.Table) -> pa.Table:
    return with_column(table, "leak", gone(table).astype(int))


def target_in_other_words(table: pa.Table) -> pa.Table:
    return with_column(table, "leak", np.where(gone(table), "closed", "open"))


def noisy_target_copy(table: pa.Table) -> pa.Table:
    return with_column(table, "leak", np.where(DRAW.random(N) < 0.04, ~gone(table), gone(table)).astype(int))


def score_of_a_model_that_knew(table: pa.Table) -> pa.Table:
    return with_column(table, "leak", np.round(DRAW.normal(40 + 35 * gone(table), 14), 3))


def reason_for_leaving(table: pa.Table) -> pa.Table:
    reasons = DRAW.choice(["price", "moved", "competitor"], N)
    return with_column(table, "leak", np.where(gone(table), reasons, ""))


def refund_after_leaving(table: pa.Table) -> pa.Table:
    return with_column(table, "leak", np.where(gone(table), DRAW.gamma(2, 20, N), np.nan))


def purchases_after_the_moment(table: pa.Table) -> pa.Table:
    return with_column(table, "leak", np.where(gone(table), 0, 1 + DRAW.poisson(3, N)))


def ids_given_by_outcome(table: pa.Table) -> pa.Table:
    order = np.argsort(np.argsort(~gone(table), kind="stable"))
    return with_column(table, "leak", [f"A{place:06d}" for place in order])


def id_replaced_by_its_mean_outcome(table: pa.Table) -> pa.Table:
    noise = DRAW.normal(0, 1e-3, N)
    return with_column(table, "leak", gone(table) * 0.8 + 0.1 + noise)


def two_columns_that_only_tell_together(table: pa.Table) -> pa.Table:
    before = DRAW.integers(0, 2, N)
    return with_column(with_column(table, "leak", before), "leak too", before ^ gone(table))


LEAKS: list[Callable[[pa.Table], pa.Table]] = [
    target_copy,
    target_in_other_words,
    noisy_target_copy,
    score_of_a_model_that_knew,
    reason_for_leaving,
    refund_after_leaving,
    purchases_after_the_moment,
    ids_given_by_outcome,
    id_replaced_by_its_mean_outcome,
    two_columns_that_only_tell_together,
]


def prepared(table: pa.Table) -> Prepared:
    return prepare(table, Columns("Churn"))


@pytest.mark.parametrize("plant", LEAKS, ids=lambda plant: plant.__name__)
def test_a_planted_leak_is_caught_and_kept_out(plant: Callable[[pa.Table], pa.Table]) -> None:
    rows = prepared(plant(customers(N)))

    accused = {name for leak in rows.leaks for name in leak.columns}
    assert "leak" in accused
    assert accused <= {"leak", "leak too"}
    assert not accused & set(rows.schema.names)
    assert not rows.leaks_inside


def test_the_same_customers_without_it_are_clean() -> None:
    assert not prepared(customers(N)).leaks


def test_copied_rows_under_new_names_never_lie_on_both_sides_of_a_split() -> None:
    table = customers(N)
    copied = pa.concat_tables([table, table.slice(0, N // 4)])
    named = with_column(copied, "customer", [f"c{i}" for i in range(len(copied))])

    rows = prepare(named, Columns("Churn", id="customer")).rows

    pieces = pieces_of(folds_of(rows), len(rows))
    assert pieces[N:].tolist() == pieces[: N // 4].tolist()


def test_a_moment_after_the_rows_own_is_caught() -> None:
    table = customers(N)
    taken = [datetime(2024, 1 + i % 6, 1, tzinfo=UTC) for i in range(N)]
    closed = [at + timedelta(days=20 if left else -20) for at, left in zip(taken, gone(table), strict=True)]
    table = with_column(with_column(table, "as_of", taken), "closed", closed)

    rows = prepare(table, Columns("Churn", time="as_of"))

    assert ("closed",) in {leak.columns for leak in rows.leaks}


def test_one_customers_rows_never_straddle_a_split() -> None:
    table = customers(N)
    table = with_column(table, "customer", [f"c{i // 4}" for i in range(N)])
    examples = prepare(table, Columns("Churn", id="customer")).rows

    for fold in folds_of(examples):
        assert not set(examples.customers[fold.learn]) & set(examples.customers[fold.judge])


def test_a_useless_column_of_random_numbers_is_not_accused() -> None:
    table = with_column(customers(N), "noise", DRAW.normal(size=N))
    table = with_column(table, "many", DRAW.choice([f"t{i}" for i in range(200)], N))

    assert not prepared(table).leaks


def test_a_value_ranks_by_its_share_among_the_other_fifths_drawn_towards_the_average() -> None:
    draw = np.random.default_rng(4)
    values = draw.integers(0, 30, 150).astype(float)  # some are met once or twice
    churned = (draw.random(150) < 0.1 + 0.5 * (values % 2)).astype(float)
    fifth = np.arange(150) % 5

    auc = single_auc(values, churned, fifth)

    expected = []
    for k in range(5):
        others = [churned[(fifth != k) & (values == value)] for value in values[fifth == k]]
        shares = [(each.sum() + churned.mean()) / (len(each) + 1) for each in others]  # and one average customer
        expected.append(roc_auc_score(churned[fifth == k], shares))
    assert auc == pytest.approx(np.mean(expected))
