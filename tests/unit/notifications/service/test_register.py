"""Records are changed as they were read: what two change at a time is both done, or one is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from failures import AlreadyExists, NotFound, StaleEtag
from notifications.channels import Channel, ChannelKind
from notifications.errors import TooManyRecords
from notifications.ports import KeptRecord
from notifications.secrets import SecretBox
from notifications.service.register import Register
from notifications.service.requests import Requests
from tests.twins.deliveries import MemoryBook, MemoryRecords

REQUESTS = Requests(SecretBox())
BOT = Channel("bot", ChannelKind.WECOM, address="sealed")


class Arranged:
    """A register of three channels at most, on memory."""

    def __init__(self) -> None:
        self.records = MemoryRecords[Channel]()
        self.book = MemoryBook()
        self.register = Register("channels", "channel", self.records, self.book, REQUESTS, 3)


async def test_what_is_made_begins_and_what_is_deleted_is_forgotten() -> None:
    at = Arranged()

    kept = await at.register.create("t", BOT, preview=False)
    assert at.book.begun == {("t", "bot")}
    await at.register.delete("t", "bot", kept.etag, preview=False)

    assert at.book.begun == set()
    with pytest.raises(NotFound, match="channel 'tenants/t/channels/bot'"):
        await at.register.get("t", "bot")


class Overtaken(MemoryRecords[Channel]):
    """Records that somebody else writes to right after they were first looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.overtake: Callable[[], Awaitable[object]] | None = None

    async def all(self, tenant: str) -> dict[str, KeptRecord[Channel]]:
        found = await super().all(tenant)
        overtake, self.overtake = self.overtake, None
        if overtake:
            await overtake()
        return found


async def test_of_two_who_make_one_at_once_the_one_who_is_refused_takes_nothing_away() -> None:
    at, records = Arranged(), Overtaken()
    register = Register("channels", "channel", records, at.book, REQUESTS, 3)
    records.overtake = lambda: register.create("t", BOT, preview=False)

    with pytest.raises(AlreadyExists):
        await register.create("t", replace(BOT, language="zh"), preview=False)

    assert at.book.begun == {("t", "bot")}
    assert (await register.get("t", "bot")).record == BOT


async def test_a_change_is_made_again_of_what_somebody_else_wrote_meanwhile() -> None:
    at = Arranged()
    await at.register.create("t", BOT, preview=False)
    seen = []

    async def changed(present: Channel) -> Channel:
        seen.append(present.calendar)
        if len(seen) == 1:  # somebody else comes between
            found = await at.register.get("t", "bot")
            await at.records.put("t", "bot", replace(present, calendar="theirs"), found.etag)
        return replace(present, language="zh")

    written = await at.register.change("t", "bot", changed)

    assert seen == ["", "theirs"]
    assert (written.record.language, written.record.calendar) == ("zh", "theirs")


async def test_who_named_what_it_must_be_is_told_of_the_other_change() -> None:
    at = Arranged()
    kept = await at.register.create("t", BOT, preview=False)

    async def changed(present: Channel) -> Channel:
        found = await at.register.get("t", "bot")
        await at.records.put("t", "bot", replace(present, calendar="theirs"), found.etag)
        return replace(present, language="zh")

    with pytest.raises(StaleEtag):
        await at.register.change("t", "bot", changed, kept.etag)
    assert (await at.register.get("t", "bot")).record == replace(BOT, calendar="theirs")


async def test_one_that_others_change_all_the_time_is_given_up() -> None:
    at = Arranged()
    await at.register.create("t", BOT, preview=False)
    times = iter(range(100))

    async def changed(present: Channel) -> Channel:
        found = await at.register.get("t", "bot")
        await at.records.put("t", "bot", replace(present, calendar=f"c{next(times)}"), found.etag)
        return replace(present, language="zh")

    with pytest.raises(StaleEtag, match="try again"):
        await at.register.change("t", "bot", changed)
    assert next(times) < 10


async def test_a_tenant_has_no_more_than_it_may_have_and_others_have_theirs() -> None:
    at = Arranged()
    for each in ("a", "b", "c"):
        await at.register.create("t", replace(BOT, id=each), preview=False)

    with pytest.raises(TooManyRecords, match="3 channels"):
        await at.register.create("t", BOT, preview=False)
    with pytest.raises(AlreadyExists):
        await at.register.create("t", replace(BOT, id="a"), preview=True)
    assert await at.register.create("another", BOT, preview=False)
