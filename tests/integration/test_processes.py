"""Several server processes: they share the work on one port, and one that crashes takes nothing along."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Event
from urllib.request import urlopen

import pytest

from fairlead.v1 import workforce_pb2 as workforce
from store.embedded.server import EmbeddedServer
from tests.api import EVERYONE, differences
from tests.patience import patient_client, until
from tests.served import Served
from tests.topologies import free_port

REPS = ("ann", "bob", "eve")
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="ports are shared by the Linux kernel"),
    pytest.mark.long,
]


@pytest.fixture
def starts() -> Iterator[list[Served]]:
    """Yield a list for the processes of a test; what still runs is ended."""
    processes: list[Served] = []
    yield processes
    for process in processes:
        process.close()


def settle(address: str) -> None:
    """Arrange three reps, a pool and rules."""
    with patient_client(address) as client:
        client.upsert_reps([workforce.Rep(name=rep, active=True) for rep in REPS])
        client.upsert_pool("everyone", dict.fromkeys(REPS, 1.0))
        client.publish_rules(json.dumps(EVERYONE))


def a_server_of(supervisor: Served) -> int:
    """Return one of its children that is not the store."""
    return next(pid for pid in supervisor.children() if b"--supervised" in Path(f"/proc/{pid}/cmdline").read_bytes())


class Load:
    """Clients with connections of their own, who route until they are told to stop."""

    def __init__(self, address: str, clients: int = 8) -> None:
        self.told: dict[str, str] = {}
        self._address = address
        self._enough, self._stopping = Event(), Event()
        self._pool = ThreadPoolExecutor(clients)
        self._sent = [self._pool.submit(self._send, sender) for sender in range(clients)]

    def _send(self, sender: int) -> None:
        with patient_client(self._address) as client:
            for number in count():
                decision = client.route({}, source="crm", external_id=f"L-{sender}-{number}")
                self.told[decision.work_item] = decision.rep
                if len(self.told) >= 100:
                    self._enough.set()
                if self._stopping.is_set():
                    return

    def under_way(self) -> None:
        """Wait until it is."""
        self._enough.wait()

    def stop(self) -> dict[str, str]:
        """Return who got what; raises what failed for good."""
        self._stopping.set()
        for sent in self._sent:
            sent.result()
        self._pool.shutdown()
        return self.told


def owners(address: str, names: dict[str, str]) -> dict[str, str]:
    with patient_client(address) as client:
        return {name: client.get_work_item(name).owner for name in names}


def calls_of(port: int) -> float:
    """Return how many work items a process routed, by its metrics."""
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    counted = [line for line in lines if line.startswith("fairlead_call_seconds_count") and "RouteWorkItem" in line]
    return sum(float(line.rpartition(" ")[2]) for line in counted)


def all_share(address: str, ports: Sequence[int]) -> bool:
    """Say whether each process has routed something; the kernel gives each new connection to any of them."""
    with patient_client(address) as client:
        client.route({}, source="crm", external_id="another")
    return all(map(calls_of, ports))


@pytest.mark.parametrize("processes", [pytest.param(1, marks=pytest.mark.long), 2])
async def test_a_process_that_crashes_in_c_is_replaced_and_nothing_is_lost(
    starts: list[Served], data_folder: Path, processes: int
) -> None:
    port = free_port(successive=processes)
    starts.append(Served(data_folder, {"FAIRLEAD_METRICS": str(port)}, options=("--processes", str(processes))))
    address = starts[0].ready()
    settle(address)
    load = Load(address)
    load.under_way()
    until(lambda: all_share(address, range(port, port + processes)))

    os.kill(a_server_of(starts[0]), signal.SIGSEGV)
    until(lambda: any("is back" in line for line in starts[0].log))
    owner_of = load.stop()

    assert any("ended with SIGSEGV: another takes its place" in line for line in starts[0].log)
    assert owners(address, owner_of) == owner_of
    assert await differences(f"unix://{data_folder}/valkey.sock", "default") == []
    assert starts[0].terminate() == 0


def test_processes_leave_with_a_supervisor_that_is_killed(starts: list[Served], data_folder: Path) -> None:
    starts.append(Served(data_folder, options=("--processes", "2")))
    address = starts[0].ready()
    settle(address)

    starts[0].kill()
    starts[0].ended()  # the log has an end: nobody is left who writes to it
    starts.append(Served(data_folder, listen=address))

    assert starts[1].ready() == address


async def test_the_same_port_started_twice_shares_the_work(
    starts: list[Served], own_store: EmbeddedServer, data_folder: Path
) -> None:
    environ, options = {"FAIRLEAD_REDIS_URL": own_store.url}, ("--share-port",)
    address = f"127.0.0.1:{free_port()}"
    starts.extend(Served(data_folder, environ, address, options) for _ in range(2))
    for served in starts:
        served.ready()
    settle(address)
    load = Load(address)
    load.under_way()

    assert starts[0].terminate() == 0
    owner_of = load.stop()

    assert owners(address, owner_of) == owner_of
    assert await differences(own_store.url, "default") == []


def test_a_process_that_cannot_start_is_an_error_and_not_a_loop(starts: list[Served], data_folder: Path) -> None:
    starts.append(Served(data_folder, {"FAIRLEAD_REDIS_URL": "redis://127.0.0.1:1"}, options=("--processes", "2")))

    assert starts[0].ended() == 1
    assert "could not start" in starts[0].log[-1]


def test_a_port_that_somebody_has_alone_is_not_shared(served: Served, starts: list[Served], short_path: Path) -> None:
    starts.append(Served(short_path / "other", listen=served.address, options=("--processes", "2")))

    assert starts[0].ended() == 1
    assert f"cannot listen on {served.address}" in starts[0].log[-1]
