"""Who is learnt from, who is judged: folds of customers, or blocks of time.

Two rows of one customer are never on both sides of a split, nor are two folds given rows that are alike. Where rows
have a time, the future is judged by the past only, and a row is learnt from only if its outcome was known by then
(``gap``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from scoring.model.logistic import FloatArray
from training.data.rows import IntArray, TrainingRows
from training.errors import NotEnoughData

Mask = npt.NDArray[np.bool_]

FOLD_SEED = 42
"""Folds never depend on the model's seed, so that figures of two models stand beside each other."""

N_FOLDS = 5
MIN_OF_EACH = 30
"""Customers who left, and who stayed, that training needs at least."""

_TEST_SHARE = 0.2
_LATER_SHARE = 0.15
_ONE_MOMENT = 0.05
"""Share of the rows from which the last moment alone makes a block: the quoted figure is that of the last matured
window.
"""


@dataclass(frozen=True, eq=False)
class Fold:
    """Places of the rows to learn from and of those to judge."""

    learn: IntArray
    judge: IntArray


@dataclass(frozen=True, eq=False)
class Blocks:
    """Places of the rows in time: to learn from, then to calibrate on, then to be tested on.

    ``known`` are all whose outcome is known when the test begins: the first two blocks and what lies between.
    """

    learn: IntArray
    calibrate: IntArray
    test: IntArray
    known: IntArray


def folds_of(rows: TrainingRows, n_folds: int = N_FOLDS) -> list[Fold]:
    """Split customers into stratified, shuffled folds; equal to scikit-learn's plain ones if every row is a customer
    and no two are alike. Of those that are, the later go where the first is.

    Raises
    ------
    NotEnoughData
        If fewer than 30 left or fewer than 30 stayed.
    """
    _enough(rows.churned, "customers in all")
    nothing = np.zeros((len(rows), 1))
    if len(np.unique(rows.customers)) == len(rows):
        splits = StratifiedKFold(n_folds, shuffle=True, random_state=FOLD_SEED).split(nothing, rows.churned)
    else:
        grouped = StratifiedGroupKFold(n_folds, shuffle=True, random_state=FOLD_SEED)
        splits = grouped.split(nothing, rows.churned, rows.customers)
    folds = [Fold(learn.astype(np.int64), judge.astype(np.int64)) for learn, judge in splits]
    return folds if rows.together is None else _joined(folds, rows.together)


def _joined(folds: Sequence[Fold], together: IntArray) -> list[Fold]:
    pieces = pieces_of(folds, len(together))
    _, first, where = np.unique(together, return_index=True, return_inverse=True)
    joined = pieces[first][where]
    numbers = range(len(folds))
    return [Fold(np.flatnonzero(joined != n).astype(np.int64), np.flatnonzero(joined == n)) for n in numbers]


def pieces_of(folds: Sequence[Fold], n_rows: int) -> IntArray:
    """Return the number of the fold that judges each row, shape (n_rows,)."""
    pieces = np.zeros(n_rows, np.int64)
    for number, fold in enumerate(folds):
        pieces[fold.judge] = number
    return pieces


def blocks_of(rows: TrainingRows, gap: int = 0) -> Blocks:
    """Cut time in three; whole moments stay together.

    Parameters
    ----------
    gap
        In the unit of `TrainingRows.times`: how long after its moment a row's outcome is known.

    Raises
    ------
    NotEnoughData
        If there are fewer than three moments, or a block holds too few of a kind.
    """
    times = _times(rows)
    test_from = _start_of_last(times, np.ones(len(times), bool), _TEST_SHARE)
    known = _known_by(times, gap, test_from)
    calibrate_from = _start_of_last(times, known, _LATER_SHARE)
    learn = known & _known_by(times, gap, calibrate_from)
    later = known & (times >= calibrate_from)
    blocks = [np.flatnonzero(part).astype(np.int64) for part in (learn, later, times >= test_from, known)]
    for name, block in zip(("to learn from", "to calibrate on", "to be tested on"), blocks, strict=False):
        _enough(rows.churned[block], f"rows {name}")
    return Blocks(*blocks)


def rolling_origins(rows: TrainingRows, gap: int = 0, n_folds: int = 3) -> list[Fold]:
    """Return folds that each judge a later stretch by everything known before it [1]_.

    References
    ----------
    .. [1] L. J. Tashman, "Out-of-sample tests of forecasting accuracy", International Journal of Forecasting 16(4),
       2000.
    """
    times = _times(rows)
    cuts = np.unique(np.quantile(times, np.linspace(0.4, 1.0, n_folds + 1)[:-1], method="higher"))
    ends = np.append(cuts[1:], times.max() + 1)
    folds = []
    for start, end in zip(cuts, ends, strict=True):
        learn = _known_by(times, gap, start)
        judge = (times >= start) & (times < end)
        if all(_has_enough(rows.churned[part]) for part in (learn, judge)):
            folds.append(Fold(np.flatnonzero(learn).astype(np.int64), np.flatnonzero(judge).astype(np.int64)))
    return folds or folds_of(rows, n_folds)


def _times(rows: TrainingRows) -> IntArray:
    if rows.times is None:
        raise ValueError("the rows have no time")
    return rows.times


def _start_of_last(times: IntArray, rows: Mask, share: float) -> int:
    """Return the moment from which about this share of the rows lies, never the first moment of all."""
    moments = np.unique(times[rows])
    if len(moments) < 2:
        raise NotEnoughData("moments whose outcome is known in time", len(moments), 2)
    if (times[rows] == moments[-1]).mean() >= _ONE_MOMENT:
        return int(moments[-1])
    start = int(np.quantile(times[rows], 1 - share, method="higher"))
    return max(start, int(moments[1]))


def _known_by(times: IntArray, gap: int, moment: int) -> Mask:
    """Tell which rows lie before a moment and have an outcome that is known at it."""
    return (times < moment) & (times + gap <= moment)


def _has_enough(churned: FloatArray) -> bool:
    return bool(MIN_OF_EACH <= churned.sum() <= len(churned) - MIN_OF_EACH)


def _enough(churned: FloatArray, what: str) -> None:
    left = int(churned.sum())
    if not _has_enough(churned):
        kind = "who left" if left < MIN_OF_EACH else "who stayed"
        raise NotEnoughData(f"{what} {kind}", min(left, len(churned) - left), MIN_OF_EACH)
