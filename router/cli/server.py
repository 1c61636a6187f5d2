"""A service of a command's own, for as long as the command lasts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click

from gateway import http_settings, settings

_READY = "listening on "
_HTTP = "HTTP on "
_START_TIMEOUT_S = 300.0
_STOP_TIMEOUT_S = 60.0


class OwnService(NamedTuple):
    """Where a service is reached; ``http`` is empty unless its settings ask for it."""

    grpc: str
    http: str


@contextmanager
def own_service(
    environ: Mapping[str, str] | None = None, *, data: Path | None = None, options: Sequence[str] = ()
) -> Iterator[OwnService]:
    """Start a service on a free port with a data folder that goes with it; yield where it is.

    It is the real ``fairlead serve``, stopped however the command ends.

    Parameters
    ----------
    environ
        Settings beside those of its own.
    data
        An empty folder for its data; None: one that goes with it.
    options
        More of its command line.

    Raises
    ------
    click.ClickException
        If it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="fairlead-", ignore_cleanup_errors=True) as folder, _terminable():
        log = Path(folder) / "serve.log"
        serve = [sys.executable, "-P", "-m", "service", "serve", "--listen", "127.0.0.1:0"]
        command = [*serve, "--data", str(data or folder), *options]
        with log.open("wb") as stream:
            # a session of its own: Ctrl-C reaches the command, which then stops it in order
            process = subprocess.Popen(  # noqa: S603
                command, stderr=stream, env={**_private(), **(environ or {})}, start_new_session=True
            )
        try:
            yield _addresses(process, log)
        finally:
            process.terminate()
            try:
                process.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _private() -> dict[str, str]:
    """Return the environment without another store, which what is tried out must never reach, locks and doors."""
    theirs = ("FAIRLEAD_REDIS_URL", *settings.VARIABLES, *http_settings.VARIABLES)
    kept = {name: value for name, value in os.environ.items() if name not in theirs}
    return {**kept, "FAIRLEAD_DURABILITY": "memory", "GRPC_ENABLE_FORK_SUPPORT": "0"}


def _addresses(process: subprocess.Popen[bytes], log: Path) -> OwnService:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        text = log.read_text("utf-8", "replace")
        line, ends, _ = text.partition(_READY)[2].partition("\n")
        if ends:
            return OwnService(line.partition(";")[0], line.partition(_HTTP)[2].partition(";")[0])
        time.sleep(0.02)
    last = "\n".join(log.read_text("utf-8", "replace").splitlines()[-5:])
    raise click.ClickException(f"the service did not start:\n{last}")


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end the command as Ctrl-C does: with all that is to be done at the end."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
