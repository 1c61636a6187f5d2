"""What is wrong in a rule set, and where: what the checker, the tests, the command line and the API all speak of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem matters."""

    ERROR = "error"
    """Keeps the rule set from being published."""
    WARNING = "warning"
    """Does not, but is worth a look."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, at one place.

    Parameters
    ----------
    line, column
        Counted from 1, in lines and characters; 0 when it has no place.
    path
        Where in the document, e.g. ``rules[0].when.all[1].op``; empty for the whole.
    message
        The value found and what is allowed.

    """

    line: int
    column: int
    path: str
    message: str
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        """Whether it keeps the rule set from being published."""
        return self.severity is Severity.ERROR


MAX_PROBLEMS = 100
"""Problems reported at most: who has more than that has one that causes the others."""


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems as the source reads, each once, errors before warnings at one place; cut after ``MAX_PROBLEMS``."""
    ordered = sorted(set(problems), key=lambda p: (p.line, p.column, p.severity, p.path, p.message))
    if len(ordered) <= MAX_PROBLEMS:
        return tuple(ordered)
    errors_first = sorted(ordered, key=lambda p: not p.is_error)[:MAX_PROBLEMS]
    more = len(ordered) - MAX_PROBLEMS
    kept = sorted(errors_first, key=lambda p: (p.line, p.column, p.severity, p.path, p.message))
    return (*kept, Problem(0, 0, "", f"there are {more} more problems", errors_first[0].severity))


def shown(value: object, length: int = 80) -> str:
    """Quote a value found, cut to about ``length`` characters however large it is.

    Examples
    --------
    >>> shown("x" * 1_000_000, 8)
    "'xxxxxxx…'"
    >>> shown([1, 2, 3])
    '[1, 2, 3]'

    """
    if isinstance(value, str):
        return repr(value) if len(value) < length else repr(value[: length - 1] + "…")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        text = "[" + ", ".join(shown(item, length // 2) for item in value[:8]) + (", …]" if len(value) > 8 else "]")
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{key!s:.20}: …" for key in list(value)[:8]) + "}"
    elif isinstance(value, int):
        text = str(value) if value.bit_length() < 256 else f"a number of about {value.bit_length() * 3 // 10} digits"
    else:
        text = "null" if value is None else repr(value)
    return text if len(text) <= length else text[: length - 1] + "…"


def known_names(names: Collection[str]) -> str:
    """List the first names that would have been right."""
    if not names:
        return "none"
    return ", ".join(list(names)[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
