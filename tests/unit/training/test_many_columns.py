"""Tables of very many columns: what is looked at is bounded, and what matters is found all the same.

What it costs is measured by ``python -m benchmarks.columns``; here is counted.
"""

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest

from scoring.model.logistic import FloatArray, probabilities
from scoring.model.schema import Feature
from training.data.cleaning import Why, duplicates, nearly_in_line
from training.data.columns import Columns
from training.data.inference import Column, read_column
from training.data.leaks import PAIR_BINS, binned, suspected
from training.data.pairs import MAX_PAIRS, promising
from training.data.preparing import prepare
from training.data.rows import TrainingRows
from training.learn.candidates import LADDER, PAIRWISE, export
from training.learn.steps import WIDE, StepLogistic

pytestmark = pytest.mark.long

N_ROWS = 400


def noise(n_columns: int, seed: int = 0) -> tuple[list[FloatArray], FloatArray]:
    draw = np.random.default_rng(seed)
    churned = (draw.random(N_ROWS) < 0.3).astype(float)
    return [draw.integers(0, 10, N_ROWS).astype(float) for _ in range(n_columns)], churned


def pairs_among(columns: list[FloatArray], churned: FloatArray) -> list[tuple[int, int]]:
    return promising([binned(x, PAIR_BINS) for x in columns], [0.5] * len(columns), churned)


def test_all_pairs_of_a_hundred_columns_are_looked_at() -> None:
    assert pairs_among(*noise(100)) == list(combinations(range(100), 2))


@pytest.mark.parametrize("n_columns", [101, 400, 900])
def test_however_many_columns_there_are_the_pairs_are_as_many(n_columns: int) -> None:
    pairs = pairs_among(*noise(n_columns))

    assert len(pairs) == len(set(pairs)) == MAX_PAIRS
    assert pairs == sorted(pairs)
    assert all(0 <= a < b < n_columns for a, b in pairs)


def exclusive_or(churned: FloatArray) -> tuple[FloatArray, FloatArray]:
    before = np.random.default_rng(5).integers(0, 2, N_ROWS)
    return before.astype(float), (before ^ (churned > 0)).astype(float)


def difference(churned: FloatArray) -> tuple[FloatArray, FloatArray]:
    draw = np.random.default_rng(6)
    last_seen = draw.uniform(0, 100, N_ROWS)
    return last_seen, last_seen + np.where(churned > 0, 15, -15)


def known_in_turn(churned: FloatArray) -> tuple[FloatArray, FloatArray]:
    draw = np.random.default_rng(7)
    first = np.where(draw.random(N_ROWS) < 0.5, np.nan, draw.uniform(0, 1, N_ROWS))
    second = np.where(np.isnan(first) ^ (churned > 0), np.nan, draw.uniform(0, 1, N_ROWS))
    return first, second


@pytest.mark.parametrize("plant", [exclusive_or, difference, known_in_turn])
def test_two_columns_that_only_tell_together_are_found_among_four_hundred(plant: object) -> None:
    columns, churned = noise(400)
    columns[37], columns[311] = plant(churned)  # type: ignore[operator]
    pieces = np.arange(N_ROWS) % 5

    leaks = list(suspected([f"c{j}" for j in range(400)], columns, churned, pieces))

    assert [leak.columns for leak in leaks] == [("c37", "c311")]


def numbers(columns: list[FloatArray]) -> list[Column]:
    return [read_column(f"c{j}", pa.chunked_array([pa.array(x)])) for j, x in enumerate(columns)]


def test_a_copy_is_found_among_many_numbers_without_comparing_each_with_each() -> None:
    columns, _ = noise(600)
    columns[599] = columns[3] * -0.93 + 7
    read = numbers(columns)

    worth_a_look = nearly_in_line(read)
    dropped = list(duplicates(read))

    assert {name: [other.name for other in others] for name, others in worth_a_look.items() if others} == {
        "c599": ["c3"]
    }
    assert [(drop.column, drop.why) for drop in dropped] == [("c599", Why.DUPLICATE_COLUMN)]
    assert dropped[0].evidence == "is c3 in another unit or rounding, correlation -1.0000000"


def test_a_number_that_is_a_copy_of_a_dropped_copy_only_is_kept() -> None:
    draw = np.random.default_rng(1)
    first = draw.normal(size=N_ROWS)
    step = draw.normal(size=N_ROWS) * 0.0095
    columns = [first, first + step, first + 2 * step]  # each in line with its neighbour, the ends are not

    dropped = [drop.column for drop in duplicates(numbers(columns))]

    assert dropped == ["c1"]


def test_weights_of_more_columns_than_rows_are_those_of_the_penalised_maximum() -> None:
    columns, churned = noise(300)
    rows = np.column_stack(columns)
    features = [Feature(name=f"c{j}", type="number") for j in range(300)]

    fitted = StepLogistic().fit(rows, churned, features, seed=0)

    columns_of = [basis[bins.many(x)] for x, bins, basis in zip(columns, fitted.bins, fitted.bases, strict=True)]
    design = np.hstack(columns_of)
    assert design.shape[1] > max(N_ROWS, WIDE)
    surprise = churned - probabilities(fitted.log_odds(rows))
    assert fitted.weights[0] == pytest.approx(design.T @ surprise, abs=1e-6)
    assert surprise.sum() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("candidate", LADDER[:3], ids=lambda each: each.name)
def test_what_very_many_columns_taught_is_exported_exactly(candidate: object) -> None:
    columns, churned = noise(250)
    churned[:] = (columns[3] > 4) & (columns[200] > 4)
    rows = TrainingRows(np.column_stack(columns), churned, np.arange(N_ROWS))
    features = [Feature(name=f"c{j}", type="number") for j in range(250)]

    tables, difference = export(candidate, rows, features, seed=1, n_rows=2_000)  # type: ignore[arg-type]

    assert difference <= 1e-12
    assert ((3, 200) in tables.pairs) == (candidate is PAIRWISE)
    assert len(tables.pairs) <= MAX_PAIRS


@pytest.mark.parametrize(("n_columns", "is_said"), [(100, False), (110, True)])
def test_it_is_said_how_many_pairs_were_looked_at(n_columns: int, is_said: bool) -> None:
    columns, churned = noise(n_columns)
    table = pa.table({f"c{j}": x for j, x in enumerate(columns)} | {"left": churned})

    notes = [note.text for note in prepare(table, Columns("left")).notes if note.about == "pairs"]

    expected = (
        "of 5,995 pairs of columns the 4,950 most promising are searched for leaks; as few may interact in the model"
    )
    assert notes == [expected] * is_said
