"""Builds the table: a row per moment and active customer, with what was known then and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scoring.model.logistic import FloatArray
from scoring.model.schema import FeatureSchema
from training.data.preparing import DAY
from training.errors import NotEnoughData
from training.snapshots.aggregations import aggregate
from training.snapshots.definition import Definition
from training.snapshots.events import Events
from training.snapshots.labels import active, lost

CUSTOMER, AS_OF = "customer", "as_of"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What is known at one moment of its active customers.

    Parameters
    ----------
    moment
        t₀ in microseconds since 1970, UTC.
    customers
        Names, sorted, shape (n_customers,).
    features
        Shape (n_customers, n_features), NaN where not known.
    """

    moment: int
    customers: npt.NDArray[np.object_]
    features: FloatArray


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows and what to know about them.

    Parameters
    ----------
    table
        ``customer``, ``as_of``, the features in order, and the label.
    immature
        Moments left out because the data end before their outcome is known.
    """

    table: pa.Table
    schema: FeatureSchema
    immature: tuple[datetime, ...]


def moments_of(definition: Definition) -> list[int]:
    """Return the declared moments, in order, in microseconds since 1970.

    Examples
    --------
    >>> from training.snapshots.definition import Moments
    >>> every = Moments(first=datetime(2024, 1, 1), last=datetime(2024, 1, 9), every_days=7)
    >>> [moment // DAY for moment in moments_of(Definition.model_construct(moments=every))]
    [19723, 19730]
    """
    declared = definition.moments
    moments = list(declared.at)
    if declared.first and declared.last and declared.every_days:
        step, n_steps = (
            timedelta(days=declared.every_days),
            (declared.last - declared.first).days // declared.every_days,
        )
        moments = [declared.first + k * step for k in range(n_steps + 1)]
    return sorted({microseconds(moment) for moment in moments})


def microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since 1970, exactly."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def snapshot(events: Events, definition: Definition, moment: int) -> Snapshot:
    """Look at one moment: only events that happened before it and were known at it are seen."""
    past = events.take((events.occurred < moment) & (events.recorded <= moment))
    who = np.flatnonzero(active(past, definition.label, moment))
    length = definition.windows.observation_days
    observed = past.take(past.occurred >= moment - length * DAY) if length else past
    features = [aggregate(observed, declared, moment)[who] for declared in definition.features]
    return Snapshot(moment, events.customers[who], np.column_stack(features))


def build(events: Events, definition: Definition) -> Dataset:
    """Build every mature moment.

    Raises
    ------
    NotEnoughData
        If no moment is mature, or nobody is active at any.
    """
    reach = int(events.recorded.max()) if len(events) else 0
    horizon = definition.windows.horizon_days * DAY
    moments = moments_of(definition)
    mature = [moment for moment in moments if moment + horizon <= reach + DAY]
    if not mature:
        raise NotEnoughData("moments whose outcome is known before the data end", 0, 1)
    shots = [snapshot(events, definition, moment) for moment in mature]
    if not any(len(shot.customers) for shot in shots):
        raise NotEnoughData("customers active at any moment", 0, 1)
    outcomes = [_outcomes(events, definition, shot) for shot in shots]
    schema = FeatureSchema(features=tuple(declared.feature() for declared in definition.features), id_column=CUSTOMER)
    late = tuple(datetime.fromtimestamp(m / 1e6, UTC) for m in moments if m not in set(mature))
    return Dataset(_table(shots, outcomes, definition), schema, late)


def _outcomes(events: Events, definition: Definition, shot: Snapshot) -> FloatArray:
    return lost(events, definition, shot.moment)[np.searchsorted(events.customers, shot.customers)]


def _table(shots: Sequence[Snapshot], outcomes: Sequence[FloatArray], definition: Definition) -> pa.Table:
    features = np.vstack([shot.features for shot in shots])
    as_of = np.concatenate([np.full(len(shot.customers), shot.moment) for shot in shots])
    columns = {
        CUSTOMER: pa.array(np.concatenate([shot.customers for shot in shots]).tolist(), pa.string()),
        AS_OF: pa.array(as_of, pa.timestamp("us")),
    }
    for j, declared in enumerate(definition.features):
        columns[declared.name] = pa.array(features[:, j], pa.float64(), from_pandas=True)
    columns[definition.label.name] = pa.array(np.concatenate(outcomes).astype(np.int8))
    return pa.table(columns)
