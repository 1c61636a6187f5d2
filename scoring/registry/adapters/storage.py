"""The registry's files: on a local disk, or anywhere fsspec reaches (S3, GCS, Azure, HDFS, memory …).

On a disk an entry of the journal is written aside and linked into place, which fails if the name is taken. On object
stores fsspec's exclusive creation is used; where a store has none that is atomic, promote from one place at a time.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from scoring.errors import RegistryUnavailable
from scoring.names import NAME_PATTERN
from scoring.registry.adapters.folders import LocalFolder, RemoteFolder
from scoring.registry.ports import ModelStorage

if TYPE_CHECKING:
    import fsspec

JOURNAL = ".journal"
_NAME = re.compile(NAME_PATTERN)
_ENTRY = re.compile(r"(\d{8})\.json")


def open_storage(url: str) -> ModelStorage:
    """Open a registry by a local path or any fsspec URL, e.g. ``s3://bucket/models``; nothing is created yet.

    Raises
    ------
    RegistryUnavailable
        If the URL's file system is not installed or cannot be reached.
    """
    if "://" not in url and "::" not in url:
        return LocalStorage(Path(url))
    import fsspec  # only for what is not a folder

    try:
        files, path = fsspec.core.url_to_fs(url)
    except Exception as error:  # each file system has its own family of errors
        raise RegistryUnavailable(f"{url}: {error}") from error
    return LocalStorage(Path(path)) if "file" in _protocols(files) else RemoteStorage(files, path)


class LocalStorage:
    """``scoring.registry.ports.ModelStorage`` in a folder on a disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def models(self) -> Sequence[str]:
        return self._folders(self._root)

    def versions(self, model: str) -> Sequence[str]:
        return self._folders(self._root / model)

    def folder(self, model: str, version: str) -> LocalFolder:
        return LocalFolder(self._root / model / version)

    def last_entry(self, model: str) -> int:
        try:
            return newest(os.listdir(self._root / model / JOURNAL))
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise RegistryUnavailable(f"{self._root / model}: {error.strerror}") from error

    def has_entry(self, model: str, number: int) -> bool:
        return self._entry(model, number).exists()

    def read_entry(self, model: str, number: int) -> bytes:
        try:
            return self._entry(model, number).read_bytes()
        except OSError as error:
            raise RegistryUnavailable(f"{self._entry(model, number)}: {error.strerror}") from error

    def create_entry(self, model: str, number: int, data: bytes) -> bool:
        target = self._entry(model, number)
        aside = target.with_name(f".{uuid4().hex}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with aside.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(aside, target)
            except FileExistsError:
                return False
            finally:
                aside.unlink()
        except OSError as error:
            raise RegistryUnavailable(f"{target}: {error.strerror}") from error
        return True

    def _entry(self, model: str, number: int) -> Path:
        return self._root / model / JOURNAL / entry_name(number)

    def _folders(self, parent: Path) -> Sequence[str]:
        try:
            return sorted(entry.name for entry in os.scandir(parent) if _NAME.match(entry.name) and entry.is_dir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RegistryUnavailable(f"{parent}: {error.strerror}") from error


class RemoteStorage:
    """``scoring.registry.ports.ModelStorage`` on any file system of fsspec."""

    def __init__(self, files: fsspec.AbstractFileSystem, path: str) -> None:
        self._files = files
        self._path = path.rstrip("/")

    def models(self) -> Sequence[str]:
        return self._names(self._path)

    def versions(self, model: str) -> Sequence[str]:
        return self._names(f"{self._path}/{model}")

    def folder(self, model: str, version: str) -> RemoteFolder:
        return RemoteFolder(self._files, f"{self._path}/{model}/{version}")

    def last_entry(self, model: str) -> int:
        return newest([name for name, _ in self._list(f"{self._path}/{model}/{JOURNAL}")])

    def has_entry(self, model: str, number: int) -> bool:
        path = self._entry(model, number)
        try:
            self._files.invalidate_cache(path.rsplit("/", 1)[0])
            return bool(self._files.exists(path))
        except Exception as error:  # each file system has its own family of errors
            raise RegistryUnavailable(f"{path}: {error}") from error

    def read_entry(self, model: str, number: int) -> bytes:
        path = self._entry(model, number)
        try:
            return bytes(self._files.cat_file(path))
        except Exception as error:  # as above
            raise RegistryUnavailable(f"{path}: {error}") from error

    def create_entry(self, model: str, number: int, data: bytes) -> bool:
        path = self._entry(model, number)
        try:
            self._files.pipe_file(path, data, mode="create")
        except FileExistsError:
            return False
        except Exception as error:  # as above
            raise RegistryUnavailable(f"{path}: {error}") from error
        return True

    def _entry(self, model: str, number: int) -> str:
        return f"{self._path}/{model}/{JOURNAL}/{entry_name(number)}"

    def _names(self, path: str) -> Sequence[str]:
        return sorted(name for name, kind in self._list(path) if kind == "directory" and _NAME.match(name))

    def _list(self, path: str) -> list[tuple[str, str]]:
        try:
            self._files.invalidate_cache(path)
            entries = self._files.ls(path, detail=True)
        except FileNotFoundError:
            return []
        except Exception as error:  # as above
            raise RegistryUnavailable(f"{path}: {error}") from error
        return [(entry["name"].rstrip("/").rsplit("/", 1)[-1], entry["type"]) for entry in entries]


def entry_name(number: int) -> str:
    """Name an entry's file.

    Examples
    --------
    >>> entry_name(7)
    '00000007.json'
    """
    return f"{number:08d}.json"


def newest(names: Sequence[str]) -> int:
    """Return the highest number among entries' file names, 0 if there is none.

    Examples
    --------
    >>> newest(["00000001.json", "00000003.json", ".aside"])
    3
    """
    return max((int(match[1]) for name in names if (match := _ENTRY.fullmatch(name))), default=0)


def _protocols(files: fsspec.AbstractFileSystem) -> tuple[str, ...]:
    return (files.protocol,) if isinstance(files.protocol, str) else tuple(files.protocol)
