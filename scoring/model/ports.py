"""What a model needs from the world: the folder it comes in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Folder(Protocol):
    """Where an artefact lies; a failure to read is a `RegistryUnavailable`."""

    def sizes(self) -> Mapping[str, int]:
        """Return every entry of the folder by name with its size in bytes; -1 for what is not a plain file."""

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
