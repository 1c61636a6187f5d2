"""Everything that can go wrong in routing, as a tree.

::

    RouterError
    ├── InvalidInput            the request cannot be read                  one violation per field
    │   └── InvalidRuleSet      the rule set cannot be published            one problem per place
    ├── NotFound                no such resource
    ├── AlreadyExists           the name is taken
    │   └── RequestIdReused     the request id was used for other content
    ├── Conflict                somebody else changed it first
    │   ├── StaleEtag
    │   └── StaleRevision       decided by rules or reps that no longer hold: decide again
    ├── NotPossible             its state, or a cap, forbids it
    ├── QueueFull               nothing more is taken in now                try again later
    ├── MemoryShort             the store has little left: likewise         try again later
    ├── Stopping                the service ends: another one goes on       try again at once
    ├── FormatMismatch          another version of Fairlead wrote the store
    └── CorruptHistory          a record contradicts the code that made it

``StoreUnavailable`` comes through from ``store.errors``. Nobody eligible is not among them: that is an outcome. Each
class has a constant ``reason`` for machines and keeps its facts as attributes; what gRPC makes of it stands in
``router.rpc.status``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    pass


class RouterError(Exception):
    """Root of the tree; never raised itself."""

    reason: ClassVar[str]


@dataclass(frozen=True)
class Violation:
    """What is wrong with one field.

    Parameters
    ----------
    field
        Path of the field in the request, e.g. ``work_item.attributes.region``.
    description
        The value found and what is allowed.
    """

    field: str
    description: str


class InvalidInput(RouterError):
    """The request cannot be read."""

    reason = "INVALID_INPUT"

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(f"{v.field}: {v.description}" for v in self.violations))

    @classmethod
    def of(cls, field: str, description: str) -> InvalidInput:
        """Make the error of a single field."""
        return cls([Violation(field, description)])


class NotFound(RouterError):
    """No such resource."""

    reason = "NOT_FOUND"

    def __init__(self, resource_type: str, name: str) -> None:
        self.resource_type = resource_type
        self.name = name
        super().__init__(f"there is no {resource_type} {name!r}")


class AlreadyExists(RouterError):
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


class Conflict(RouterError):
    """Somebody else changed it first."""

    reason = "CONFLICT"

    def __init__(self, name: str, description: str) -> None:
        self.name = name
        self.description = description
        super().__init__(f"{name}: {description}")


class StaleEtag(Conflict):
    """The etag is not the current one."""

    reason = "STALE_ETAG"


class StaleRevision(Conflict):
    """The rules or the workforce changed since they were read."""

    reason = "STALE_REVISION"


class NotPossible(RouterError):
    """The resource's state, or a cap, forbids it."""

    reason = "NOT_POSSIBLE"

    def __init__(self, name: str, description: str) -> None:
        self.name = name
        self.description = description
        super().__init__(f"{name}: {description}")


class QueueFull(RouterError):
    """The queue holds as much as it may."""

    reason = "QUEUE_FULL"

    def __init__(self, name: str, held: int, retry_after_s: float = 1.0) -> None:
        self.name = name
        self.held = held
        self.retry_after_s = retry_after_s
        super().__init__(f"{name} holds {held} submissions, dead letters included, as much as it may")


class MemoryShort(RouterError):
    """The store has little memory left, and keeps it for routing what it holds."""

    reason = "MEMORY_SHORT"

    def __init__(self, percent: int, retry_after_s: float = 1.0) -> None:
        self.percent = percent
        self.retry_after_s = retry_after_s
        super().__init__(f"the store uses {percent} % of its memory, and takes nothing in until it has more")


class Stopping(RouterError):
    """The service ends, and with it what would never have ended by itself."""

    reason = "STOPPING"

    def __init__(self) -> None:
        super().__init__("the service stops: call again, with the last token you have")


class FormatMismatch(RouterError):
    """The store was written by another version of Fairlead, which this one does not understand."""

    reason = "FORMAT_MISMATCH"

    def __init__(self, name: str, found: int, expected: int) -> None:
        self.name = name
        self.description = f"its store has format {found}, this version of Fairlead reads and writes {expected}: " + (
            "start a newer version" if found > expected else "stop every server, then start one of this version"
        )
        super().__init__(f"{name}: {self.description}")


class CorruptHistory(RouterError):
    """A stored decision does not follow from its own facts: the log was altered, or the code that decides was."""

    reason = "CORRUPT_HISTORY"

    def __init__(self, name: str, description: str) -> None:
        self.name = name
        super().__init__(f"{name}: {description}")
