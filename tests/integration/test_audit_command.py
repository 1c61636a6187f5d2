"""``fairlead audit``: proves a log whole, names the first break, and says who did what."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from click.testing import CliRunner, Result
from redis.asyncio import Redis

from router.cli.audit import audit
from tests.api import Api
from tests.integration.test_audit import rewrite, some_history


async def run(api: Api, *arguments: str) -> Result:
    """Run the command beside the service."""
    chosen = [*arguments, "--redis-url", api.redis_url, "--tenant", api.tenant]
    return await asyncio.to_thread(CliRunner().invoke, audit, chosen)


async def test_a_whole_log_is_proven_and_its_last_link_printed(api: Api) -> None:
    await some_history(api)

    result = await run(api, "verify")
    noted = result.output.split()[-1]
    await api.route("later")
    again = await run(api, "verify", "--noted", noted)

    assert (result.exit_code, again.exit_code) == (0, 0)
    assert "none altered" in again.output


async def test_the_first_break_is_named(api: Api) -> None:
    await some_history(api)
    await rewrite(api, lambda entries: entries.__delitem__(6))

    result = await run(api, "verify")

    assert result.exit_code == 1
    assert result.output.startswith("event 8 follows event 6: events are missing")


async def test_another_past_is_found_by_a_link_noted_earlier(api: Api) -> None:
    await some_history(api)
    noted = (await run(api, "verify")).output.split()[-1]
    redis: Any = Redis.from_url(api.redis_url)
    await redis.delete(*[key async for key in redis.scan_iter(f"*{{{api.tenant}}}*")])
    await redis.aclose()
    await some_history(api)
    await api.route("something else")

    whole = await run(api, "verify")
    result = await run(api, "verify", "--noted", noted)

    assert whole.exit_code == 0
    assert result.exit_code == 1
    assert "this is another past" in result.output


async def test_who_did_what_is_listed_newest_first(api: Api) -> None:
    await some_history(api)

    result = await run(api, "show", "--last", "3")

    _zone, heading, _rule, *rows = [line.split() for line in result.output.splitlines() if line.strip()]
    numbers = [int(row[0]) for row in rows]
    assert heading == ["event", "time", "by", "what"]
    assert len(numbers) == 3
    assert numbers == sorted(numbers, reverse=True)


async def test_an_actor_s_doings_are_picked_out(api: Api) -> None:
    await some_history(api)

    assert "rules" not in (await run(api, "show", "--actor", "nobody-of-this-name")).output
    assert "rules 1 published" in (await run(api, "show", "--actor", "")).output


@pytest.mark.parametrize("noted", ["", "312", "x:ab", ":ab", "0:ab"])
async def test_a_note_that_is_none_is_refused(api: Api, noted: str) -> None:
    assert (await run(api, "verify", "--noted", noted)).exit_code == 2


async def test_a_tenant_without_a_past_has_nothing_to_prove(api: Api) -> None:
    result = await run(api, "verify")

    assert result.exit_code == 0
    assert "nothing to verify" in result.output


@pytest.mark.parametrize("kept", [0, 1, -1])
async def test_a_log_that_is_gone_or_lost_its_end_while_the_rules_it_made_are_there_is_told(
    api: Api, kept: int
) -> None:
    await some_history(api)
    await api.hire("late")
    await rewrite(api, lambda entries: entries.__delitem__(slice(kept, None)))

    result = await run(api, "verify")

    assert result.exit_code == 1
    assert "its end is missing" in result.output
