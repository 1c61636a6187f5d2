"""``fairlead doctor`` looks at who is told outside, in a store that a service has."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from redis.asyncio import Redis

from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import workforce_pb2 as workforce
from notifications.adapters.redis.records import channels_on, templates_on
from notifications.templates import Templates
from serving.doctor.command import findings
from serving.doctor.finding import Finding, Severity
from tests.api import EVERYONE
from tests.integration.notifications.arranging import delivering, open_calendar, open_channel, subscribe


async def test_what_keeps_somebody_from_being_told_is_found(store: Any, tenant: str, tmp_path: Path) -> None:
    async with delivering(store, tenant, tmp_path) as api:
        await api.adopt(EVERYONE)
        await subscribe(api)
        calendar = await open_calendar(api, "night")
        await open_channel(api, calendar="night")
        with pytest.raises(grpc.aio.AioRpcError, match="is the calendar of channel east-bot: give them another"):
            await api.workforce.DeleteCalendar(calendars.DeleteCalendarRequest(name=calendar))
        async with Redis.from_url(store.url) as redis:  # two at once: one names it as the other deletes it
            records = channels_on(redis)
            kept = (await records.all(tenant))["east-bot"]
            await records.put(tenant, "east-bot", replace(kept.record, calendar="nowhere"), kept.etag)
            without_rules = f"{tenant}-without-rules"
            await templates_on(redis).put(without_rules, "zh", Templates("zh", {"one": "$when"}), "")
        rep = workforce.Rep(active=True, channels=["east-bot", "mail"])
        await api.workforce.CreateRep(workforce.CreateRepRequest(parent=api.parent, rep_id="ann", rep=rep))

        def found(**environ: str) -> list[Finding]:
            chosen = {"FAIRLEAD_REDIS_URL": store.url, "FAIRLEAD_MODELS": str(tmp_path / "models"), **environ}
            every = findings(chosen, "127.0.0.1:0", tmp_path / "data")
            return [each for each in every if each.subject in ("channel", "secrets", "templates", "time zone")]

        with_key = await asyncio.to_thread(found, FAIRLEAD_SECRETS_KEY_FILE=str(tmp_path / "secrets"))
        without = await asyncio.to_thread(found)

    of_tenant = [(each.severity, each.seen) for each in with_key if tenant in each.seen]
    assert of_tenant == [
        (Severity.MIND, f"{tenant}: there is no mail, which ann should be told through"),
        (Severity.MIND, f"{tenant}/east-bot: there is no calendar nowhere, so it is never quiet"),
        (Severity.MIND, f"{tenant}: times in messages are UTC, for it has no time zone"),
        (
            Severity.MIND,
            f"{without_rules}/zh: 'one' is left out, and ours said: $when is not filled in there; allowed are $title",
        ),
    ]
    assert Severity.GOOD in {each.severity for each in with_key}
    (shut,) = [each for each in without if each.severity is Severity.BAD and tenant in each.seen]
    assert shut.seen == f"no key opens those of tenants/{tenant}/channels/east-bot, tenants/{tenant}/subscriptions/crm"
