"""Which columns of a file are read, and how each; small enough to be written down for others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tables.forms import ColumnForm, ColumnKind
from tables.tidying import in_dictionary


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """A column to be read.

    Parameters
    ----------
    name
        What it is to be called.
    column
        Its name in the file.
    form
        How its texts are written.
    missing
        Words that mean "not known" in it, beside those that always do.
    """

    name: str
    column: str
    form: ColumnForm
    missing: tuple[str, ...] = ()

    def known(self, values: pa.Array) -> pa.Array:
        """Put null where a text is one of those words."""
        if not self.missing or not (pa.types.is_string(values.type) or pa.types.is_dictionary(values.type)):
            return values
        return in_dictionary(self._without, values)

    def _without(self, texts: pa.Array) -> pa.Array:
        words = pa.array([word.strip() for word in self.missing], pa.string())
        return pc.if_else(pc.is_in(texts, words, skip_nulls=True), pa.scalar(None, pa.string()), texts)

    @classmethod
    def written(cls, plan: Mapping[str, Any]) -> ColumnPlan:
        """Read what ``dataclasses.asdict`` wrote down."""
        kind, *how = plan["form"].values()
        return cls(plan["name"], plan["column"], ColumnForm(ColumnKind(kind), *how), tuple(plan["missing"]))
