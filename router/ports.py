"""What routing needs from outside, as it needs it."""

from __future__ import annotations

from typing import Protocol

from router.rules.ruleset import Fact


class RuleEngine(Protocol):
    """Finds the rules that hold for a work item. Immutable once built; swapped by reference; closed by who built it."""

    @property
    def name(self) -> str:
        """Which engine it is: ``durable``, ``index`` or ``reference``."""
        ...

    def match(self, fact: Fact) -> tuple[str, ...]:
        """Return the ids of ALL matching rules in order of precedence."""
        ...

    def close(self) -> None:
        """Give back what it holds; nothing may be matched afterwards. Closing twice is allowed."""
        ...
