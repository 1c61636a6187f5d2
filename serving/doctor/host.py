"""Is this machine as Fairlead needs it: Python, rule engine, disk, port, certificates, what others left behind?"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import sys
import sysconfig
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from fairlead.wording import counted
from router.adapters.durable_rules import selection as engines
from serving.doctor.finding import Finding, bad, good, mind
from store.embedded.orphans import answers, socket_path
from store.embedded.server import EmbeddedServerError, find_binary

_OLDEST_PYTHON = (3, 11)
_LITTLE, _TOO_LITTLE = 2 << 30, 200 << 20
"""Bytes of free disk from which it is worth a word, and from which it is bad."""
_SOON = timedelta(days=14)


def python() -> Finding:
    """Is Python new enough?"""
    seen = f"Python {sys.version.split()[0]}, {sysconfig.get_platform()}"
    if sys.version_info < _OLDEST_PYTHON:
        return bad("Python", seen, "use Python 3.11 or later")
    return good("Python", seen)


def rule_engine(choice: engines.Choice) -> Finding:
    """Which engine will match rules?"""
    try:
        serves = engines.resolve(choice)
    except engines.EngineUnavailable as error:
        return bad("rule engine", "durable cannot be had", str(error))
    if serves == "index" and choice == "auto":
        return mind("rule engine", "index", "nothing need be done; durable-rules: Python 3.11 or 3.12, a C compiler")
    return good("rule engine", serves)


def disk(folder: Path) -> Finding:
    """Is there room for data?"""
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK):
        return bad("disk", f"{place} cannot be written", "name a folder that can, with --data, or give the right to it")
    free = shutil.disk_usage(place).free
    seen = f"{free / 2**30:.1f} GiB free at {place}"
    if free < _TOO_LITTLE:
        return bad("disk", seen, "make room: a store that cannot write takes no more changes")
    if free < _LITTLE:
        return mind("disk", seen, "make room, or watch it")
    return good("disk", seen)


def private_store(folder: Path) -> Finding:
    """Can the private server run, and did somebody leave one behind?"""
    try:
        binary = find_binary()
    except EmbeddedServerError as error:
        return bad("private store", "no Valkey or Redis", str(error))
    holder = _holder(folder / "lock")
    if holder:
        return good("private store", f"in use by process {holder}, which serves")
    if answers(socket_path(folder.absolute())):
        return mind("leftovers", "a store of a service that was killed", "nothing: fairlead serve takes it over")
    return good("private store", str(binary))


def _holder(lock: Path) -> str:
    """Return the process that has a folder; empty: nobody."""
    if not lock.exists():
        return ""
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            return file.read().strip() or "unknown"
    return ""


def port(listen: str, what: str = "port") -> Finding:
    """Can we listen?"""
    host, _, number = listen.rpartition(":")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host.strip("[]"), int(number), type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, kind)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, ValueError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return mind(what, f"{listen}: {reason}", "if that is not Fairlead itself, name another")
    return good(what, f"{listen} is free")


def certificate(file: str) -> Finding:
    """Is a certificate readable, and for how long is it good?"""
    try:
        loaded = x509.load_pem_x509_certificate(Path(file).read_bytes())
    except (OSError, ValueError) as error:
        return bad("certificate", f"{file}: {error}", "name a certificate in PEM")
    left = loaded.not_valid_after_utc - datetime.now(UTC)
    seen = f"{file}, until {loaded.not_valid_after_utc:%Y-%m-%d}"
    if left < timedelta():
        return bad("certificate", seen, "renew it: it has expired")
    if left < _SOON:
        return mind("certificate", seen, f"renew it within {counted(left.days, 'day')}")
    return good("certificate", seen)
