"""The sum of tables: one row equals many, bit for bit, and contributions add up."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.model.calibration import Calibration, Identity, Sigmoid, Steps, Temperature
from scoring.model.tables import BLOCK, Bins, Kernel, ScoreTables
from tests.scoring_models import random_rows, random_tables, small_tables, triple_tables

CALIBRATIONS = [
    Identity(),
    Sigmoid(a=0.8, b=-0.3),
    Temperature(t=1.7),
    Steps(edges=(-1.5, -0.1, 0.4), values=(0.0, 0.2, 0.2, 0.9)),
]


@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(seed=st.integers(0, 2**32), n_features=st.integers(1, 12))
def test_one_row_equals_many_rows_bit_for_bit(seed: int, n_features: int) -> None:
    rng = np.random.default_rng(seed)
    tables = random_tables(rng, n_features)
    rows = random_rows(rng, tables, 50)
    kernel = Kernel(tables)

    one_by_one = [kernel.log_odds(kernel.terms(kernel.binned(row))) for row in rows.tolist()]

    assert tables.log_odds(rows).tolist() == one_by_one
    assert tables.probabilities(rows).tolist() == [kernel.probability(row) for row in rows.tolist()]


@pytest.mark.parametrize("calibration", CALIBRATIONS)
def test_every_calibration_gives_one_row_the_bits_of_many(calibration: Calibration) -> None:
    tables = small_tables(calibration)
    rng = np.random.default_rng(3)
    rows = random_rows(rng, tables, 500)

    assert tables.probabilities(rows).tolist() == [Kernel(tables).probability(row) for row in rows.tolist()]


@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_bias_and_contributions_add_up_to_the_log_odds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tables = random_tables(rng, 9)
    rows = random_rows(rng, tables, 200)

    shares = tables.contributions(rows)

    assert np.abs(tables.bias + shares.sum(axis=1) - tables.log_odds(rows)).max() < 1e-12
    kernel = Kernel(tables)
    assert [kernel.contributions(kernel.terms(kernel.binned(row))) for row in rows.tolist()] == shares.tolist()


def test_neither_blocks_nor_memory_order_change_a_bit() -> None:
    rng = np.random.default_rng(4)
    tables = random_tables(rng, 5)
    rows = random_rows(rng, tables, BLOCK + 777)

    whole = tables.probabilities(rows)

    assert (tables.probabilities(np.asfortranarray(rows)) == whole).all()
    assert (np.concatenate([tables.probabilities(rows[:9]), tables.probabilities(rows[9:])]) == whole).all()


def test_a_value_on_an_edge_belongs_to_the_bin_below() -> None:
    bins = Bins(np.array([10.0, 20.0]))

    assert [bins.one(x) for x in (9.0, 10.0, np.nextafter(10.0, 11), 20.0, 1e300, float("nan"))] == [0, 0, 1, 1, 2, 3]


@given(st.floats(), st.sampled_from([Bins(np.array([-1.0, 0.0, 2.5])), Bins(n_categories=4), Bins()]))
def test_one_value_and_many_fall_in_the_same_bin(x: float, bins: Bins) -> None:
    kernel = Kernel(ScoreTables(0.0, (bins,), (np.zeros(bins.n_bins),), {}))

    assert bins.many(np.array([x])).tolist() == [bins.one(x)] == kernel.binned([x])


CODES = st.integers(0, 3).map(float)


@given(st.lists(st.tuples(st.floats(allow_nan=False), CODES), min_size=1, max_size=3))
def test_a_row_in_which_all_is_known_falls_in_the_same_bins_faster(values: list[tuple[float, float]]) -> None:
    edges, categories = Bins(np.array([-1.0, 0.0, 2.5])), Bins(n_categories=4)
    bins = (edges, categories) * len(values)
    kernel = Kernel(ScoreTables(0.0, bins, tuple(np.zeros(each.n_bins) for each in bins), {}))
    row = [x for pair in values for x in pair]

    assert kernel.binned_whole(row) == kernel.binned(row)


@pytest.mark.parametrize(
    ("main", "pairs", "named"),
    [
        ((np.zeros(4),), {}, "as many main tables"),
        ((np.zeros(4), np.zeros(2)), {}, r"main\[1\]"),
        ((np.zeros(4), np.zeros(3, np.float32)), {}, "float32"),
        ((np.zeros(4), np.array([0, np.nan, 0])), {}, "not finite"),
        ((np.zeros(4), np.zeros(3)), {(1, 0): np.zeros((3, 4))}, "places must rise"),
        ((np.zeros(4), np.zeros(3)), {(0, 2): np.zeros((4, 3))}, "within 2 features"),
        ((np.zeros(4), np.zeros(3)), {(0, 1): np.zeros((3, 4))}, r"shape \(4, 3\)"),
        ((np.zeros(4), np.zeros(3)), {(0, 0): np.zeros((4, 4))}, "places must rise"),
        ((np.zeros(4), np.zeros(3)), {(0, 1, 2): np.zeros((4, 3, 3))}, r"pairs\[0, 1, 2\]: 2 places"),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    main: tuple[np.ndarray, ...], pairs: dict[tuple[int, int], np.ndarray], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        ScoreTables(0.0, (Bins(np.array([1.0, 2.0])), Bins(n_categories=2)), main, pairs)


@pytest.mark.parametrize(
    ("triples", "named"),
    [
        ({(0, 2, 1): np.zeros((4, 3, 3))}, r"triples\[0, 2, 1\]: 3 places must rise"),
        ({(0, 1, 3): np.zeros((4, 3, 3))}, "within 3 features"),
        ({(0, 1): np.zeros((4, 3))}, "3 places"),
        ({(0, 1, 2): np.zeros((3, 4, 3))}, r"shape \(4, 3, 3\)"),
        ({(0, 1, 2): np.full((4, 3, 3), np.inf)}, "not finite"),
    ],
)
def test_triples_that_do_not_fit_are_refused(triples: dict[tuple[int, int, int], np.ndarray], named: str) -> None:
    bins = (Bins(np.array([1.0, 2.0])), Bins(n_categories=2), Bins(n_categories=2))

    with pytest.raises(ValueError, match=named):
        ScoreTables(0.0, bins, tuple(np.zeros(b.n_bins) for b in bins), {}, triples=triples)


def test_a_third_of_a_triple_belongs_to_each_of_its_three() -> None:
    tables = replace(triple_tables(), main=tuple(np.zeros(b.n_bins) for b in triple_tables().bins), pairs={})
    row = np.array([[40.0, 2.0, 1.0, 10.0]])

    shares = tables.contributions(row)[0]

    share = tables.triples[0, 1, 3][3, 2, 0] / 3
    assert share != 0
    assert shares == pytest.approx([share, share, 0.0, share], abs=1e-15)


def test_triples_are_looked_up_where_their_three_bins_say() -> None:
    tables = random_tables(np.random.default_rng(7), 9, share_of_triples=0.5)
    rows = random_rows(np.random.default_rng(8), tables, 200)
    kernel = Kernel(tables)

    for row in rows.tolist():
        bins = kernel.binned(row)
        expected = [table[tuple(bins[place] for place in places)] for places, table in tables.interactions.items()]
        assert kernel.terms(bins).tolist()[1 + len(bins) :] == expected


def test_pairs_and_triples_are_added_in_sorted_order_however_they_are_given() -> None:
    rng = np.random.default_rng(6)
    tables = random_tables(rng, 8, share_of_pairs=0.8, share_of_triples=0.5)
    backwards = ScoreTables.of(dict(reversed(list(tables.parts.items()))), tables.bins)
    rows = random_rows(rng, tables, 300)

    assert (backwards.log_odds(rows) == tables.log_odds(rows)).all()


def test_serving_imports_neither_scikit_learn_nor_pickle_files() -> None:
    code = "import sys, scoring.rpc, scoring.cli, scoring.model.actions; sys.exit('sklearn' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
