"""What matches facts against a rule set."""

from __future__ import annotations

from typing import Protocol

from rules.fields import Fact


class RuleEngine(Protocol):
    """Matches facts against one rule set; immutable once built."""

    @property
    def name(self) -> str:
        """Which engine it is: ``durable``, ``index`` or ``reference``."""

    def match(self, fact: Fact) -> tuple[str, ...]:
        """Return the ids of all matching rules in order of precedence."""

    def close(self) -> None:
        """Give back what it holds."""
