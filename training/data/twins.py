"""Finds rows that are alike, so that they lie on one side of every split.

Rows that are equal in every feature, and in their time where there is one, are customers of their own all the same, and
none is left out: the share that left is that of the table. But whoever has learnt from one of them knows the other, so
they share a fold, with all rows of their customers.

Two cases are no twins. Where fewer rows are possible than there are, being alike says nothing. And what a tenth of all
customers have in common, "has never bought anything", is a kind of customer: in one fold, it would be judged by models
that have never met it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from scoring.model.logistic import FloatArray
from training.data.cleaning import row_codes
from training.data.rows import IntArray, TrainingRows
from training.sentences import Sentence

LARGEST = 0.1
"""Share of the rows, half of a fold, above which those that are alike need not share one."""

COPIES_AGREE = 0.98
"""Share of twins with the same outcome from which they may be copies: customers differ as chance has it."""

MIN_COPIES = 20
"""Twins below which agreement may be chance."""


@dataclass(frozen=True, eq=False)
class Twins:
    """Rows with what must stay together, and in words what was found; empty: no two are alike."""

    rows: TrainingRows
    note: str


def with_twins_together(rows: TrainingRows) -> Twins:
    """Look for rows that are alike."""
    parts = [rows.encoded] if rows.times is None else [rows.encoded, rows.times[:, None].astype(float)]
    alike = row_codes(np.hstack(parts))
    count = np.bincount(alike)[alike]
    n_alike = len(rows) - len(np.unique(alike))
    if not n_alike:
        return Twins(rows, "")
    share = Sentence("The share that left is {share:.1%} with them", share=rows.churned.mean())
    found = Sentence("{n:,} rows are equal to an earlier one in every feature and kept", n=n_alike)
    if math.prod(len(np.unique(column)) for column in rows.encoded.T) < len(rows):
        few = "{found}: the features have fewer combinations than there are rows. {share}."
        return Twins(rows, Sentence(few, found=found, share=share))
    groups = _joined(alike, rows.customers)
    where = Sentence("in one fold with it")
    if (count > LARGEST * len(rows)).any():
        most = "in one fold with it, but for those of which there are more than {most:,.0f}"
        where = Sentence(most, most=LARGEST * len(rows))
    told = {"found": found, "where": where, "share": share, "advice": _advice(alike, rows, n_alike)}
    return Twins(replace(rows, together=groups), Sentence("{found}, {where}. {share}.{advice}", **told))


def _joined(alike: IntArray, customers: IntArray) -> IntArray:
    """Return a code that rows share if they are alike or a customer's, directly or by way of others; a group that is
    too large falls apart into its customers.
    """
    n_rows, n_kinds = len(alike), int(alike.max()) + 1
    _, owner = np.unique(customers, return_inverse=True)
    n_nodes = n_kinds + int(owner.max()) + 1
    small = np.bincount(alike)[alike] <= LARGEST * n_rows
    edges = (np.ones(int(small.sum())), (alike[small], n_kinds + owner[small]))
    _, group = connected_components(coo_array(edges, shape=(n_nodes, n_nodes)), directed=False)
    joined = group[n_kinds + owner]
    too_large = np.bincount(joined)[joined] > LARGEST * n_rows
    return np.where(too_large, n_nodes + owner, joined).astype(np.int64)


def _advice(alike: IntArray, rows: TrainingRows, n_alike: int) -> str:
    agree = outcome_agreement(alike, rows.churned)
    if n_alike < MIN_COPIES or agree < COPIES_AGREE:
        return ""
    copies = " Of those alike {agree:.1%} share their outcome: if they are copies, take them out of the table."
    return Sentence(copies, agree=agree)


def outcome_agreement(alike: IntArray, churned: FloatArray) -> float:
    """Return the share of rows, among those with a twin, whose outcome is that of all their twins.

    Examples
    --------
    >>> outcome_agreement(np.array([0, 0, 1, 1, 2]), np.array([1.0, 1.0, 0.0, 1.0, 0.0]))
    0.5
    """
    count = np.bincount(alike)
    left = np.bincount(alike, churned)
    shared = count > 1
    agree = (left == 0) | (left == count)
    return float(count[shared & agree].sum() / max(count[shared].sum(), 1))
