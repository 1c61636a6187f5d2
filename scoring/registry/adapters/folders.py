"""A version's folder, on a disk or wherever fsspec reaches."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scoring.errors import RegistryUnavailable

if TYPE_CHECKING:
    import fsspec


class LocalFolder:
    """``scoring.model.ports.Folder`` on a disk. Links are not followed: what is signed must lie in the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def sizes(self) -> Mapping[str, int]:
        try:
            statuses = {entry.name: entry.lstat() for entry in self._folder.iterdir()}
        except OSError as error:
            raise RegistryUnavailable(f"{self._folder}: {error.strerror}") from error
        return {name: status.st_size if stat.S_ISREG(status.st_mode) else -1 for name, status in statuses.items()}

    def read(self, name: str) -> bytes:
        try:
            descriptor = os.open(self._folder / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            with os.fdopen(descriptor, "rb") as file:
                return file.read()
        except OSError as error:
            raise RegistryUnavailable(f"{self._folder / name}: {error.strerror}") from error


class RemoteFolder:
    """``scoring.model.ports.Folder`` on any file system of fsspec, at ``path`` in its own form."""

    def __init__(self, files: fsspec.AbstractFileSystem, path: str) -> None:
        self._files = files
        self._path = path.rstrip("/")

    def sizes(self) -> Mapping[str, int]:
        try:
            self._files.invalidate_cache(self._path)
            entries = self._files.ls(self._path, detail=True)
        except Exception as error:  # each file system has its own family of errors
            raise RegistryUnavailable(f"{self._path}: {error}") from error
        return {
            entry["name"].rstrip("/").rsplit("/", 1)[-1]: entry["size"] if entry["type"] == "file" else -1
            for entry in entries
        }

    def read(self, name: str) -> bytes:
        try:
            return bytes(self._files.cat_file(f"{self._path}/{name}"))
        except Exception as error:  # as above
            raise RegistryUnavailable(f"{self._path}/{name}: {error}") from error
