"""Deliveries of a tenant turn by turn, on the simulated clock: the server beside has no key, and delivers nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from cryptography.fernet import Fernet

from notifications.adapters.redis.records import subscriptions_on
from notifications.adapters.redis.webhooks import RedisDeliveries
from notifications.backoff import RetryWaits
from notifications.outbound.addresses import networks_from
from notifications.outbound.client import TIMEOUT_S, Outbound
from notifications.ports import RecordStore
from notifications.secrets import SecretBox, new_signing_secret
from notifications.subscriptions import Subscription
from notifications.webhooks.deliverer import Deliverer, TurnEnd
from notifications.webhooks.deliveries import WebhookDeliveries
from notifications.webhooks.sender import WebhookSender, subscription_name
from router.adapters.redis.repositories import Stores
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.deadlines.reached import ReachedSteps
from router.process.revisions.cache import ProcessCache
from router.rpc.changes import ChangeMessages
from serving.change_feed import LogChanges
from store.clock import SimulatedClock
from tests.api import EVERYONE, Api, connected
from tests.conftest import serving

NAME = "crm"
BEGAN_US = 1_796_000_000_000_000


@dataclass
class ByHand:
    """A tenant, and what delivers its changes when it is told to."""

    api: Api
    clock: SimulatedClock
    feed: LogChanges
    store: RedisDeliveries
    book: WebhookDeliveries
    deliverer: Deliverer
    records: RecordStore[Subscription]
    box: SecretBox
    redis: Any

    @property
    def tenant(self) -> str:
        return self.api.tenant

    async def turn(self) -> TurnEnd:
        """Take a turn of a subscription that is not paused."""
        ended = await self.deliverer.turn(self.tenant, NAME)
        assert ended
        return ended

    async def change(self, **fields: Any) -> None:
        """Change the subscription, as somebody does who is answered."""
        kept = await self.records.get(self.tenant, NAME)
        assert kept
        assert await self.records.put(self.tenant, NAME, replace(kept.record, **fields), kept.etag)

    def sealed(self, url: str) -> str:
        """Encrypt an address."""
        return self.box.seal(subscription_name(self.tenant, NAME), url)

    async def now_ms(self) -> int:
        return await self.feed.now_ms(self.tenant)

    async def move_to(self, at_ms: int) -> None:
        """Have the clock stand at an instant."""
        await self.clock.set(at_ms * 1000, rate=0.0)

    async def next_ms(self) -> int:
        """Return when something parked is tried next."""
        next_ms = await self.store.next_ms(self.tenant, NAME)
        assert next_ms is not None
        return next_ms


def feed_of(
    stores: Stores,
    planners: PlannerCache,
    always: frozenset[str] = frozenset(),
    changes: type[LogChanges] = LogChanges,
) -> LogChanges:
    """Return the changes of a store, as a service feeds subscriptions."""
    store = stores.assignments
    messages = ChangeMessages(WorkItemQueries(store, planners), ReachedSteps(store, planners))
    return changes(store, stores.log_follower, planners, messages, always)


@asynccontextmanager
async def by_hand(
    redis_url: str,
    tenant: str,
    url: str,
    rules: Mapping[str, Any] = EVERYONE,
    box: SecretBox | None = None,
    signing: Sequence[str] = (),
    timeout_s: float = TIMEOUT_S,
    changes: type[LogChanges] = LogChanges,
    **chosen: Any,
) -> AsyncIterator[ByHand]:
    """Subscribe an address to a tenant that has a rep and rules, on a store whose time is simulated.

    Parameters
    ----------
    box
        What secrets are kept with; None: one with a key of its own.
    signing
        The secrets; none: one is made.
    timeout_s
        How long an answer may take.
    changes
        What feeds them.
    chosen
        Fields of the subscription beside.
    """
    stores = Stores.connect(redis_url)
    clock = SimulatedClock(stores.redis)
    await clock.set(BEGAN_US, rate=0.0)
    async with (
        serving(redis_url, simulated_clock=True) as address,
        connected(address, tenant, redis_url) as api,
    ):
        await api.hire("ann")
        await api.pool("everyone", ["ann"])
        await api.adopt(rules)
        planners = PlannerCache(
            stores.workforce, stores.rule_sets, stores.rule_sets, processes=ProcessCache(stores.processes)
        )
        outbound = Outbound(networks_from("127.0.0.0/8"), timeout_s=timeout_s)
        secrets = box or SecretBox([Fernet(Fernet.generate_key())])
        feed, kept, records = (
            feed_of(stores, planners, changes=changes),
            RedisDeliveries(stores.redis),
            subscriptions_on(stores.redis),
        )
        name = subscription_name(tenant, NAME)
        signs = tuple(secrets.seal(name, secret) for secret in signing or [new_signing_secret()])
        subscription = Subscription(NAME, secrets.seal(name, url), secrets=signs, **chosen)
        await records.put(tenant, NAME, subscription, "")
        book = WebhookDeliveries(kept, feed, records)
        await book.begin(tenant, NAME)
        deliverer = Deliverer(feed, kept, records, WebhookSender(outbound, secrets), RetryWaits(5, lambda: 0.0))
        yield ByHand(api, clock, feed, kept, book, deliverer, records, secrets, stores.redis)
        await outbound.close()
        await feed.close()
        planners.close()
    await stores.close()
