"""What a service that was killed leaves behind in its data folder: a private server that nobody uses, its socket, and
the files that it was writing.

The socket's path follows from the folder, so that whoever comes next finds the orphan: two servers that append to one
file would ruin it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import socket
import struct
import sys
import tempfile
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError
from redis.retry import Retry

STOP_TIMEOUT_S = 30.0
_ANSWER_S = 1.0
"""Seconds an orphan may take to answer; one that is frozen never does."""
_UNFINISHED = ("temp-rewriteaof-*.aof", "temp-*.rdb")
"""What a store calls the files that it writes anew, until they are whole."""
_LONGEST_SOCKET_PATH = 100
"""Unix allows 107 bytes."""


def socket_path(folder: Path) -> Path:
    """Return where the private server of a folder listens: inside it, or for a long name in a folder of its own.

    That one is below the folder for temporary files, unless its name is too long as well.
    """
    path = folder / "valkey.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    name = f"fairlead-{os.getuid()}-{digest}"
    homes = [Path(tempfile.gettempdir()) / name, Path("/tmp") / name]  # noqa: S108 (ours alone, see below)
    home = next((home for home in homes if len(os.fsencode(home / "valkey.sock")) <= _LONGEST_SOCKET_PATH), homes[1])
    home.mkdir(mode=0o700, exist_ok=True)
    if home.stat().st_uid != os.getuid():
        raise PermissionError(f"{home} belongs to somebody else: remove it, or choose a shorter folder")
    return home / "valkey.sock"


def stop_orphan(path: Path) -> None:
    """End the server that listens on a socket, in order if it answers; afterwards nobody listens there.

    The caller holds the folder's lock, so that nobody uses it.
    """
    pid = _listener(path)
    with _asking(path) as client, contextlib.suppress(RedisError):  # it loads or is frozen, or nobody listens at all
        client.shutdown()
    if pid and not _ends(pid, path):
        os.kill(pid, signal.SIGKILL)
        _ends(pid, path)
    path.unlink(missing_ok=True)


def remove_unfinished(folder: Path) -> None:
    """Remove the files that a server was writing anew when it died; no other reads them, and people may stand in them.

    The caller holds the folder's lock, and no server runs there.
    """
    for pattern in _UNFINISHED:
        for file in folder.glob(pattern):
            file.unlink()


def answers(path: Path) -> bool | None:
    """Say whether the server is ready; None: it is there and reads its data."""
    with _asking(path) as client:
        try:
            return bool(client.ping())
        except BusyLoadingError:
            return None
        except RedisError:
            return False


def _asking(path: Path) -> redis.Redis:
    once = Retry(NoBackoff(), 0)  # the driver would try for half a minute
    return redis.Redis(unix_socket_path=str(path), socket_timeout=_ANSWER_S, retry=once)


def _listener(path: Path) -> int:
    """Return the process that listens on a socket; 0: nobody, or this system does not tell."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_ANSWER_S)
        try:
            probe.connect(str(path))
        except OSError:
            return 0
        if sys.platform != "linux":
            return 0
        pid, _, _ = struct.unpack("3i", probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return int(pid)


def _ends(pid: int, path: Path) -> bool:
    """Wait until a process listens no more; one that does not answer gets little time."""
    patience_s = STOP_TIMEOUT_S if answers(path) else _ANSWER_S
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if _listener(path) != pid:
            return True
        time.sleep(0.02)
    return False
