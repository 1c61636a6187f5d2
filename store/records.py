"""Records in a hash, each replaced only where it is as it was read: so nobody overwrites another's change."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from store.clients import RedisClient
from store.scripts import Script
from store.translation import translated

_put = Script(__package__, "put_field")


def etag_of(stored: bytes) -> str:
    """Return what identifies a record as it is stored; empty: there is none."""
    return blake2b(stored, digest_size=8).hexdigest() if stored else ""


async def put_record(
    redis: RedisClient, key: str, field: str, written: bytes, before: str, owned: Sequence[str] = ()
) -> str | None:
    """Write a record, or delete it, where its etag is ``before``; return its etag.

    None, and nothing is written, where it is another by now.

    Parameters
    ----------
    written
        What is to be stored; empty: the record is deleted.
    before
        Empty: there was none.
    owned
        Keys of what is kept for it: thrown away where it is new, or deleted.
    """
    with translated():
        stored = await redis.hget(key, field) or b""
    if etag_of(stored) != before or not await _put(redis, [key, *owned], [field, stored, written]):
        return None
    return etag_of(written)
