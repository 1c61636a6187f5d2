"""What can go wrong with processes beside what every package may fail of.

::

    InvalidSource
    └── InvalidProcess      it cannot be published
    NotPossible
    └── KindTaken           another process has the kind
"""

from __future__ import annotations

from router.model.errors import NotPossible
from router.model.workitem import Kind
from router.rules.errors import InvalidSource


class InvalidProcess(InvalidSource):
    """The process cannot be published."""

    reason = "INVALID_PROCESS"


class KindTaken(NotPossible):
    """Another process has the kind: a work item would be in two."""

    reason = "KIND_TAKEN"

    def __init__(self, tenant: str, process: str, kind: Kind, other: str) -> None:
        self.other = other
        fault = f"{kind} enters process {other}: take it out of that one first, for a kind enters one process"
        super().__init__(f"tenants/{tenant}/processes/{process}", fault)
