"""What a subscription signs with, and what its role does not see, stands nowhere: no key, file, log, list or body."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from notifications.ports import DeliveryFilter
from notifications.secrets import SecretBox
from serving import change_feed
from store.embedded.server import EmbeddedServer
from tests.integration.notifications.by_hand import NAME, ByHand, by_hand
from tests.receivers import Receiver, answers, takes

SECRETS = ("whsec_" + "cGxhbnRlZC1zZWNyZXQt" * 2, "whsec_" + "YW5vdGhlci1zZWNyZXQt" * 2)
TOKEN = "planted-token-of-an-address"
PHONE = "139-4242-4242"
NOTE = "Mr Wang of 139-4242-4242 signs"
RULES = {
    "fields": {"phone": {"type": "string", "personal": True}, "region": {"type": "string"}},
    "default": {"route": {"pool": "everyone"}},
}


class Unsealed(SecretBox):
    """The guard removed: nothing is encrypted."""

    def seal(self, owner: str, secret: str) -> str:  # noqa: ARG002 (it is as what it replaces)
        return secret

    def open(self, owner: str, sealed: str, within_s: int | None = None) -> str:  # noqa: ARG002
        return sealed


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver(answers(500)) as receiver:
        yield receiver


def whole_store(store: EmbeddedServer, *, but: bytes = b"no such key") -> bytes:
    """Return all keys of a store with what they hold, but for those with something in their name."""
    with Redis.from_url(store.url) as redis:
        read: dict[bytes, Any] = {
            b"hash": redis.hgetall, b"string": redis.get, b"set": redis.smembers, b"stream": redis.xrange,
            b"list": lambda key: redis.lrange(key, 0, -1), b"zset": lambda key: redis.zrange(key, 0, -1),
        }  # fmt: skip
        keys = [key for key in redis.scan_iter(count=1000) if but not in key]
        return b"\n".join(key + repr(read[redis.type(key)](key)).encode() for key in keys)


def files(data_folder: Path) -> bytes:
    """Return all that the store wrote to its files."""
    return b"".join(path.read_bytes() for path in data_folder.rglob("*") if path.is_file())


async def live_through(hand: ByHand, receiver: Receiver) -> str:
    """Have changes fail, be parked, die, come back and be delivered; return all that was listed meanwhile."""
    listed = ""

    async def look() -> None:
        nonlocal listed
        listed += repr(await hand.book.deliveries(hand.tenant, DeliveryFilter(), None, 100))

    first = await hand.api.route("L-1", phone=PHONE, region="east")
    await hand.api.complete(first.work_item)
    await hand.api.reopen(first.work_item, reason=NOTE)
    await hand.turn()
    await look()
    while (next_ms := await hand.store.next_ms(hand.tenant, NAME)) is not None:
        await hand.move_to(next_ms)
        await hand.turn()
    await look()
    receiver.answer = takes
    await hand.book.redrive(hand.tenant, NAME, "")
    for _ in range(4):
        await hand.turn()
    await look()
    return listed


async def test_a_secret_a_token_and_a_phone_number_stand_nowhere(
    clock: None, own_store: EmbeddedServer, data_folder: Path, tenant: str, receiver: Receiver,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    url = f"{receiver.url}?key={TOKEN}"
    async with by_hand(own_store.url, tenant, url, RULES, signing=SECRETS) as hand:
        listed = await live_through(hand, receiver)
        kept, lives_beside = whole_store(own_store), whole_store(own_store, but=b"personal")
        written = files(data_folder)

    assert len(receiver.received) > 5
    assert all(len(each.headers["webhook-signature"].split()) == len(SECRETS) for each in receiver.received)
    for planted in (*SECRETS, TOKEN):
        assert planted.encode() not in kept
        assert planted.encode() not in written
        assert planted not in listed + caplog.text
    assert PHONE.encode() in kept  # beside the log, where it can be erased, and there alone
    assert PHONE.encode() not in lives_beside
    assert PHONE not in listed + caplog.text
    bodies = b"".join(each.body for each in receiver.received)
    assert PHONE.encode() not in bodies
    assert NOTE.encode() not in bodies
    assert b"***" in bodies


async def test_a_role_that_sees_customers_is_sent_what_is_personal(
    clock: None, own_store: EmbeddedServer, tenant: str, receiver: Receiver
) -> None:
    """And so what the test above finds hidden would be there."""
    async with by_hand(own_store.url, tenant, receiver.url, RULES, role="service") as hand:
        await live_through(hand, receiver)

    assert NOTE.encode() in b"".join(each.body for each in receiver.received)


async def test_without_encryption_the_secret_would_be_found(
    clock: None, own_store: EmbeddedServer, data_folder: Path, tenant: str, receiver: Receiver
) -> None:
    async with by_hand(own_store.url, tenant, receiver.url, RULES, Unsealed(), SECRETS) as hand:
        await live_through(hand, receiver)
        kept, written = whole_store(own_store), files(data_folder)

    assert SECRETS[0].encode() in kept
    assert SECRETS[0].encode() in written


async def test_without_the_mask_the_phone_number_would_be_sent(
    clock: None, own_store: EmbeddedServer, tenant: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_feed, "hide_from", lambda *_: None)
    async with by_hand(own_store.url, tenant, receiver.url, RULES) as hand:
        await live_through(hand, receiver)

    assert PHONE.encode() in b"".join(each.body for each in receiver.received)
