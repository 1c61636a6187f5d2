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
        super().__init__([Violation("source", _told(problem)) for problem in self.problems])


def _told(problem: Problem) -> str:
    """Tell a problem, with its place if it has one.

    Examples
    --------
    >>> _told(Problem(3, 9, "stages", "it is empty")), _told(Problem(0, 0, "", "it took too long"))
    ('line 3, column 9: it is empty (stages)', 'it took too long')
    """
    place = f"line {problem.line}, column {problem.column}: " if problem.line else ""
    return f"{place}{problem.message}{f' ({problem.path})' if problem.path else ''}"


class InvalidRuleSet(InvalidSource):
    """The rule set cannot be published."""

    reason = "INVALID_RULE_SET"
