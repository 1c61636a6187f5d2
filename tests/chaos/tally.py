"""What a round, or a run, adds up to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields

from tests.chaos.plan import Fault


@dataclass(slots=True)
class Tally:
    """Counts; ``checked`` and ``decided`` by a promise's text, see ``promises``."""

    faults: Counter[Fault] = field(default_factory=Counter)
    missed: Counter[Fault] = field(default_factory=Counter)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    events: int = 0
    items: int = 0
    unjudged: int = 0
    violations: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add another."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
