"""Everything that can go wrong for whoever asks, by kind, whatever carries the answer.

::

    Failure
    ├── InvalidInput            the request cannot be read                      one violation per field
    ├── NotFound                no such resource
    ├── AlreadyExists           the name is taken
    │   └── RequestIdReused     the request id was used for other content
    ├── Conflict                somebody else changed it first
    │   └── StaleEtag
    ├── NotPossible             its state, or a cap, forbids it
    │   └── StoreUnsuitable     the store forbids what is needed, or others use it      its operator has to act
    ├── Exhausted               a bound is reached                              try again later
    │   └── MemoryShort         the store has little left
    ├── Unavailable             somebody does not answer                        try again later
    │   └── StoreUnavailable    the store
    ├── DataLoss                a record contradicts what made it
    ├── Unauthenticated         they do not show who they are
    └── PermissionDenied        they are known, and may not

Packages subclass what is theirs in an ``errors.py`` of their own. Each class that is raised has a constant ``reason``
for machines and keeps its facts as attributes; what gRPC makes of each kind stands in ``gateway.calls.status``. Imports
nothing of ours, so that everything may import it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

_LONGEST_SHOWN = 80


def shown(value: object) -> str:
    """Show a value in a failure, shortened."""
    written = repr(value)
    return written if len(written) <= _LONGEST_SHOWN else written[: _LONGEST_SHOWN - 1] + "…"


class Failure(Exception):
    """Root of the tree; never raised itself."""

    reason: ClassVar[str]

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes with all facts; by default only the message would."""
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[Failure], args: tuple[object, ...], facts: dict[str, object]) -> Failure:
    error = kind.__new__(kind, *args)
    error.__dict__.update(facts)
    return error


@dataclass(frozen=True)
class Violation:
    """What is wrong with one field.

    Parameters
    ----------
    field
        Path of the field in the request or document, e.g. ``work_item.attributes.region``; empty for the whole.
    description
        The value found and what is allowed.
    """

    field: str
    description: str

    def __str__(self) -> str:
        return f"{self.field}: {self.description}" if self.field else self.description


class InvalidInput(Failure):
    """The request cannot be read."""

    reason = "INVALID_INPUT"

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(map(str, self.violations)))

    @classmethod
    def of(cls, field: str, description: str) -> Self:
        """Make the error of a single field."""
        return cls([Violation(field, description)])


class NotFound(Failure):
    """No such resource."""

    reason = "NOT_FOUND"

    def __init__(self, resource_type: str, name: str, hint: str = "") -> None:
        self.resource_type = resource_type
        self.name = name
        super().__init__(f"there is no {resource_type} {name!r}" + (f": {hint}" if hint else ""))


class AlreadyExists(Failure):
    """The name is taken."""

    reason = "ALREADY_EXISTS"

    def __init__(self, resource_type: str, name: str) -> None:
        self.resource_type = resource_type
        self.name = name
        super().__init__(f"there is a {resource_type} {name!r} already")


class RequestIdReused(AlreadyExists):
    """The request id was used for other content."""

    reason = "REQUEST_ID_REUSED"

    def __init__(self, request_id: str) -> None:
        super().__init__("request", request_id)
        self.args = (f"request_id {request_id!r} was used for other content: a new intent needs a new id",)


class Conflict(Failure):
    """Somebody else changed it first."""

    reason = "CONFLICT"

    def __init__(self, name: str, description: str) -> None:
        self.name = name
        self.description = description
        super().__init__(f"{name}: {description}")


class StaleEtag(Conflict):
    """The etag is not the current one."""

    reason = "STALE_ETAG"


class NotPossible(Failure):
    """The resource's state, or a cap, forbids it."""

    reason = "NOT_POSSIBLE"

    def __init__(self, name: str, description: str) -> None:
        self.name = name
        self.description = description
        super().__init__(f"{name}: {description}")


class StoreUnsuitable(NotPossible):
    """The store forbids what is needed of it, or holds what others wrote under our names; its operator has to act."""

    reason = "STORE_UNSUITABLE"

    def __init__(self, description: str) -> None:
        super().__init__("the store", description)


class Exhausted(Failure):
    """A bound is reached; never raised itself.

    Parameters
    ----------
    subject
        Whose bound it is; None: everybody's.
    retry_after_s
        When to try again, in seconds; None: never like this.
    """

    def __init__(self, subject: str | None, description: str, retry_after_s: float | None) -> None:
        self.subject = subject
        self.retry_after_s = retry_after_s
        super().__init__(description)


class MemoryShort(Exhausted):
    """The store has little memory left, and keeps it for what it holds.

    Parameters
    ----------
    percent
        Of the memory that it may use, how much is in use.
    """

    reason = "MEMORY_SHORT"

    def __init__(self, percent: int, retry_after_s: float = 1.0) -> None:
        self.percent = percent
        description = f"the store uses {percent} % of its memory, and takes nothing in until it has more"
        super().__init__("memory of the store", description, retry_after_s)


class Unavailable(Failure):
    """Somebody does not answer; never raised itself.

    Parameters
    ----------
    retry_after_s
        When to try again, in seconds; None: at once.
    """

    def __init__(self, description: str, retry_after_s: float | None = 1.0) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(description)


class StoreUnavailable(Unavailable):
    """The store does not answer, or takes no writes."""

    reason = "STORE_UNAVAILABLE"


class DataLoss(Failure):
    """A record contradicts what made it; never raised itself."""

    def __init__(self, name: str, description: str) -> None:
        self.name = name
        super().__init__(f"{name}: {description}")


class Unauthenticated(Failure):
    """They do not show who they are."""

    reason = "UNAUTHENTICATED"


class PermissionDenied(Failure):
    """They are known, and may not."""

    reason = "PERMISSION_DENIED"
