"""The revisions that a decision is made by. Values only."""

from __future__ import annotations

from typing import NamedTuple


class RevisionPair(NamedTuple):
    """The revisions of rules and workforce, 0 for none.

    The hashes of the events that made them tell a revision from another one of the same number: a store that was
    emptied, or that took over without the last changes, counts them again.

    ``processes`` is how often a process was published, which may say what fields of a work item follow from others, and
    the hash that of the last; None: nobody has looked, and the store does not either.
    """

    rules: int = 0
    workforce: int = 0
    rules_event_hash: str = ""
    workforce_event_hash: str = ""
    processes: int | None = None
    processes_event_hash: str = ""
