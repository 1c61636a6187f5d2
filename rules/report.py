"""The list of problems that grows while a document's meaning is checked."""

from __future__ import annotations

from rules.document import Document
from rules.problems import Problem, Severity

Path = tuple[str | int, ...]


class Report:
    """Collects problems by path; the document knows their lines."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.problems: list[Problem] = []

    def error(self, path: Path, message: str, *, of_key: bool = False) -> None:
        """Add what keeps the rule set from being published."""
        self.problems.append(self._document.problem_at(path, message, of_key=of_key))

    def warn(self, path: Path, message: str, *, of_key: bool = False) -> None:
        """Add what is worth a look."""
        self.problems.append(self._document.problem_at(path, message, of_key=of_key, severity=Severity.WARNING))

    @property
    def has_errors(self) -> bool:
        """Whether something keeps the rule set from being published."""
        return any(problem.is_error for problem in self.problems)

    def line(self, path: Path) -> int:
        """Return the line of a path, from 1."""
        return self._document.place(path)[0]
