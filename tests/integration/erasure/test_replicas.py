"""Replicas keep files of their own: those are written anew too before anybody says that a store's files are clean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from store.clients import client_for, close
from store.files import rewritten
from tests.conftest import serving
from tests.integration.erasure.test_commands import run
from tests.patience import until
from tests.topologies import Cluster, Server, Watched, free_port

NEEDLE = "Mrs-Wu-139-4711"
APPENDS = ("--appendonly", "yes", "--save", "")
SAVES_NOTHING = ("--appendonly", "no", "--save", "")


@pytest.fixture
def running() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


class Kept(Server):
    """A server whose folder can be looked into.

    Parameters
    ----------
    of
        The server whose replica it is; it has the same content when this returns.
    """

    def __init__(self, folder: Path, *options: str, of: Server | None = None) -> None:
        self.folder = folder
        follows = ("--replicaof", f"127.0.0.1 {of.port}") if of else ()
        super().__init__(folder, "--repl-diskless-sync", "no", *options, *follows)

    def follows(self) -> bool:
        return bool(self.tells("replication", "master_link_status") == "up")

    def holds(self) -> bool:
        files = [file for file in self.folder.rglob("*") if file.is_file() and file.name != "server.log"]
        return any(NEEDLE.encode() in file.read_bytes() for file in files)


async def _written_anew(url: str) -> tuple[int, str]:
    client: Any = client_for(url)
    try:
        return await rewritten(client)
    finally:
        await close(client)


@pytest.mark.parametrize("keeps", [APPENDS, SAVES_NOTHING])
async def test_the_files_of_replicas_are_written_anew_too_and_of_those_that_follow_them(
    running: ExitStack, tmp_path: Path, keeps: tuple[str, ...]
) -> None:
    primary = running.enter_context(Kept(tmp_path / "primary", *APPENDS))
    primary.ask("SET", NEEDLE, "planted")
    replica = running.enter_context(Kept(tmp_path / "replica", *keeps, of=primary))
    until(replica.follows)
    further = running.enter_context(Kept(tmp_path / "further", *keeps, of=replica))
    until(further.follows)
    primary.ask("DEL", NEEDLE)
    all_of_them = (primary, replica, further)
    assert [server.holds() for server in all_of_them] == [True] * 3

    clean_ms, hindrance = await _written_anew(f"redis://{primary.address}")

    assert (clean_ms > 0, hindrance) == (True, "")
    assert [server.holds() for server in all_of_them] == [False] * 3


async def test_a_replica_that_lets_nobody_in_is_named_with_what_to_run_there(
    running: ExitStack, tmp_path: Path
) -> None:
    primary = running.enter_context(Kept(tmp_path / "primary", *APPENDS))
    replica = running.enter_context(Kept(tmp_path / "replica", *APPENDS, of=primary))
    until(replica.follows)
    replica.ask("CONFIG", "SET", "requirepass", "another")

    clean_ms, hindrance = await _written_anew(f"redis://{primary.address}")

    assert clean_ms == 0
    assert f"replica {replica.address} " in hindrance
    assert "run BGREWRITEAOF and BGSAVE there" in hindrance


async def test_whoever_answers_in_a_replica_s_place_is_not_taken_for_it(running: ExitStack, tmp_path: Path) -> None:
    primary = running.enter_context(Kept(tmp_path / "primary", *APPENDS))
    stranger = running.enter_context(Kept(tmp_path / "stranger", *APPENDS))
    announced = ("--replica-announce-ip", "127.0.0.1", "--replica-announce-port", str(stranger.port))
    replica = running.enter_context(Kept(tmp_path / "replica", *APPENDS, *announced, of=primary))
    until(replica.follows)

    clean_ms, hindrance = await _written_anew(f"redis://{primary.address}")

    assert clean_ms == 0
    assert f"replica {stranger.address} " in hindrance


@pytest.mark.long
async def test_the_replica_of_a_primary_that_sentinels_name_is_asked(watched: Watched) -> None:
    watched.primary.ask("SET", NEEDLE, "planted")
    watched.primary.ask("DEL", NEEDLE)

    clean_ms, hindrance = await _written_anew(watched.url)

    assert (clean_ms > 0, hindrance) == (True, "")


@pytest.mark.long
async def test_the_replicas_of_a_cluster_s_nodes_are_asked_each(running: ExitStack, short_path: Path) -> None:
    cluster = Cluster(short_path / "with a replica", running)
    node, bus = cluster.nodes[1], free_port()
    options = ("--cluster-enabled", "yes", "--cluster-port", str(bus))
    replica = running.enter_context(Kept(short_path / "follows a node", *SAVES_NOTHING, *options))
    cluster.nodes[0].ask("CLUSTER", "MEET", "127.0.0.1", replica.port, bus)
    node_id = str(node.ask("CLUSTER", "MYID"))
    until(lambda: node_id in str(replica.ask("CLUSTER", "NODES")))
    replica.ask("CLUSTER", "REPLICATE", node_id)
    until(replica.follows)

    sound = await _written_anew(cluster.url)
    replica.ask("CONFIG", "SET", "requirepass", "another")
    refused = await _written_anew(cluster.url)

    assert "replica" not in sound[1]
    assert f"replica {replica.address} " in refused[1]


async def test_whoever_erases_is_told_of_replicas_that_nobody_could_ask(running: ExitStack, tmp_path: Path) -> None:
    primary = running.enter_context(Kept(tmp_path / "primary", *APPENDS))
    replica = running.enter_context(Kept(tmp_path / "replica", *APPENDS, of=primary))
    until(replica.follows)
    replica.ask("CONFIG", "SET", "requirepass", "another")

    async with serving(f"redis://{primary.address}") as address:
        told = await run("erase", "C-1", "--yes", "--server", address)

    assert f"it is not known from when on backups are clean: replica {replica.address} " in told.output
