"""Every storage keeps models and journals alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import fsspec
import pytest

from scoring.errors import RegistryUnavailable
from scoring.model import artefact
from scoring.registry.adapters.storage import LocalStorage, RemoteStorage, open_storage
from scoring.registry.ports import ModelStorage
from tests.scoring_models import write_model


@pytest.fixture(params=["local", "local URL", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ModelStorage]:
    write_model(tmp_path, "v1")
    write_model(tmp_path, "v2")
    if request.param == "local":
        yield open_storage(str(tmp_path))
    elif request.param == "local URL":
        yield open_storage(tmp_path.as_uri())
    else:
        root = f"memory://{uuid4().hex}"
        memory = fsspec.filesystem("memory")
        memory.put(str(tmp_path / "churn"), f"{root}/churn", recursive=True)
        yield open_storage(root)
        memory.rm(root, recursive=True)


def test_models_and_versions_are_listed(storage: ModelStorage) -> None:
    assert list(storage.models()) == ["churn"]
    assert list(storage.versions("churn")) == ["v1", "v2"]
    assert list(storage.versions("nobody")) == []


def test_a_version_is_verified_from_every_shelf(storage: ModelStorage) -> None:
    loaded = artefact.read(storage.folder("churn", "v1"))

    assert loaded.manifest.version == "v1"


def test_a_folder_that_is_not_there_does_not_answer(storage: ModelStorage) -> None:
    with pytest.raises(RegistryUnavailable):
        artefact.read(storage.folder("churn", "v9"))


def test_a_journal_counts_from_one_and_never_replaces(storage: ModelStorage) -> None:
    assert storage.last_entry("churn") == 0
    assert not storage.has_entry("churn", 1)

    assert storage.create_entry("churn", 1, b"first")
    assert not storage.create_entry("churn", 1, b"usurper")

    assert storage.read_entry("churn", 1) == b"first"
    assert storage.last_entry("churn") == 1
    assert storage.has_entry("churn", 1)
    assert list(storage.versions("churn")) == ["v1", "v2"]


def test_there_is_no_entry_0_and_an_empty_entry_is_one(storage: ModelStorage) -> None:
    assert storage.create_entry("churn", 1, b"")

    assert (storage.read_entry("churn", 1), storage.last_entry("churn")) == (b"", 1)
    assert not storage.has_entry("churn", 0)
    with pytest.raises(RegistryUnavailable):
        storage.read_entry("churn", 0)


def test_of_many_who_create_an_entry_at_once_one_wins(storage: ModelStorage) -> None:
    if isinstance(storage, RemoteStorage):
        pytest.skip("fsspec's memory file system is not for threads")
    won, start = [], threading.Barrier(8)

    def run(name: int) -> None:
        start.wait()
        if storage.create_entry("churn", 1, str(name).encode()):
            won.append(name)

    threads = [threading.Thread(target=run, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(won) == 1
    assert storage.read_entry("churn", 1) == str(won[0]).encode()


def test_an_unknown_file_system_is_named() -> None:
    with pytest.raises(RegistryUnavailable, match="nosuch"):
        open_storage("nosuch://bucket/models")


def test_an_empty_registry_is_empty_and_not_an_error(tmp_path: Path) -> None:
    assert list(LocalStorage(tmp_path / "absent").models()) == []
