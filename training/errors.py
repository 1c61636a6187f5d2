"""What can go wrong in training, beside an input that cannot be read.

::

    InvalidInput                the file, schema or definition cannot be read    one violation per place
    └── InvalidDefinition       the definition of a data set of snapshots
    NotPossible
    ├── NotEnoughData           too few rows, or churned or stayed customers, for what was asked
    └── ExportRefused           the tables do not answer as the estimator they were exported from

Data that is merely poor is not among them: columns are dropped, leaks suspected and gates failed in the report.
"""

from __future__ import annotations

from failures import InvalidInput, NotPossible, Violation

__all__ = ["ExportRefused", "InvalidDefinition", "InvalidInput", "NotEnoughData", "Violation"]


class InvalidDefinition(InvalidInput):
    """The definition of a data set of snapshots cannot be read."""

    reason = "INVALID_DEFINITION"


class NotEnoughData(NotPossible):
    """Too few rows for what was asked."""

    reason = "NOT_ENOUGH_DATA"

    def __init__(self, what: str, count: int, needed: int) -> None:
        super().__init__(what, f"{count}, at least {needed} are needed")


class ExportRefused(NotPossible):
    """The tables do not answer as the estimator they were exported from."""

    reason = "EXPORT_REFUSED"

    def __init__(self, difference: float, limit: float, n_rows: int) -> None:
        fault = f"differ by up to {difference:.3g} on {n_rows:,} rows, allowed is {limit:g}"
        super().__init__("log-odds", fault)
        self.args = (f"log-odds {fault}",)
