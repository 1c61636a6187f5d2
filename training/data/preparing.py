"""From a table as it was read to rows a model may learn from, with an account of everything left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from scoring.model.logistic import FloatArray
from scoring.model.schema import FeatureSchema
from tables.repeats import in_words
from training.data.cleaning import Dropped, Note, Why, duplicates, odd_ones, row_codes, taken_for_codes, useless
from training.data.columns import Columns
from training.data.inference import Column, read_column
from training.data.leaks import Leak, suspected
from training.data.moments import codes_of, counts_moments, times_of, without_time
from training.data.outcomes import Meaning, OutcomeColumn, counted, read_outcome
from training.data.pairs import MAX_PAIRS, n_pairs
from training.data.reading import certificate_of
from training.data.rows import IntArray, TrainingRows
from training.data.splitting import folds_of, pieces_of
from training.data.totals import read_total, totals_among
from training.data.twins import with_twins_together
from training.errors import InvalidInput
from training.sentences import Sentence

DAY = 86_400_000_000
"""Microseconds of a day: the unit of `TrainingRows.times` where times are moments."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """Rows to learn from, what their columns mean, and what was left out.

    Parameters
    ----------
    raw
        The same rows as they were read, with all columns.
    times_are_moments
        Whether `TrainingRows.times` counts microseconds.
    leaks
        Suspicions; those that name a feature of ``schema`` are still in the rows, because the given schema wants them.
    certificate
        The leak certificate of rows that were built from events; None for other tables.
    notes
        How what is in the rows was read, where it could have been read otherwise.
    read
        The account of the file, see ``tables.report``; None if they come from none.
    """

    rows: TrainingRows
    schema: FeatureSchema
    raw: pa.Table
    dropped: tuple[Dropped, ...]
    leaks: tuple[Leak, ...]
    times_are_moments: bool = False
    certificate: dict[str, Any] | None = None
    notes: tuple[Note, ...] = ()
    read: dict[str, Any] | None = None

    @property
    def leaks_inside(self) -> tuple[Leak, ...]:
        """Suspicions against what the model learns from."""
        return tuple(leak for leak in self.leaks if set(leak.columns) & set(self.schema.names))


@dataclass(eq=False)
class _Account:
    dropped: list[Dropped] = field(default_factory=list)
    leaks: list[Leak] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    places: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    """Of the rows with an outcome, in the table."""


def prepare(table: pa.Table, columns: Columns) -> Prepared:
    """Encode a table's features and outcome, leaving out what must not be learnt from.

    Raises
    ------
    InvalidInput
        If a named column is absent, or the outcome or time cannot be read.
    NotEnoughData
        If too few customers left or stayed.
    """
    _check_names(table, columns)
    account, certificate = _Account(), certificate_of(table)
    table, churned = _with_outcome(table, columns, account)
    customers = codes_of(table[columns.id]) if columns.id else np.arange(len(table), dtype=np.int64)
    times = times_of(table[columns.time], columns.time) if columns.time else None
    times = None if times is not None and len(np.unique(times)) == 1 else times
    rows = TrainingRows(np.empty((len(table), 0)), churned, customers, times)
    candidates = _read_columns(table, columns, account)
    kept = _without_leaks(candidates, rows, columns, account)
    account.notes += odd_ones(kept, account.places)
    account.notes += taken_for_codes(kept)
    if columns.schema is None:
        kept += _totals(table, [*kept, *_left_out_as_duplicates(candidates, account)], rows)
    rows = TrainingRows(np.column_stack([column.encoded for column in kept]), churned, customers, times)
    twins = with_twins_together(rows)
    account.notes += [Note("rows", twins.note)] if twins.note else []
    account.notes += _repeated_ids(table, columns, rows) if columns.id else ()
    features = tuple(column.feature for column in kept if column.feature is not None)
    schema = FeatureSchema(features=features, id_column=columns.schema.id_column if columns.schema else columns.id)
    moments = bool(columns.time) and counts_moments(table[columns.time])
    return Prepared(
        twins.rows, schema, table, tuple(account.dropped), tuple(account.leaks), moments, certificate,
        tuple(account.notes),
    )  # fmt: skip


def _repeated_ids(table: pa.Table, columns: Columns, rows: TrainingRows) -> Iterator[Note]:
    """Name customers who stand in more than one row; where rows have times, in more than one of the same time."""
    keys = (
        rows.customers if rows.times is None else row_codes(np.column_stack([rows.customers, rows.times]).astype(float))
    )
    _, first, n_rows = np.unique(keys, return_index=True, return_counts=True)
    counts = {table[columns.id][int(row)].as_py(): int(n) for row, n in zip(first, n_rows, strict=True) if n > 1}
    counts.pop(None, None)
    if said := in_words(Counter(counts)):
        n, named = sum(counts.values()), said.partition(": ")[2]
        told = Sentence("{said}; the rows of a customer share a fold", said=said, who=len(counts), n=n, named=named)
        yield Note(columns.id, told)


def _check_names(table: pa.Table, columns: Columns) -> None:
    wanted = [columns.target, columns.id, columns.time, *columns.drop]
    wanted += columns.schema.inputs if columns.schema else []
    present = set(table.column_names)
    absent = [name for name in wanted if name and name not in present]
    if absent:
        raise InvalidInput.of(absent[0], f"there is no such column; found are {', '.join(table.column_names)}")


def _with_outcome(table: pa.Table, columns: Columns, account: _Account) -> tuple[pa.Table, FloatArray]:
    outcome = read_outcome(table[columns.target], columns.target, columns.positive, columns.negative)
    has_outcome = ~np.isnan(outcome.churned)
    if columns.time:
        has_outcome &= ~without_time(table[columns.time])
    account.notes.append(Note(columns.target, outcome.in_words))
    account.places = np.flatnonzero(has_outcome).astype(np.int64)
    account.dropped += _without_outcome(outcome, len(table) - len(account.places))
    return table.filter(pa.array(has_outcome)), outcome.churned[has_outcome]


def _without_outcome(outcome: OutcomeColumn, n_unknown: int) -> Iterator[Dropped]:
    """Name the rows that are left out for their outcome or time, and the words that stand in them."""
    neither = outcome.spellings.get(Meaning.NEITHER, {})
    if n_neither := sum(neither.values()):
        why = Sentence("neither said to have left nor to have stayed: {words}", words=counted(neither))
        yield Dropped(Why.NO_OUTCOME, why, n_rows=n_neither)
    if n_missing := n_unknown - n_neither:
        words = {text: n for text, n in outcome.spellings.get(Meaning.MISSING, {}).items() if text.strip()}
        listed = "the outcome or time is not known: {words}" if words else "the outcome or time is not known"
        evidence = Sentence(listed, words=counted(words))
        yield Dropped(Why.NO_OUTCOME, evidence, n_rows=n_missing)


def _read_columns(table: pa.Table, columns: Columns, account: _Account) -> list[Column]:
    """Read what may be a feature; what is asked to be dropped, or not in the schema, is not even looked at."""
    reserved = {columns.target, columns.time}
    account.dropped += [Dropped(Why.ASKED, Sentence("as asked"), column=name) for name in columns.drop]
    reserved |= set(columns.drop)
    names = [name for name in table.column_names if name not in reserved]
    if columns.schema:
        inputs = set(columns.schema.inputs)
        account.dropped += [
            Dropped(Why.NOT_IN_SCHEMA, Sentence("is not in the schema"), column=n) for n in names if n not in inputs
        ]
        return read_features(table, columns.schema)
    if columns.id in names:
        account.dropped.append(Dropped(Why.IDENTIFIER, Sentence("tells customers apart, as said"), column=columns.id))
    return [read_column(name, table[name]) for name in names]


def read_features(table: pa.Table, schema: FeatureSchema) -> list[Column]:
    """Read the features of a schema, all of whose columns the table must have."""
    return [
        read_total(table, feature) if feature.total_of else read_column(feature.name, table[feature.name], feature)
        for feature in schema.features
    ]


def _without_leaks(
    columns_read: Sequence[Column], rows: TrainingRows, columns: Columns, account: _Account
) -> list[Column]:
    """Suspect first, then clean: an identifier sorted by outcome is worth a word though it is dropped anyway."""
    hopeless = {drop.column: drop for drop in useless(columns_read, account.places)}
    known = [
        c for c in columns_read if c.name not in hopeless or hopeless[c.name].why not in (Why.ALL_MISSING, Why.CONSTANT)
    ]
    pieces = pieces_of(folds_of(rows), len(rows))
    leaks = list(suspected([c.name for c in known], [c.encoded for c in known], rows.churned, pieces))
    account.notes += _pairs_looked_at(len(known) - len(leaks) + sum(len(leak.columns) > 1 for leak in leaks))
    leaks += _from_the_future(known, rows)
    account.leaks += leaks
    if columns.schema:
        return list(columns_read)
    leaky = {name: leak for leak in reversed(leaks) for name in leak.columns}
    account.dropped += [drop for name, drop in hopeless.items() if name != columns.id]
    account.dropped += [
        Dropped(Why.SUSPECTED_LEAK, leak.evidence, column=name)
        for name, leak in leaky.items()
        if name not in {*hopeless, columns.id}
    ]
    rest = [column for column in columns_read if column.name not in {*hopeless, *leaky, columns.id}]
    doubles = {drop.column: drop for drop in duplicates(rest)}
    account.dropped += doubles.values()
    kept = [column for column in rest if column.name not in doubles]
    if not kept:
        raise InvalidInput.of(
            "", "no column is left to learn from: " + "; ".join(f"{d.column}: {d.why}" for d in account.dropped)
        )
    return kept


def _pairs_looked_at(n_columns: int) -> Iterator[Note]:
    if n_pairs(n_columns) > MAX_PAIRS:
        searched = Sentence(
            "of {n:,} pairs of columns the {most:,} most promising are searched for leaks; as few may interact in the "
            "model",
            n=n_pairs(n_columns), most=MAX_PAIRS,
        )  # fmt: skip
        yield Note("pairs", searched)


def _left_out_as_duplicates(columns: Sequence[Column], account: _Account) -> list[Column]:
    """Return the columns that were left out as copies only: what they are called may say more than what was kept."""
    names = {drop.column for drop in account.dropped if drop.why is Why.DUPLICATE_COLUMN}
    return [column for column in columns if column.name in names]


def _totals(table: pa.Table, parts: Sequence[Column], rows: TrainingRows) -> list[Column]:
    """Add up what belongs together, unless a column says the same already or the total knows the future."""
    by_name = {column.name: column for column in parts}
    in_order = [by_name[name] for name in table.column_names if name in by_name]
    read = [read_total(table, feature) for feature in totals_among(in_order) if feature.name not in table.column_names]
    pieces = pieces_of(folds_of(rows), len(rows)) if read else np.empty(0, np.int64)
    leaky = suspected([total.name for total in read], [total.encoded for total in read], rows.churned, pieces)
    unfit = {name for leak in leaky for name in leak.columns}
    unfit |= {drop.column for drop in duplicates([*in_order, *read])}
    return [total for total in read if total.name not in unfit]


def _from_the_future(columns: Sequence[Column], rows: TrainingRows) -> list[Leak]:
    leaks = []
    for column in columns:
        if column.is_moment and rows.times is not None:
            later = int((column.encoded > rows.times).sum())
            if later:
                late = Sentence("in {n:,} rows it is later than the row's own time", n=later)
                leaks.append(Leak((column.name,), late))
    return leaks
