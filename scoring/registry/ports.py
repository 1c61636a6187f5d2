"""What the registry needs from the world: where models stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from scoring.model.ports import Folder


class ModelStorage(Protocol):
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
