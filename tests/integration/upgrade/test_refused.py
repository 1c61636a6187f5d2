"""A store that is newer, or not upgraded yet, is refused by name by whoever meets it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from click.testing import CliRunner

from router.adapters.redis.format import FORMAT
from router.adapters.redis.keys import FORMAT_OF_ALL, Keys
from router.assignment.commands import Completion
from router.erasure.ports import Erasure
from router.model.errors import CorruptHistory, FormatMismatch
from router.model.workitem import State
from service import main
from tests.api import connected
from tests.conftest import serving
from tests.contract.nothing.routing import Routing
from tests.golden import keys
from tests.integration.upgrade.arranging import (
    UPGRADING,
    every_kind_of_record,
    newer,
    prepare,
    restored,
    upgrade,
)
from tests.served import refusal


@pytest.mark.parametrize(
    "plant",
    [
        lambda redis: redis.set(FORMAT_OF_ALL, FORMAT + 1),
        lambda redis: redis.set(FORMAT_OF_ALL, f"{FORMAT + 1} begun"),
        lambda redis: redis.hset(Keys("acme").revisions, "format", FORMAT + 1),
    ],
    ids=["all of it", "it is being upgraded", "a tenant"],
)
async def test_a_newer_store_is_refused_by_name_and_nothing_is_written(
    url: str, redis: Any, plant: Callable[[Any], Awaitable[object]]
) -> None:
    restored(url)
    await plant(redis)
    before = keys.contents(url)

    with pytest.raises(FormatMismatch, match=f"format {FORMAT + 1}, .*{FORMAT}: start a newer version"):
        await upgrade(redis).run()

    assert keys.contents(url) == before
    assert not await redis.exists(UPGRADING)


async def test_an_event_of_an_unknown_format_is_refused_by_name(url: str, redis: Any) -> None:
    restored(url)
    await redis.xadd(Keys("early").events, {"type": "decision.9", "facts": b"?", "head": b"", "link": b""}, "999-0")

    with pytest.raises(CorruptHistory, match=r"event 999: it is of the format 'decision.9'; this version of Fairlead"):
        await upgrade(redis).run()

    assert await redis.hget(Keys("early").revisions, "format") is None


def with_event_of_the_future(url: str) -> None:
    restored(url)
    with keys.client(url) as redis:
        redis.xadd(Keys("acme").events, {"type": "moved.3", "facts": "?", "head": "", "link": ""}, "9999-0")


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (
            newer,
            f"Error: Fairlead: its store has format {FORMAT + 1}, this version of Fairlead reads and writes {FORMAT}",
        ),
        pytest.param(
            with_event_of_the_future,
            "Error: event 9999: it is of the format 'moved.3'; this version of Fairlead reads",
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_server_that_does_not_understand_its_store_says_why_and_ends(
    data_folder: Path, plant: Callable[[str], None], message: str
) -> None:
    prepare(data_folder, plant)

    assert message in refusal(data_folder)


@pytest.mark.parametrize("command", [("verify",), ("audit", "verify"), ("audit", "show")])
def test_a_command_that_reads_a_newer_store_refuses_it_by_name(url: str, command: tuple[str, ...]) -> None:
    with keys.client(url) as redis:
        redis.hset(Keys("acme").revisions, "format", FORMAT + 1)

    ended = CliRunner().invoke(main, [*command, "--tenant", "acme", "--redis-url", url])

    assert ended.exit_code == 1
    assert f"tenants/acme: its store has format {FORMAT + 1}" in ended.output


def test_a_worker_refuses_a_newer_store_by_name(url: str) -> None:
    newer(url)

    ended = CliRunner().invoke(main, ["work", "--redis-url", url])

    assert ended.exit_code == 1
    assert f"Fairlead: its store has format {FORMAT + 1}" in ended.output


def test_a_store_that_is_not_upgraded_yet_is_not_verified_by_the_wrong_records(url: str) -> None:
    restored(url)

    ended = CliRunner().invoke(main, ["verify", "--tenant", "acme", "--redis-url", url])

    assert ended.exit_code == 1
    assert "its store has format 1" in ended.output


async def test_a_call_about_a_newer_store_is_refused_by_name(url: str, redis: Any) -> None:
    async with serving(url) as address, connected(address, "acme", url) as api:
        await every_kind_of_record(api)
        await redis.hset(Keys("acme").revisions, "format", FORMAT + 1)

        with pytest.raises(grpc.aio.AioRpcError, match=f"its store has format {FORMAT + 1}") as refused:
            await api.route("L-9")

    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_every_change_of_a_store_that_says_nothing_of_its_format_is_refused_as_of_the_first(
    redis: Any, tenant: str
) -> None:
    world = await Routing.open(redis, tenant)
    await redis.hdel(Keys(tenant).revisions, "format")

    for change in (
        world.publish(),
        world.write(),
        world.bind("L-2"),
        world.store.complete(tenant, Completion("crm~L-1", State.CLOSED, 6)),
        world.values.erase(tenant, Erasure(["crm~L-1"])),
    ):
        with pytest.raises(FormatMismatch, match="its store has format 1, "):
            await change


@pytest.mark.parametrize(
    ("plant", "says", "code"),
    [
        (newer, f"Fairlead: its store has format {FORMAT + 1}", 1),
        (restored, f"serve brings it to format {FORMAT} when it starts", 0),
        (str, f"format {FORMAT} ", 0),
    ],
    ids=["newer", "older", "empty"],
)
def test_the_doctor_says_of_what_format_a_store_is(
    url: str, plant: Callable[[str], None], says: str, code: int
) -> None:
    plant(url)

    ended = CliRunner().invoke(
        main, ["doctor", "--listen", "127.0.0.1:0"], env={"COLUMNS": "240", "FAIRLEAD_REDIS_URL": url}
    )

    assert says in " ".join(ended.output.split())
    assert ended.exit_code == code
