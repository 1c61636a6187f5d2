"""The walks in ``examples/`` against a service, by commands alone, on the simulated clock."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from router.cli.walk_files import Walk, read_walk
from store.embedded.orphans import socket_path
from tests.api import differences
from tests.integration.walks.commands import Commands
from tests.integration.walks.walker import Walker
from tests.served import Served

WALKS = sorted((Path(__file__).parents[2] / "examples").glob("*.walk.yaml"))


def walk_of(file: Path) -> Walk:
    read = read_walk(file.read_bytes())
    assert read.walk is not None, read.problems
    return read.walk


@pytest.mark.long
@pytest.mark.parametrize("file", WALKS, ids=lambda file: file.name)
def test_every_row_of_a_walk_is_as_it_says(file: Path, data_folder: Path, tmp_path: Path) -> None:
    served = Served(data_folder, options=("--simulated-clock",))
    commands = Commands(served.ready(), data_folder, "default", tmp_path)

    faults = Walker(commands, walk_of(file), file.parent).go()
    replayed = asyncio.run(differences(f"unix://{socket_path(data_folder)}", "default"))
    served.close()

    assert faults == []
    assert replayed == []
