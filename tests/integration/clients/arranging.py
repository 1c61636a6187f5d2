"""What the commands and the client are tried on: a service as a process, with a small team in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from fairlead.client import FairleadClient
from fairlead.v1 import workforce_pb2 as workforce
from service import main
from tests.patience import patient_client
from tests.served import Served
from tests.topologies import free_port

RULES = """
fields: {region: {type: string}}
rules:
  - id: east
    when: {field: region, op: eq, value: east}
    route: {pool: team, require: [{rep: regions, op: covers, item: region}]}
default: {route: {pool: team}}
"""


def environment(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}
    return {**kept, "GRPC_ENABLE_FORK_SUPPORT": "0", **changes}


def fairlead(*arguments: str) -> str:
    """Run a command that is to succeed."""
    status, output = tried(*arguments)
    assert status == 0, output
    return output


def tried(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, arguments, env={"FAIRLEAD_REDIS_URL": None})
    return done.exit_code, done.output


def fairlead_apart(*arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run a command that is to succeed, as a process of its own."""
    command = [sys.executable, "-P", "-m", "service", *arguments]
    done = subprocess.run(command, cwd=cwd, env=env or environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass
class Restartable:
    """A service on a folder and a port of its own, that can be ended and started again."""

    data: Path
    port: int
    process: Served | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = Served(self.data, listen=self.address)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.process.send_signal(how)
            self.process.ended()
            self.process = None

    def client(self, tenant: str = "default") -> FairleadClient:
        return patient_client(self.address, tenant)


@contextmanager
def serving(folder: Path) -> Iterator[Restartable]:
    service = Restartable(folder / "data", free_port())
    service.start()
    assert service.process is not None
    service.process.ready()
    try:
        yield service
    finally:
        service.end()


def enter_team(client: FairleadClient) -> None:
    reps = [workforce.Rep(name=name, display_name=name.title()) for name in ("anna", "bo", "cy")]
    for rep in reps[:2]:
        rep.attributes.update({"regions": ["east"]})
    client.upsert_reps(reps)
    client.upsert_pool("team", {"anna": 2.0, "bo": 1.0, "cy": 1.0})
    client.publish_rules(RULES)
