"""A URL → a client of the driver: one server, a primary that sentinels name, or a cluster.

    redis://:password@host:6379/0                           one server; rediss:// is TLS, unix:// a socket
    redis+sentinel://:password@host:26379,host:26379/name   whichever server the sentinels call the primary of ``name``
    redis+cluster://:password@host:6379,host:6379           a cluster, entered by any of these

``rediss+sentinel`` and ``rediss+cluster`` are the same over TLS; ``?sentinel_password=…`` is for sentinels that have
one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from redis.asyncio import Redis, RedisCluster, Sentinel
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.driver_info import DriverInfo
from redis.exceptions import ConnectionError as RedisConnectionError

from store.channel import BACKOFF, RETRIES, ScriptChannel
from store.replication import ReplicatingRedis

RedisClient = Any
"""A ``redis.asyncio.Redis`` that returns bytes: the driver's annotations cannot tell it from one that returns text."""

TIMEOUT_S = 5.0
MAX_CONNECTIONS = 4096
"""More than calls under way and followers of logs take; the driver's own limit, 100, would refuse what should wait."""
SCHEMES = (
    "redis://",
    "rediss://",
    "unix://",
    "redis+sentinel://",
    "rediss+sentinel://",
    "redis+cluster://",
    "rediss+cluster://",
)
_SENTINEL_PORT, _PORT = 26379, 6379
_ESCAPES = "in a password write /, ?, # and @ as %2F, %3F, %23 and %40"
_SERVER = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_HIDDEN = "…"
_DRIVER = DriverInfo()
"""What the driver tells servers of itself: it would read its own version from the disk for each connection."""


def client_for(url: str, replicas: int = 0) -> RedisClient:
    """Prepare a client, connected when it is first used.

    Parameters
    ----------
    replicas
        How many must have what a script wrote before it is answered; not with a cluster.

    Raises
    ------
    ValueError
        If it is no URL of these forms.
    """
    scheme = url.partition("://")[0]
    if scheme.endswith("+sentinel"):
        return _of_sentinels(_Several.read(url, _SENTINEL_PORT), replicas)
    if scheme.endswith("+cluster"):
        if replicas:
            raise ValueError("a cluster cannot be waited for; allowed is min-replicas-to-write on its nodes")
        return _of_cluster(_Several.read(url, _PORT))
    _check_path(url)
    try:
        client: RedisClient = _waiting(_kind(replicas).from_url(url, **_usual()), replicas)
    except ValueError:
        raise ValueError(f"it is no URL; {_ESCAPES}") from None  # the driver would quote it, password and all
    client.channel = ScriptChannel(client.connection_pool, replicas)
    return client


def channel_of(client: RedisClient) -> ScriptChannel | None:
    """Return what sends scripts straight to a client's server; None where the driver has to find out which it is."""
    channel: ScriptChannel | None = getattr(client, "channel", None)
    return channel


def open_servers(url: str) -> list[str]:
    """Return the servers, ``host:port``, that a URL reaches over open connections: none by TLS or a socket.

    Examples
    --------
    >>> open_servers("redis+cluster://:secret@a:7000,b:7001"), open_servers("redis://[::1]"), open_servers("rediss://a")
    (['a:7000', 'b:7001'], ['[::1]:6379'], [])
    """
    scheme = url.partition("://")[0]
    if not scheme.startswith("redis") or scheme.startswith("rediss"):
        return []
    _check_path(url)
    hosts = _parts(url).netloc.rpartition("@")[2] or "localhost"
    port = _SENTINEL_PORT if scheme.endswith("+sentinel") else _PORT
    return [host if ":" in host.rpartition("]")[2] else f"{host}:{port}" for host in hosts.split(",") if host]


def shown_address(url: str) -> str:
    """Return what may be shown of a URL, whatever its form: the scheme and the servers, or a socket.

    A password that is not written as it must be may end anywhere, so nothing is shown that could be part of one.

    Examples
    --------
    >>> shown_address("redis://me:secret@a:7000/3?password=x"), shown_address("redis://:sec/ret@a")
    ('redis://a:7000', 'redis://…')
    """
    scheme, separator, rest = url.partition("://")
    if scheme + separator not in SCHEMES:
        return _HIDDEN
    if scheme == "unix":
        return url if rest.startswith("/") and not set("@?#") & set(rest) else f"unix://{_HIDDEN}"
    login_and_servers = re.split("[/?#]", rest, maxsplit=1)[0]
    servers = login_and_servers.rpartition("@")[2].split(",")
    is_sure = "@" not in rest[len(login_and_servers) :] and all(map(_SERVER.fullmatch, servers))
    return f"{scheme}://{','.join(servers) if is_sure else _HIDDEN}"


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise ValueError(f"it is no URL; {_ESCAPES}") from None  # it would quote its servers, password and all


def _check_path(url: str) -> None:
    """Find a password that ends too early, before its rest is taken for something that may be shown.

    What stands behind one server is the number of a database.
    """
    parts = _parts(url)
    if parts.scheme != "unix" and "@" in parts.path + parts.query + parts.fragment:
        raise ValueError(f"it has an @ behind its servers; {_ESCAPES}")
    if parts.scheme in ("redis", "rediss") and not re.fullmatch(r"/?[0-9]*", parts.path):
        raise ValueError("what stands behind its server is no number of a database; allowed is such as /0")


def _kind(replicas: int) -> type[Redis]:
    return ReplicatingRedis if replicas else Redis


def _waiting(client: RedisClient, replicas: int) -> RedisClient:
    if replicas:
        client.replicas = replicas
    return client


async def close(client: RedisClient) -> None:
    """Let go of a client's connections, its channel and those to its sentinels among them."""
    if channel := channel_of(client):
        await channel.close()
    await client.aclose()
    pool = getattr(client, "connection_pool", None)
    for sentinel in pool.sentinel_manager.sentinels if isinstance(pool, SentinelConnectionPool) else ():
        await sentinel.aclose()


@dataclass(frozen=True, slots=True)
class _Several:
    """A URL with several servers."""

    servers: list[tuple[str, int]]
    path: str
    login: dict[str, Any]
    sentinel_password: str | None

    @classmethod
    def read(cls, url: str, port: int) -> _Several:
        _check_path(url)
        parts = _parts(url)
        login, _, hosts = parts.netloc.rpartition("@")
        user, _, password = login.partition(":")
        servers = [_server(host, port) for host in hosts.split(",") if host]
        if not servers:
            raise ValueError(f"{parts.scheme}:// names no server; allowed is host:port,host:port")
        login_and_tls = {
            "username": unquote(user) or None,
            "password": unquote(password) or None,
            "ssl": parts.scheme.startswith("rediss"),
        }
        options = parse_qs(parts.query, keep_blank_values=True)
        (own,) = options.pop("sentinel_password", [None])
        if options:
            raise ValueError(f"it has an option that is not known; allowed is sentinel_password; {_ESCAPES}")
        return cls(servers, parts.path.strip("/"), login_and_tls, own)


def _server(text: str, port: int) -> tuple[str, int]:
    host, _, named = text.rpartition(":") if ":" in text else (text, "", str(port))
    if not named.isdecimal() or not 0 < int(named) < 65536:
        raise ValueError(f"a server is no host:port with a port of 1 to 65535; {_ESCAPES}")
    return host, int(named)


def _of_sentinels(several: _Several, replicas: int) -> RedisClient:
    if not several.path:
        raise ValueError("redis+sentinel:// names no primary; allowed is redis+sentinel://host:port,host:port/name")
    theirs = {"password": several.sentinel_password, "socket_timeout": TIMEOUT_S, "ssl": several.login["ssl"]}
    make: Any = Sentinel  # the driver leaves it unannotated
    sentinel = make(several.servers, sentinel_kwargs=theirs, **several.login)
    return _waiting(sentinel.master_for(several.path, redis_class=_kind(replicas), **_usual()), replicas)


def _of_cluster(several: _Several) -> RedisClient:
    nodes = [ClusterNode(host, port) for host, port in several.servers]
    return RedisCluster(startup_nodes=nodes, **_usual(), **several.login)


def _usual() -> dict[str, Any]:
    # Every write is repeatable by its work item or request id, so the driver may send it again when a connection
    # breaks; not after a timeout: waiting again for a server that hangs only makes the client's wait longer.
    retry = Retry(BACKOFF, retries=RETRIES, supported_errors=(RedisConnectionError,))
    return {"socket_timeout": TIMEOUT_S, "max_connections": MAX_CONNECTIONS, "retry": retry, "driver_info": _DRIVER}
