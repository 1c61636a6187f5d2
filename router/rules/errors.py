"""What can go wrong with what people write and publish, beside what every package may fail of.

::

    InvalidInput
    └── InvalidSource       what was written has problems, each with its place; never raised itself
        └── InvalidRuleSet  it cannot be published
"""

from __future__ import annotations

from collections.abc import Sequence

from router.model.errors import InvalidInput, Violation
from rules.problems import Problem


class InvalidSource(InvalidInput):
    """What was written cannot be published.

    ``problems`` are those of ``rules.problems``: each has line, column, path and message.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            [Violation("source", f"line {p.line}, column {p.column}: {p.message} ({p.path})") for p in self.problems]
        )


class InvalidRuleSet(InvalidSource):
    """The rule set cannot be published."""

    reason = "INVALID_RULE_SET"
