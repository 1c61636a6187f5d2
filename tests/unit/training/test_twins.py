"""Rows that are alike: kept, and on one side of every split."""

import numpy as np
import pyarrow as pa
import pytest

from tests.training_data import customers, encoded, with_column
from training.data.columns import Columns
from training.data.preparing import Prepared, prepare
from training.data.rows import TrainingRows
from training.data.splitting import folds_of, pieces_of
from training.data.twins import with_twins_together

N = 600


def with_copies(n_copies: int) -> pa.Table:
    table = customers(N)
    return pa.concat_tables([table, table.slice(0, n_copies)])


def fold_of_each(prepared: Prepared) -> list[int]:
    pieces = pieces_of(folds_of(prepared.rows), len(prepared.rows))
    return [int(piece) for piece in pieces]


def test_rows_that_are_alike_under_different_ids_are_kept_in_one_fold() -> None:
    table = with_copies(50)
    table = with_column(table, "customer", [f"c{i}" for i in range(len(table))])

    prepared = prepare(table, Columns("Churn", id="customer"))

    folds = fold_of_each(prepared)
    assert len(prepared.rows) == N + 50
    assert folds[N:] == folds[:50]
    assert len(set(prepared.rows.customers.tolist())) == N + 50


def test_without_ids_they_are_kept_too_and_the_share_that_left_does_not_move() -> None:
    table = with_copies(150)
    left = np.array(table["Churn"].to_pylist()) == "Yes"

    prepared = prepare(table, Columns("Churn"))

    assert prepared.rows.churned.mean() == left.mean()
    assert not prepared.dropped
    (note,) = [note.text for note in prepared.notes if note.about == "rows"]
    assert note.startswith("150 rows are equal to an earlier one in every feature and kept, in one fold with it.")
    assert f"The share that left is {left.mean():.1%} with them." in note
    assert "100.0% share their outcome: if they are copies, take them out" in note


def test_who_is_alike_but_for_the_outcome_shares_a_fold() -> None:
    rows, churned = encoded(N)
    rows[1], churned[:2] = rows[0], (1.0, 0.0)

    twins = with_twins_together(TrainingRows(rows, churned, np.arange(N)))

    folds = pieces_of(folds_of(twins.rows), N)
    assert folds[0] == folds[1]
    assert "copies" not in twins.note


def test_all_rows_of_a_customer_go_where_a_twin_of_one_of_them_is() -> None:
    draw = np.random.default_rng(0)
    rows, churned, customers_ = draw.normal(size=(N, 3)), (draw.random(N) < 0.4).astype(float), np.arange(N) // 3
    rows[3] = rows[1]  # of the second customer and of the first

    twins = with_twins_together(TrainingRows(rows, churned, customers_))

    assert len(set(pieces_of(folds_of(twins.rows), N)[:6].tolist())) == 1


def test_folds_of_rows_that_are_not_alike_stay_as_they_were() -> None:
    rows, churned = np.random.default_rng(0).normal(size=(N, 3)), np.repeat([0.0, 1.0], N // 2)
    plain = TrainingRows(rows, churned, np.arange(N))
    rows_with_twins = rows.copy()
    rows_with_twins[17] = rows[300]

    twins = with_twins_together(TrainingRows(rows_with_twins, churned, np.arange(N)))

    before, after = pieces_of(folds_of(plain), N), pieces_of(folds_of(twins.rows), N)
    assert (before != after).sum() <= 1
    assert with_twins_together(plain).rows is plain
    assert with_twins_together(plain).note == ""


def test_what_a_tenth_of_all_have_in_common_is_met_in_every_fold() -> None:
    rows, churned = np.random.default_rng(0).normal(size=(N, 3)), np.tile([0.0, 1.0], N // 2)
    rows[:90] = 0.0  # has never bought anything

    twins = with_twins_together(TrainingRows(rows, churned, np.arange(N)))

    assert set(pieces_of(folds_of(twins.rows), N)[:90].tolist()) == set(range(5))
    assert "but for those of which there are more than 60" in twins.note


def test_where_fewer_rows_are_possible_than_there_are_being_alike_says_nothing() -> None:
    draw = np.random.default_rng(0)
    rows = draw.integers(0, 4, (N, 2)).astype(float)

    twins = with_twins_together(TrainingRows(rows, (draw.random(N) < 0.5).astype(float), np.arange(N)))

    assert twins.rows.together is None
    assert "fewer combinations than there are rows" in twins.note


@pytest.mark.parametrize("n_columns", [2, 200])
def test_however_many_columns_there_are_their_combinations_can_be_counted(n_columns: int) -> None:
    rows = np.tile(np.arange(N // 2, dtype=float), 2)[:, None].repeat(n_columns, axis=1)

    twins = with_twins_together(TrainingRows(rows, np.tile([0.0, 1.0], N // 2), np.arange(N)))

    assert twins.note.startswith("300 rows")
