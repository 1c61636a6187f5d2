"""The layout of the tables (``tables.json``) and the arrays that must then be in ``tables.npz`` and
``reference.npz``.
"""

from __future__ import annotations

from math import prod
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, NonNegativeInt

from scoring.errors import ArtefactMalformed, ArtefactUnsafe
from scoring.model.archive import Expected, read_arrays, write_arrays
from scoring.model.calibration import Calibration
from scoring.model.manifest import Reference
from scoring.model.schema import FeatureSchema
from scoring.model.tables import Bins, Places, ScoreTables, rising

MAX_CELLS = 16 << 20
MAX_QUANTILES = 10_001


class FeatureLayout(BaseModel):
    """How many bins a feature has: see `Bins`."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    name: str
    n_edges: NonNegativeInt = 0
    n_categories: NonNegativeInt = 0

    @property
    def n_bins(self) -> int:
        """Bins with the last one."""
        return (self.n_categories or self.n_edges + 1) + 1


class Layout(BaseModel):
    """``tables.json``: what ``tables.npz`` must hold.

    Format 1 has no triples. It is still what a model without them is written in, so that older servers read it.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    format: Literal[1, 2] = 1
    bias: float
    features: tuple[FeatureLayout, ...]
    pairs: tuple[tuple[NonNegativeInt, NonNegativeInt], ...]
    n_quantiles: NonNegativeInt
    triples: tuple[tuple[NonNegativeInt, NonNegativeInt, NonNegativeInt], ...] = ()

    @property
    def interactions(self) -> dict[str, Places]:
        """Which features each table of several is of, by the name of its array."""
        pairs = {f"pair_{a}_{b}": (a, b) for a, b in self.pairs}
        return pairs | {f"triple_{a}_{b}_{c}": (a, b, c) for a, b, c in self.triples}

    def to_json(self) -> str:
        """Write ``tables.json``."""
        return self.model_dump_json(indent=2, exclude={"triples"} if self.format == 1 else None)


def layout_of(tables: ScoreTables, schema: FeatureSchema, reference: Reference) -> Layout:
    """Describe what `table_arrays` and `reference_arrays` will write."""
    return Layout(
        format=2 if tables.triples else 1,
        bias=tables.bias,
        features=tuple(
            FeatureLayout(name=name, n_edges=bins.edges.size, n_categories=bins.n_categories)
            for name, bins in zip(schema.names, tables.bins, strict=True)
        ),
        pairs=tuple(tables.pairs),
        n_quantiles=reference.log_odds_quantiles.size,
        triples=tuple(tables.triples),
    )


def pack_tables(tables: ScoreTables) -> bytes:
    """Write ``tables.npz``."""
    edges = {f"edges_{j}": bins.edges for j, bins in enumerate(tables.bins) if not bins.n_categories}
    main = {f"main_{j}": table for j, table in enumerate(tables.main)}
    pairs = {f"pair_{a}_{b}": table for (a, b), table in tables.pairs.items()}
    triples = {f"triple_{a}_{b}_{c}": table for (a, b, c), table in tables.triples.items()}
    return write_arrays({**edges, **main, **pairs, **triples})


def pack_reference(reference: Reference) -> bytes:
    """Write ``reference.npz``."""
    counts: dict[str, npt.NDArray[Any]] = {f"counts_{j}": count for j, count in enumerate(reference.counts)}
    return write_arrays({**counts, "log_odds_quantiles": reference.log_odds_quantiles})


def check_layout(layout: Layout, schema: FeatureSchema) -> None:
    """Refuse a layout that does not fit the schema, or is absurd.

    Raises
    ------
    ArtefactRefused
        Naming the first such feature or pair.
    """
    if tuple(feature.name for feature in layout.features) != schema.names:
        raise ArtefactMalformed("tables.json", "its features are not those of the schema, in their order")
    for planned, feature in zip(layout.features, schema.features, strict=True):
        if planned.n_categories and (planned.n_edges or planned.n_categories != feature.n_categories):
            raise ArtefactMalformed("tables.json", f"{feature.name}: its categories are not those of the schema")
        if not planned.n_categories and feature.type == "category":
            raise ArtefactMalformed("tables.json", f"{feature.name}: a category has no edges")
    _check_interactions(layout)
    bins = [feature.n_bins for feature in layout.features]
    n_cells = sum(bins) + sum(prod(bins[place] for place in places) for places in layout.interactions.values())
    if n_cells > MAX_CELLS or not 2 <= layout.n_quantiles <= MAX_QUANTILES:
        raise ArtefactUnsafe("tables.json", f"announces {n_cells:,} cells and {layout.n_quantiles:,} quantiles")


def _check_interactions(layout: Layout) -> None:
    if layout.triples and layout.format == 1:
        raise ArtefactMalformed("tables.json", "format 1 has no triples")
    for kind, sets in (("pairs", layout.pairs), ("triples", layout.triples)):
        if list(sets) != sorted(set(sets)) or not all(rising(places, len(layout.features)) for places in sets):
            raise ArtefactMalformed(
                "tables.json", f"{kind} must be sorted, unique and of features of the schema, lower place first"
            )


def unpack_tables(layout: Layout, data: bytes, calibration: Calibration) -> ScoreTables:
    """Read ``tables.npz``."""
    features = list(enumerate(layout.features))
    bins = [feature.n_bins for feature in layout.features]
    arrays = read_arrays(
        "tables.npz",
        data,
        {f"edges_{j}": Expected("<f8", (feature.n_edges,)) for j, feature in features if not feature.n_categories}
        | {f"main_{j}": Expected("<f8", (feature.n_bins,)) for j, feature in features}
        | {
            name: Expected("<f8", tuple(bins[place] for place in places))
            for name, places in layout.interactions.items()
        },
    )
    try:
        return ScoreTables(
            layout.bias,
            tuple(Bins(arrays.get(f"edges_{j}", np.empty(0)), feature.n_categories) for j, feature in features),
            tuple(arrays[f"main_{j}"] for j, _ in features),
            {(a, b): arrays[f"pair_{a}_{b}"] for a, b in layout.pairs},
            calibration,
            {(a, b, c): arrays[f"triple_{a}_{b}_{c}"] for a, b, c in layout.triples},
        )
    except ValueError as error:
        raise ArtefactMalformed("tables.npz", str(error)) from None


def unpack_reference(layout: Layout, data: bytes) -> Reference:
    """Read ``reference.npz``."""
    counts = {f"counts_{j}": Expected("<i8", (feature.n_bins,)) for j, feature in enumerate(layout.features)}
    arrays = read_arrays(
        "reference.npz", data, {**counts, "log_odds_quantiles": Expected("<f8", (layout.n_quantiles,))}
    )
    quantiles = arrays["log_odds_quantiles"]
    if not np.isfinite(quantiles).all() or (np.diff(quantiles) < 0).any():
        raise ArtefactMalformed("reference.npz", "log_odds_quantiles must be finite and never fall")
    if any((arrays[name] < 0).any() for name in counts):
        raise ArtefactMalformed("reference.npz", "counts must not be negative")
    return Reference(tuple(arrays[name] for name in counts), quantiles)
