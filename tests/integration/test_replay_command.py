"""``fairlead log replay`` says when a log has lost what the store was made from, whatever is left of either."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from click.testing import CliRunner, Result

from router.cli.log import log
from tests.api import EVERYONE, Api, differences
from tests.integration.test_audit import rewrite, some_history


async def run(api: Api) -> Result:
    """Run the command beside the service."""
    chosen = ["replay", "--redis-url", api.redis_url, "--tenant", api.tenant]
    return await asyncio.to_thread(CliRunner().invoke, log, chosen)


async def unrouted(api: Api) -> None:
    await api.adopt(EVERYONE)
    await api.route("1")


async def assigned(api: Api) -> None:
    await api.adopt(EVERYONE)
    await api.hire("ann")
    await api.pool("everyone", ["ann"])
    await api.route("1")


async def closed(api: Api) -> None:
    await assigned(api)
    await api.complete(f"{api.parent}/workItems/crm~1")


@pytest.mark.parametrize("items", [unrouted, assigned, closed])
async def test_a_log_that_is_gone_while_its_work_items_are_there_is_told(
    api: Api, items: Callable[[Api], Awaitable[None]]
) -> None:
    await items(api)
    sound = await run(api)
    await rewrite(api, lambda entries: entries.clear())

    result = await run(api)

    assert (sound.exit_code, result.exit_code) == (0, 1), result.output
    assert "revision of the rules: log says 0, store 1" in result.output


@pytest.mark.parametrize("kept", [slice(3), slice(-1), slice(4, None), slice(9, None), slice(-1, None)])
async def test_a_log_that_lost_its_end_or_its_beginning_is_told(api: Api, kept: slice) -> None:
    await some_history(api)
    await rewrite(api, lambda entries: entries.__setitem__(slice(None), entries[kept]))

    result = await run(api)

    assert (result.exit_code, type(result.exception)) == (1, SystemExit), result.output


@pytest.mark.parametrize("kept", range(13))
async def test_whatever_single_event_a_log_has_lost_is_told(api: Api, kept: int) -> None:
    await some_history(api)
    await rewrite(api, lambda entries: entries.__delitem__(kept))

    assert await differences(api.redis_url, api.tenant) != []


async def test_the_closing_of_what_never_came_is_told(api: Api) -> None:
    await closed(api)
    await rewrite(api, lambda entries: entries.__delitem__(-2))

    assert "event 5: closes work item crm~1, of which no event came before" in (await run(api)).output


async def test_a_tenant_of_whom_nothing_is_stored_has_nothing_to_replay(api: Api) -> None:
    result = await run(api)

    assert (result.exit_code, "there is nothing to verify" in result.output) == (0, True)
