"""A store's keys as plain values: read whole, written down, compared, and put into a fresh store.

Texts are UTF-8; bytes that are none become lone surrogates (PEP 383), so that packed values come back bit by bit and
what can be read in them stays readable.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from redis import Redis

ROLES = ":role:"
"""In the keys of roles, which expire within seconds and change by themselves."""

BELL = ":bell"
"""At the end of the keys of bells."""


class Key(NamedTuple):
    """What a key holds; ``ttl_ms`` is how long it lives on, in milliseconds, -1 where it stays."""

    type: str
    value: Any
    ttl_ms: int = -1


_READ: Mapping[str, Callable[[Any, str], Any]] = {
    "string": lambda redis, key: redis.get(key),
    "hash": lambda redis, key: dict(sorted(redis.hgetall(key).items())),
    "set": lambda redis, key: sorted(redis.smembers(key)),
    "zset": lambda redis, key: [list(pair) for pair in redis.zrange(key, 0, -1, withscores=True)],
    "list": lambda redis, key: redis.lrange(key, 0, -1),
    "stream": lambda redis, key: [list(entry) for entry in redis.xrange(key)],
}


def client(url: str) -> Any:
    """Connect to a store; its driver returns texts as this module keeps them."""
    return Redis.from_url(url, decode_responses=True, encoding_errors="surrogateescape")


def read(url: str) -> dict[str, Key]:
    """Return every key of a store but the roles."""
    with client(url) as redis:
        names = sorted(name for name in redis.scan_iter(count=1000) if ROLES not in name)
        types = [redis.type(name) for name in names]
        return {
            name: Key(kind, _READ[kind](redis, name), redis.pttl(name)) for name, kind in zip(names, types, strict=True)
        }


def contents(url: str) -> dict[str, tuple[str, Any, bool]]:
    """Return type, value and whether it expires of every key: equal stores, equal contents, at whatever time.

    The queues' bells are left out: they are rung for good measure, and say nothing.
    """
    found = read(url).items()
    return {name: (key.type, key.value, key.ttl_ms >= 0) for name, key in found if not name.endswith(BELL)}


def write(keys: Mapping[str, Key], file: Path) -> None:
    """Write keys down, one a line."""
    lines = [json.dumps([name, *key], separators=(",", ":")) for name, key in sorted(keys.items())]
    file.write_text("\n".join(lines) + "\n", "ascii")


def kept(file: Path) -> dict[str, Key]:
    """Read what `write` wrote."""
    found = map(json.loads, file.read_text("ascii").splitlines())
    return {name: Key(*rest) for name, *rest in found}


def restore(url: str, keys: Mapping[str, Key]) -> None:
    """Put keys into an empty store; what expires lives on as long as it had left."""
    with client(url) as redis, redis.pipeline(transaction=False) as pipeline:
        assert not redis.dbsize(), f"{url} holds keys already"
        for name, key in keys.items():
            _PUT[key.type](pipeline, _raw(name), _raw(key.value))
            if key.ttl_ms >= 0:
                pipeline.pexpire(_raw(name), key.ttl_ms)
        pipeline.execute()


def _raw(value: Any) -> Any:
    """Return the bytes of all texts in a value: the driver writes no surrogates."""
    match value:
        case str():
            return value.encode("utf-8", "surrogateescape")
        case dict():
            return {_raw(name): _raw(part) for name, part in value.items()}
        case list():
            return [_raw(part) for part in value]
    return value


def _put_stream(pipeline: Any, name: bytes, entries: Any) -> None:
    for entry_id, fields in entries:
        pipeline.xadd(name, fields, id=entry_id)


_PUT: Mapping[str, Callable[[Any, bytes, Any], object]] = {
    "string": lambda pipeline, name, value: pipeline.set(name, value),
    "hash": lambda pipeline, name, value: pipeline.hset(name, mapping=value),
    "set": lambda pipeline, name, value: pipeline.sadd(name, *value),
    "zset": lambda pipeline, name, value: pipeline.zadd(name, dict(value)),
    "list": lambda pipeline, name, value: pipeline.rpush(name, *value),
    "stream": _put_stream,
}
