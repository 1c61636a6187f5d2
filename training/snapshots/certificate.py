"""The leak certificate: change what became known after t₀ in every way, build again, and find the same bytes.

A feature that looks at a later event, or at one that happened before but was recorded after, cannot pass. The proof
is by trial, on several moments and many changed events, of the very code that builds the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import numpy as np

from scoring.model.logistic import FloatArray
from training.data.preparing import DAY
from training.data.rows import IntArray
from training.snapshots.build import Snapshot, snapshot
from training.snapshots.definition import Definition
from training.snapshots.events import Events, Words, in_order

Builder = Callable[[Events, Definition, int], Snapshot]
N_MOMENTS = 5


@dataclass(frozen=True)
class Certificate:
    """What was tried and what it showed.

    Parameters
    ----------
    moments
        Those that were tried, ISO 8601.
    n_changed
        Events mutated, deleted and inserted, in all trials together.
    differences
        One sentence per trial that gave other bytes; none: green.
    """

    moments: tuple[str, ...]
    n_changed: int
    differences: tuple[str, ...]

    @property
    def is_green(self) -> bool:
        """Whether something was changed and nothing differed."""
        return not self.differences and self.n_changed > 0

    def document(self) -> dict[str, object]:
        """Return it as it stands in the data file and the report."""
        return {"green": self.is_green, **asdict(self)}


def certify(
    events: Events, definition: Definition, moments: Sequence[int], *, seed: int, builder: Builder = snapshot
) -> Certificate:
    """Try up to five moments, spread over all.

    Parameters
    ----------
    builder
        What is tried; tests try builders that look ahead.
    """
    places = np.unique(np.linspace(0, len(moments) - 1, N_MOMENTS).astype(np.int64))
    tried = [moments[place] for place in places]
    n_changed, differences = 0, []
    for moment in tried:
        before = builder(events, definition, moment)
        for name, changed, count in _futures(events, moment, seed):
            n_changed += count
            if difference := _difference(before, builder(changed, definition, moment), definition):
                differences.append(f"{name} after {_iso(moment)} changes {difference}")
    return Certificate(tuple(_iso(moment) for moment in tried), n_changed, tuple(differences))


def _iso(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1e6, UTC).isoformat()


def _futures(events: Events, moment: int, seed: int) -> Iterator[tuple[str, Events, int]]:
    """Yield other futures: name, events, how many were changed."""
    draw = np.random.default_rng([seed, moment % 2**32])
    later = np.flatnonzero(events.recorded > moment).astype(np.int64)
    if len(later):
        yield "mutating events", _mutated(events, later, moment, draw), len(later)
        deleted = later[draw.random(len(later)) < 0.5] if len(later) > 1 else later
        yield "deleting events", events.take(np.setdiff1d(np.arange(len(events)), deleted)), len(deleted)
        yield "deleting every event", events.take(events.recorded <= moment), len(later)
    n_new = min(max(len(events) // 10, 1), 10_000)
    yield "inserting events", _inserted(events, n_new, moment, draw), n_new


def _mutated(events: Events, later: IntArray, moment: int, draw: np.random.Generator) -> Events:
    """Give them to other customers, at other times — half of them before the moment — with other values."""
    customer, occurred = events.customer.copy(), events.occurred.copy()
    customer[later] = draw.integers(0, len(events.customers), len(later))
    occurred[later] = moment + draw.integers(-400 * DAY, 400 * DAY, len(later))
    numbers = {name: _other_numbers(column, later, draw) for name, column in events.numbers.items()}
    texts = {name: _shuffled(words, later, draw) for name, words in events.texts.items()}
    return in_order(replace(events, customer=customer, occurred=occurred, numbers=numbers, texts=texts))


def _other_numbers(column: FloatArray, places: IntArray, draw: np.random.Generator) -> FloatArray:
    changed = column.copy()
    changed[places] = draw.normal(0, 1e6, len(places))
    return changed


def _shuffled(words: Words, places: IntArray, draw: np.random.Generator) -> Words:
    codes = words.codes.copy()
    codes[places] = codes[draw.permutation(places)]
    return Words(words.texts, codes)


def _inserted(events: Events, n_new: int, moment: int, draw: np.random.Generator) -> Events:
    """Add copies of real events that became known a moment too late, half of them backdated."""
    copies = draw.integers(0, len(events), n_new)
    added = events.take(np.concatenate([np.arange(len(events)), copies]).astype(np.int64))
    new = np.arange(len(events), len(events) + n_new)
    recorded, occurred = added.recorded.copy(), added.occurred.copy()
    recorded[new] = moment + draw.integers(1, 400 * DAY, n_new)
    occurred[new] = np.minimum(moment + draw.integers(-400 * DAY, 400 * DAY, n_new), recorded[new])
    return in_order(replace(added, recorded=recorded, occurred=occurred))


def _difference(before: Snapshot, after: Snapshot, definition: Definition) -> str:
    """Name the first thing that is not the same to the byte; empty if nothing."""
    if before.customers.tolist() != after.customers.tolist():
        return "who is active"
    for j, declared in enumerate(definition.features):
        if before.features[:, j].tobytes() != after.features[:, j].tobytes():
            n_rows = int((before.features[:, j].view(np.int64) != after.features[:, j].view(np.int64)).sum())
            return f"{declared.name} of {n_rows:,} customers"
    return ""
