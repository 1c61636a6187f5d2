"""Everything that can go wrong in scoring, as a tree.

::

    ScoringError
    ├── InvalidInput            the request or document cannot be read      one violation per field
    │   ├── InvalidSchema       a feature schema
    │   └── InvalidProfile      a health profile
    ├── NotFound                no such model, version, alias or profile
    ├── RequestIdReused         the request id was used for other content
    ├── Conflict                somebody else changed it first
    │   └── StaleEtag
    ├── NotPossible             its state forbids it
    │   └── GatesFailed         the gates of training speak against a promotion
    ├── ArtefactRefused         a model folder that must not serve          the file, and what is wrong with it
    │   ├── ArtefactIncomplete  a file is missing, cut short or not listed
    │   ├── HashMismatch        a file is not the one that was signed for
    │   ├── ArtefactUnsafe      a path trick, a pickled object, an absurd size
    │   ├── ArtefactMalformed   shapes, types or numbers that make no sense
    │   └── GoldenMismatch      the tables answer otherwise than when they were trained
    ├── RegistryUnavailable     the registry does not answer                try again later
    └── MemoryUnavailable       what remembers scores does not answer       try again later

Each class has a constant ``reason`` for machines and keeps its facts as attributes; what gRPC makes of it stands in
``scoring.rpc.status``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self


class ScoringError(Exception):
    """Root of the tree; never raised itself."""

    reason: ClassVar[str]

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes with all facts; by default only the message would."""
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[ScoringError], args: tuple[object, ...], facts: dict[str, object]) -> ScoringError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(facts)
    return error


@dataclass(frozen=True)
class Violation:
    """What is wrong with one field.

    Parameters
    ----------
    field
        Path of the field, e.g. ``features[3].categories``.
    description
        The value found and what is allowed.
    """

    field: str
    description: str


class InvalidInput(ScoringError):
    """The request or document cannot be read."""

    reason = "INVALID_INPUT"

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__(
            "; ".join(f"{v.field}: {v.description}" if v.field else v.description for v in self.violations)
        )

    @classmethod
    def of(cls, field: str, description: str) -> Self:
        """Make the error of a single field."""
        return cls([Violation(field, description)])


class InvalidSchema(InvalidInput):
    """A feature schema cannot be read."""

    reason = "INVALID_SCHEMA"


class InvalidProfile(InvalidInput):
    """A health profile cannot be read."""

    reason = "INVALID_PROFILE"


class NotFound(ScoringError):
    """No such resource."""

    reason = "NOT_FOUND"

    def __init__(self, resource_type: str, name: str, hint: str = "") -> None:
        self.resource_type = resource_type
        self.name = name
        super().__init__(f"there is no {resource_type} {name!r}" + (f": {hint}" if hint else ""))


class RequestIdReused(ScoringError):
    """The request id was used for other content."""

    reason = "REQUEST_ID_REUSED"

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        super().__init__(f"request_id {request_id!r} was used for other content: a new intent needs a new id")


class Conflict(ScoringError):
    """Somebody else changed it first."""

    reason = "CONFLICT"

    def __init__(self, name: str, description: str) -> None:
        self.name = name
        self.description = description
        super().__init__(f"{name}: {description}")


class StaleEtag(Conflict):
    """The etag is not the current one."""

    reason = "STALE_ETAG"


class NotPossible(ScoringError):
    """The resource's state forbids it."""

    reason = "NOT_POSSIBLE"

    def __init__(self, name: str, description: str) -> None:
        self.name = name
        self.description = description
        super().__init__(f"{name}: {description}")


class GatesFailed(NotPossible):
    """The gates of training speak against a promotion."""

    reason = "GATES_CLOSED"

    def __init__(self, name: str, failed: Sequence[str]) -> None:
        self.failed = tuple(failed)
        super().__init__(name, "failed gates: " + "; ".join(self.failed))


class ArtefactRefused(ScoringError):
    """A model folder must not serve."""

    reason = "ARTEFACT_REFUSED"

    def __init__(self, file: str, description: str) -> None:
        self.file = file
        self.description = description
        super().__init__(f"{file}: {description}")


class ArtefactIncomplete(ArtefactRefused):
    """A file is missing, cut short or not listed."""

    reason = "ARTEFACT_INCOMPLETE"


class HashMismatch(ArtefactRefused):
    """A file is not the one that was signed for."""

    reason = "HASH_MISMATCH"


class ArtefactUnsafe(ArtefactRefused):
    """A path trick, a pickled object or an absurd size."""

    reason = "ARTEFACT_UNSAFE"


class ArtefactMalformed(ArtefactRefused):
    """Shapes, types or numbers make no sense."""

    reason = "ARTEFACT_MALFORMED"


class GoldenMismatch(ArtefactRefused):
    """The tables answer otherwise than when they were trained."""

    reason = "GOLDEN_MISMATCH"


class RegistryUnavailable(ScoringError):
    """The registry does not answer."""

    reason = "REGISTRY_UNAVAILABLE"

    def __init__(self, description: str, retry_after_s: float = 1.0) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(description)


class MemoryUnavailable(ScoringError):
    """What remembers scores does not answer."""

    reason = "MEMORY_UNAVAILABLE"

    def __init__(self, description: str, retry_after_s: float = 1.0) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(description)
