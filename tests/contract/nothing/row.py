"""One line of the list: a parameter that may be 0, empty or not given, and what each of these means."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

REQUIRED = object()
"""What a parameter that cannot be left out is answered when it is."""

Given = Mapping[str, Any]
"""The parameter by its name, or nothing where it is not given."""


@dataclass(frozen=True)
class Row:
    """A parameter of a port, or a field of a value that ports take.

    Parameters
    ----------
    of
        The port's method, or the value's class.
    parameter
        Its name there.
    nothing
        0, "" or what is empty.
    means, absent
        What that means, and what "not given" means, in words.
    call
        Asks a world, with the parameter or without it.
    answer, otherwise
        What is answered with it and without it: a value, or the class of an error.
    redis_only
        Whether the port has no twin in memory.
    """

    of: Any
    parameter: str
    nothing: Any
    means: str
    absent: str
    call: Callable[[Any, Given], Awaitable[Any]]
    answer: Any
    otherwise: Any = REQUIRED
    redis_only: bool = False

    @property
    def name(self) -> str:
        """Name it as in ``Workforce.changes up_to``."""
        return f"{self.of.__qualname__} {self.parameter}"

    @property
    def ways(self) -> list[tuple[str, Given, Any]]:
        """List the ways to pass it: as nothing, as None where that is "not given", and not at all; with the answers."""
        ways: list[tuple[str, Given, Any]] = [("nothing", {self.parameter: self.nothing}, self.answer)]
        if self.otherwise is REQUIRED:
            return ways
        return [*ways, *self._none, ("not given", {}, self.otherwise)]

    @property
    def _none(self) -> list[tuple[str, Given, Any]]:
        takes_none = "None" in str(self.of.__annotations__.get(self.parameter))
        return [("none", {self.parameter: None}, self.otherwise)] if takes_none else []
