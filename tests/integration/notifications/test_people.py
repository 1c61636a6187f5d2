"""What is put into the outbox, for whom and through what, over a real service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from fairlead.v1 import workforce_pb2
from notifications.adapters.redis.known_channels import KnownChannels
from notifications.adapters.redis.outbox import RedisOutbox
from notifications.adapters.redis.records import channels_on
from notifications.channels import Channel, ChannelKind
from notifications.deliveries import DeliveryState
from notifications.ports import DeliveryFilter
from router.adapters.redis.repositories import Stores
from router.assignment.planner_cache import PlannerCache
from router.deadlines.notices import Notice, Notices
from router.process.revisions.cache import ProcessCache
from serving.people import OutboxTelling, People
from store.embedded.server import EmbeddedServer
from tests.api import Api

PROCESS = """\
process: sales
title: {en: Sales, zh: 销售}
kinds: [LEAD]
stages: [{id: new}, {id: won, closes: CONVERTED}]
"""
LATER = 10_000
"""An event that the service itself has not told of."""


class Heard:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.events: list[int] = []

    async def tell(self, _: str, notice: Notice) -> None:
        self.events.append(notice.event)


async def published(api: Api, stores: Stores, planners: PlannerCache) -> Notice:
    """Publish a process to three reps, of whom two have channels, and one inactive, and return what they are told."""
    for rep, channels in (("li-na", ["gone", "mail"]), ("wei", []), ("chen", ["mail"]), ("old", [])):
        hired = workforce_pb2.Rep(active=rep != "old", channels=channels)
        await api.workforce.CreateRep(workforce_pb2.CreateRepRequest(parent=api.parent, rep_id=rep, rep=hired))
    await api.pool("east", ["li-na", "wei", "chen", "old"])
    await channels_on(stores.redis).put(api.tenant, "mail", Channel("mail", ChannelKind.SMTP, "sealed"), "")
    await api.publish_process(PROCESS)
    events: Sequence[Any] = await stores.assignments.events(api.tenant, count=1, newest_first=True)
    notice = await Notices(api.tenant, stores.assignments, planners).of(events[0])
    assert notice is not None
    return notice


@pytest.fixture
def stores(store: EmbeddedServer) -> Stores:
    return Stores.connect(store.url)


def planners_of(stores: Stores) -> PlannerCache:
    return PlannerCache(stores.workforce, stores.rule_sets, stores.rule_sets, processes=ProcessCache(stores.processes))


async def test_everybody_is_told_once_through_the_first_channel_that_is_there(api: Api, stores: Stores) -> None:
    planners, heard = planners_of(stores), Heard()
    notice = await published(api, stores, planners)
    outbox, people = RedisOutbox(stores.redis), People(stores.assignments, planners)
    telling = OutboxTelling(outbox, KnownChannels(stores.redis), people, heard)

    await telling.tell(api.tenant, notice._replace(event=LATER))
    await telling.tell(api.tenant, notice._replace(event=LATER))

    listed = [each for each in await outbox.deliveries(api.tenant, DeliveryFilter(), None, 10) if each.event == LATER]
    assert {each.rep: (each.receiver, each.state) for each in listed} == {
        "li-na": ("mail", DeliveryState.WAITING), "chen": ("mail", DeliveryState.WAITING),
        "wei": ("", DeliveryState.UNREACHABLE),
    }  # fmt: skip
    assert {each.type for each in listed} == {"process_new"}
    assert len(heard.events) == 1
    await stores.close()


async def test_what_a_message_says_is_read_off_the_event_in_both_languages(api: Api, stores: Stores) -> None:
    planners = planners_of(stores)
    notice = await published(api, stores, planners)
    people = People(stores.assignments, planners)

    en, zh = [await people.text(api.tenant, notice.event, "li-na", language, {}) for language in ("en", "zh")]

    assert (en and en.title, zh and zh.title) == ("New process: Sales", "新流程：销售")
    own = await people.text(api.tenant, notice.event, "li-na", "zh", {"process_new": "上新：$process", "one": "x"})
    assert own is not None
    assert own.title == "上新：销售"
    assert await people.text(api.tenant, notice.event + 99, "li-na", "en", {}) is None
    await stores.close()
