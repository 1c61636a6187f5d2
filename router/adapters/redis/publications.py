"""What publishing rule sets and processes has in common: both are revisions in a hash, by one script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from router.adapters.redis.format import check_reply
from router.adapters.redis.keys import TENANTS, Keys
from router.adapters.redis.library import script
from router.model.errors import RequestIdReused
from store.clients import RedisClient
from store.scripts import Argument
from store.translation import translated

_publish = script("publish")


class Publishable(NamedTuple):
    """What is published.

    Parameters
    ----------
    text
        The publication as it is stored, without what the store gives it.
    rollback_of
        The revision it goes back to; 0: none.
    """

    text: str
    rollback_of: int
    actor: str


class RequestKey(NamedTuple):
    """What makes a call repeatable; an empty id: it is not."""

    id: str
    fingerprint: str
    ttl_s: int


class StoredRevision(NamedTuple):
    """A revision as it is stored."""

    revision: int
    stored: bytes


class Stale(Exception):
    """Another revision is the newest, ``newest``; caught where it is told in the caller's terms."""

    def __init__(self, newest: int) -> None:
        self.newest = newest


class Taken(Exception):
    """A process has the kind; caught likewise."""

    def __init__(self, kind: str, process: str) -> None:
        self.kind, self.process = kind, process


async def publish(
    redis: RedisClient,
    tenant: str,
    counter: str,
    expected: int | None,
    content: Publishable,
    request: RequestKey,
    process: Sequence[Argument] = (),
) -> StoredRevision:
    """Publish the next revision; a repeated request returns the one it made.

    Parameters
    ----------
    counter
        ``rules`` or ``processes``.
    process
        The id of a process, and its kinds.

    Raises
    ------
    Stale
        If ``expected`` is given and is not the newest revision.
    Taken
        If another process has one of the kinds.
    RequestIdReused
        If the request id was used for other content.
    """
    keys = Keys(tenant)
    with translated():
        await redis.sadd(TENANTS, tenant)  # before the first event, so that no tenant's work is overlooked
    reply = await _publish(
        redis,
        [
            *(keys.revisions, keys.processes if process else keys.rule_sets, keys.events),
            *([keys.request(request.id)] if request.id else []),
        ],
        [
            *("" if expected is None else expected, request.fingerprint, request.ttl_s),
            *(content.text, content.rollback_of, content.actor, counter, *process),
        ],
    )
    check_reply(tenant, reply)
    match reply[0]:
        case b"DONE":
            return StoredRevision(int(reply[1]), reply[2])
        case b"REQUEST_ID_REUSED":
            raise RequestIdReused(request.id)
        case b"TAKEN":
            raise Taken(reply[1].decode(), reply[2].decode())
        case _:
            raise Stale(int(reply[1]))


async def stored(redis: RedisClient, key: str, revisions: Sequence[int]) -> list[StoredRevision]:
    """Return the revisions that there are, in the order asked for."""
    if not revisions:
        return []
    with translated():
        texts = await redis.hmget(key, [str(revision) for revision in revisions])
    return [StoredRevision(revision, text) for revision, text in zip(revisions, texts, strict=True) if text]
