"""What scoring needs from the world, as seen from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class Folder(Protocol):
    """Where an artefact lies; a failure to read is a `RegistryUnavailable`."""

    def sizes(self) -> Mapping[str, int]:
        """Return every entry of the folder by name with its size in bytes; -1 for what is not a plain file."""

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""


class Shelf(Protocol):
    """Where models stand: ``<model>/<version>/`` folders and, per model, a journal of numbered entries from 1.

    The journal is the only thing that changes. An entry is created whole or not at all and never replaced, so whoever
    creates number n + 1 has compared and swapped. A failure to read or write is a `RegistryUnavailable`.
    """

    def models(self) -> Sequence[str]:
        """List the models."""

    def versions(self, model: str) -> Sequence[str]:
        """List a model's versions; none if there is no such model."""

    def folder(self, model: str, version: str) -> Folder:
        """Return a version's folder, which need not exist."""

    def last_entry(self, model: str) -> int:
        """Return the number of the journal's newest entry, 0 if there is none."""

    def has_entry(self, model: str, number: int) -> bool:
        """Tell whether there is such an entry; cheap, for it is asked several times a second."""

    def read_entry(self, model: str, number: int) -> bytes:
        """Return an entry."""

    def create_entry(self, model: str, number: int, data: bytes) -> bool:
        """Create an entry; False if somebody else has."""


class LastScore(NamedTuple):
    """What is remembered of a customer.

    Parameters
    ----------
    churn_risk
        Probability of leaving, 0 to 1.
    value_tier
        Empty: not known, and what is known of it stays.
    as_of_ms
        When it was so, in milliseconds since the epoch.
    """

    customer: str
    churn_risk: float
    value_tier: str
    as_of_ms: int


class ScoreMemory(Protocol):
    """Remembers each customer's last score, for whoever decides by it; a later instant wins over an earlier one."""

    def note(self, tenant: str, score: LastScore) -> None:
        """Have a score remembered soon; returns at once, and never fails."""

    async def keep(self, tenant: str, scores: Sequence[LastScore]) -> None:
        """Remember scores; a failure to is a `MemoryUnavailable`, after which some may be remembered."""
