"""What can go wrong with rules beside what every package may fail of: ``InvalidRuleSet``, an ``InvalidInput``."""

from __future__ import annotations

from collections.abc import Sequence

from router.model.errors import InvalidInput, Violation
from rules.problems import Problem


class InvalidRuleSet(InvalidInput):
    """The rule set cannot be published.

    ``problems`` are those of ``rules.problems``: each has line, column, path and message.
    """

    reason = "INVALID_RULE_SET"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            [Violation("source", f"line {p.line}, column {p.column}: {p.message} ({p.path})") for p in self.problems]
        )
