"""What is refused at start-up unless an operator asks for it by name, in FAIRLEAD_INSECURE.

Whatever leaves this machine is encrypted, and whoever comes from another is asked who they are. Each exception has a
name, so that nobody makes one by leaving something out.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

VARIABLE = "FAIRLEAD_INSECURE"
INSECURE = ("no-tls", "no-auth", "open-metrics", "open-store")
"""What it may name: open calls, callers unknown, figures that everybody sees, a store over open connections."""


def insecure_from(environ: Mapping[str, str]) -> frozenset[str]:
    """Read what was asked for by name.

    Raises
    ------
    ValueError
        Naming the variable, the value found and the values allowed.
    """
    named = frozenset(environ.get(VARIABLE, "").replace(",", " ").split())
    if wrong := named - set(INSECURE):
        raise ValueError(f"{VARIABLE} names {', '.join(sorted(wrong))}; allowed are {', '.join(INSECURE)}")
    return named


def check_metrics(address: str, insecure: AbstractSet[str]) -> None:
    """Refuse to show other machines the figures, which name every tenant; an empty address shows none.

    Raises
    ------
    ValueError
        Saying what to set.
    """
    if address and not is_loopback(address) and "open-metrics" not in insecure:
        raise ValueError(
            f"FAIRLEAD_METRICS is {address}, which other machines can reach, and whoever asks sees the figures of "
            f"every tenant: name a port alone, for this machine, or set {VARIABLE}=open-metrics if only those who may "
            "see them can reach it"
        )


def check_store(open_servers: Iterable[str], insecure: AbstractSet[str]) -> None:
    """Refuse to talk to a store on another machine over open connections.

    Parameters
    ----------
    open_servers
        The servers that are reached without TLS, ``host:port`` each.

    Raises
    ------
    ValueError
        Saying what to set.
    """
    abroad = [server for server in open_servers if not is_loopback(server)]
    if abroad and "open-store" not in insecure:
        raise ValueError(
            f"FAIRLEAD_REDIS_URL names {', '.join(abroad)} on other machines, and connections there are not encrypted: "
            f"use rediss:// (rediss+sentinel://, rediss+cluster://), or set {VARIABLE}=open-store if something between "
            "encrypts, or nobody else can listen there"
        )


def is_address(address: str) -> bool:
    """Say whether one can listen there: a host and a port, or a Unix socket.

    Examples
    --------
    >>> is_address("127.0.0.1:0"), is_address("localhost"), is_address("127.0.0.1:99999"), is_address("http://a:50051")
    (True, False, False, False)
    """
    if address.startswith(("unix:", "unix-abstract:")):
        return True
    host, separator, port = address.rpartition(":")
    return bool(separator) and "/" not in host and port.isascii() and port.isdecimal() and int(port) < 65_536


def is_loopback(address: str) -> bool:
    """Say whether only this machine can reach an address.

    Examples
    --------
    >>> is_loopback("127.0.0.1:50051"), is_loopback("[::1]:50051"), is_loopback("0.0.0.0:50051"), is_loopback("[::]:1")
    (True, True, False, False)
    """
    if address.startswith(("unix:", "unix-abstract:")):
        return True
    host = address.rpartition(":")[0].strip("[]") or address
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name may be anybody's
