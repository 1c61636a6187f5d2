"""The commands of the tree that a script runs in: its service, its workers, and what they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import grpc

_PROGRAM = str(Path(sys.executable).parent / "fairlead")
_READY = re.compile(r"ready: listening on (\S+);")
_MESSAGES = [("grpc.max_receive_message_length", 64 << 20)]


class Running(NamedTuple):
    """A service that runs."""

    channel: grpc.Channel
    address: str


def _environ(given: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}
    return {**inherited, "COLUMNS": "200", **given}


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run([_PROGRAM, *arguments], env=_environ(environ), capture_output=True, text=True, check=False)


def done(*arguments: str, **environ: str) -> str:
    """Run a command that must succeed, and return what it printed."""
    ended = run(*arguments, **environ)
    assert ended.returncode == 0, f"{arguments}: {ended.stdout}{ended.stderr}"
    return ended.stdout


@contextmanager
def serving(data: Path, **environ: str) -> Iterator[Running]:
    """Run a service that leaves submissions to others."""
    command = [_PROGRAM, "serve", "--listen", "127.0.0.1:0", "--data", str(data)]
    settings = {"FAIRLEAD_WORKERS": "0", "FAIRLEAD_MODELS": str(data / "models"), **environ}
    log = data.parent / "serve.log"
    with (
        log.open("w") as told,
        log.open() as said,
        subprocess.Popen(command, env=_environ(settings), stderr=told) as process,
    ):
        try:
            address = _address(said, process)
            with grpc.insecure_channel(address, options=_MESSAGES) as channel:
                yield Running(channel, address)
        finally:
            process.terminate()
            assert process.wait() == 0, log.read_text()


def _address(log: IO[str], process: subprocess.Popen[bytes]) -> str:
    """Read on in a log until it says where the service listens."""
    while not (found := _READY.search(log.read())):
        assert process.poll() is None, log.name
        log.seek(0)
        time.sleep(0.05)
    return found[1]


@contextmanager
def working(data: Path, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process that routes what is submitted; it is killed at last, with all it has in hand."""
    command = [_PROGRAM, "work", "--data", str(data), "--workers", "1"]
    with (data.parent / "work.log").open("ab") as log:
        process = subprocess.Popen(command, env=_environ(environ), stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
