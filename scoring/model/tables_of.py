"""What the columns of a table have to hold for a model that reads it."""

from __future__ import annotations

from scoring.model.schema import Feature, FeatureSchema
from tables.forms import ColumnKind


def kinds_of(schema: FeatureSchema) -> dict[str, ColumnKind]:
    """Return what each column of a schema has to hold."""
    own = {feature.name: _kind(feature) for feature in schema.features if not feature.total_of}
    parts = {part: ColumnKind.NUMBER for feature in schema.features for part in feature.total_of}
    return {**parts, **own}


def _kind(feature: Feature) -> ColumnKind:
    return ColumnKind.NUMBER if feature.type == "number" else ColumnKind.CATEGORY
