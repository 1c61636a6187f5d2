"""Revisions of the rules and of the workforce. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class RevisionPair(NamedTuple):
    """The revisions of rules and workforce, 0 for none.

    The event_hashes tell a revision from another one of the same number: a store that was emptied, or that took over without
    the last changes, counts them again.
    """

    rules: int = 0
    workforce: int = 0
    rules_event_hash: str = ""
    workforce_event_hash: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """One published revision of the rules; ``stored`` is the checked form the servers load."""

    revision: int
    source: str
    stored: str
    note: str
    rule_count: int
    rollback_of: int
    at_ms: int
    actor: str = ""
