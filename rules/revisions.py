"""Published revisions of a rule set. Values only."""

from __future__ import annotations

from dataclasses import dataclass


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
