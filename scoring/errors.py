"""What can go wrong in scoring, beside what every package may fail of.

::

    InvalidInput                the request or document cannot be read      one violation per field
    ├── InvalidSchema           a feature schema
    └── InvalidProfile          a health profile
    NotPossible                 its state forbids it
    ├── GatesFailed             the gates of training speak against a promotion
    └── ArtefactRefused         a model folder that must not serve          the file, and what is wrong with it
        ├── ArtefactIncomplete  a file is missing, cut short or not listed
        ├── HashMismatch        a file is not the one that was signed for
        ├── ArtefactUnsafe      a path trick, a pickled object, an absurd size
        ├── ArtefactMalformed   shapes, types or numbers that make no sense
        └── GoldenMismatch      the tables answer otherwise than when they were trained
    Unavailable
    ├── RegistryUnavailable     the registry does not answer                try again later
    └── MemoryUnavailable       what remembers scores does not answer       try again later
"""

from __future__ import annotations

from collections.abc import Sequence

from failures import (
    Conflict,
    InvalidInput,
    NotFound,
    NotPossible,
    RequestIdReused,
    StaleEtag,
    Unavailable,
    Violation,
)

__all__ = [
    "ArtefactIncomplete", "ArtefactMalformed", "ArtefactRefused", "ArtefactUnsafe", "Conflict", "GatesFailed",
    "GoldenMismatch", "HashMismatch", "InvalidInput", "InvalidProfile", "InvalidSchema", "MemoryUnavailable",
    "NotFound", "NotPossible", "RegistryUnavailable", "RequestIdReused", "StaleEtag", "Violation",
]  # fmt: skip


class InvalidSchema(InvalidInput):
    """A feature schema cannot be read."""

    reason = "INVALID_SCHEMA"


class InvalidProfile(InvalidInput):
    """A health profile cannot be read."""

    reason = "INVALID_PROFILE"


class GatesFailed(NotPossible):
    """The gates of training speak against a promotion."""

    reason = "GATES_CLOSED"

    def __init__(self, name: str, failed: Sequence[str]) -> None:
        super().__init__(name, "failed gates: " + "; ".join(failed))


class ArtefactRefused(NotPossible):
    """A model folder must not serve; ``name`` is the file's."""

    reason = "ARTEFACT_REFUSED"


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


class RegistryUnavailable(Unavailable):
    """The registry does not answer."""

    reason = "REGISTRY_UNAVAILABLE"


class MemoryUnavailable(Unavailable):
    """What remembers scores does not answer."""

    reason = "MEMORY_UNAVAILABLE"
