"""Deliveries: how many changes a second reach a receiver, and what one takes of the processor.

Run as ``python -m benchmarks.deliveries [CHANGES]``, 20,000 if nothing is said. Leads are routed and closed first; then
two subscriptions are told of it all, over sockets to a process of its own: one takes everything, and one refuses each
fiftieth the first time. It ends with 1 where a change is lost or out of order, or takes so much
of one processor that 1,000 a second would be too many for it.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from resource import RUSAGE_SELF, getrusage
from typing import NamedTuple

from cryptography.fernet import Fernet
from rich.console import Console
from rich.table import Table

from notifications.adapters.redis.records import subscriptions_on
from notifications.adapters.redis.webhooks import RedisDeliveries
from notifications.backoff import RetryWaits
from notifications.outbound.addresses import networks_from
from notifications.outbound.client import Outbound
from notifications.secrets import SecretBox, new_signing_secret
from notifications.subscriptions import Subscription
from notifications.webhooks.deliverer import Deliverer
from notifications.webhooks.sender import WebhookSender, subscription_name
from router.adapters.redis.repositories import Stores
from router.assignment.commands import Completion, RouteRequest
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.service import Router
from router.deadlines.reached import ReachedSteps
from router.history.watch import is_change
from router.model.decision import Decision
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, State, WorkItem
from router.rpc.changes import ChangeMessages
from router.rules.check import check
from router.rules.codec import dumps
from rules.revisions import Publication
from serving.change_feed import LogChanges
from store.embedded.server import EmbeddedServer
from tests.chaos.crm import Taken, told_in_order
from tests.receivers import Received, Receiver, response

TENANT = "default"
CHANGES = 20_000
MOST_PROCESSOR_S = 1 / 1_000
BATCH = 64
RULES = "fields: {}\ndefault: {route: {pool: everyone}}\n"


class Measured(NamedTuple):
    """How a subscription was told; ``processor_s`` is this process's."""

    told: str
    changes: int
    refused: int
    seconds: float
    processor_s: float
    grown_bytes: int
    faults: list[str]

    @property
    def per_s(self) -> float:
        """Changes a second."""
        return self.changes / self.seconds


async def fill(stores: Stores, planners: PlannerCache, changes: int) -> None:
    """Route and close leads until the log has so many changes."""
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    await stores.rule_sets.publish(TENANT, None, Publication(0, RULES, dumps(rule_set), "", 0, 0, 0))
    records = {("rep", "ann"): Rep("ann"), ("pool", "everyone"): Pool("everyone", (Member("ann"),))}
    await stores.workforce.write(TENANT, 0, records)  # type: ignore[arg-type]
    store = stores.assignments
    router = Router(store, planners, WorkItemQueries(store, planners), stores.customer_scores)
    for start in range(0, changes // 2, BATCH):
        numbers = range(start, min(start + BATCH, changes // 2))
        items = [WorkItem(Kind.LEAD, "crm", f"L-{number}", {}) for number in numbers]
        decisions = await router.route_many(TENANT, [RouteRequest(item) for item in items])
        done = [
            Completion(each.item_id, State.CONVERTED, each.number) for each in decisions if isinstance(each, Decision)
        ]
        await asyncio.gather(*(store.complete(TENANT, each) for each in done))


async def tell(stores: Stores, feed: LogChanges, name: str, url: str) -> tuple[float, float, int]:
    """Deliver all that the log has; return seconds, those of this process's processor, and bytes that it grew by."""
    box, outbound = SecretBox([Fernet(Fernet.generate_key())]), Outbound(networks_from("127.0.0.0/8"))
    full_name, kept = subscription_name(TENANT, name), RedisDeliveries(stores.redis)
    secret = box.seal(full_name, new_signing_secret())
    subscription = Subscription(name, box.seal(full_name, url), secrets=(secret,))
    records = subscriptions_on(stores.redis)
    await records.put(TENANT, name, subscription, "")
    await kept.begin(TENANT, name, 0)
    deliverer = Deliverer(feed, kept, records, WebhookSender(outbound, box), RetryWaits(0.05, lambda: 0.0))
    start, used_s, peak = time.perf_counter(), time.process_time(), _peak_bytes()
    while ended := await deliverer.turn(TENANT, name):
        if ended.is_idle and await kept.next_ms(TENANT, name) is None:
            break
    found = time.perf_counter() - start, time.process_time() - used_s, _peak_bytes() - peak
    await outbound.close()
    return found


async def measure(changes: int) -> list[Measured]:
    """Fill a log, and tell both receivers of it."""
    async with _opened() as (stores, planners):
        await fill(stores, planners, changes)
        store = stores.assignments
        messages = ChangeMessages(WorkItemQueries(store, planners), ReachedSteps(store, planners))
        feed = LogChanges(store, stores.log_follower, planners, messages, frozenset())
        events = [each for each in await store.events(TENANT, count=3 * changes) if is_change(each)]
        found = []
        for name, refuses in (("takes-all", 0.0), ("refuses-some", 0.02)):
            with _receiving(refuses) as receiver:
                told = await tell(stores, feed, name, f"http://127.0.0.1:{receiver.port}/")
                taken, refused = receiver.ended()
            found.append(Measured(name, len(events), refused, *told, list(told_in_order(taken, events))))
        return found


@asynccontextmanager
async def _opened() -> AsyncIterator[tuple[Stores, PlannerCache]]:
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder), fsync="no")
        server.start()
        stores = Stores.connect(server.url)
        planners = PlannerCache(stores.workforce, stores.rule_sets, stores.rule_sets)
        try:
            yield stores, planners
        finally:
            planners.close()
            await stores.close()
            server.stop()


class _receiving:  # noqa: N801 (it is used as a context alone)
    """A receiver in a process of its own."""

    def __init__(self, refuses: float) -> None:
        spawning = get_context("spawn")
        self._pipe, theirs = spawning.Pipe()
        self._process = spawning.Process(target=_receive, args=(theirs, refuses), daemon=True)

    def __enter__(self) -> _receiving:
        self._process.start()
        self.port: int = self._pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()

    def ended(self) -> tuple[list[Taken], int]:
        """Return what it took, and how often it refused."""
        self._pipe.send("end")
        taken, refused = self._pipe.recv()
        return [Taken(*each) for each in taken], refused


def _receive(pipe: Connection, refuses: float) -> None:
    asyncio.run(_received(pipe, refuses))


async def _received(pipe: Connection, refuses: float) -> None:
    random, taken, refused = Random(1), list[Taken](), set[str]()

    async def answer(received: Received) -> bytes | None:
        if received.id not in refused and random.random() < refuses:
            refused.add(received.id)
            return response(500)
        change = received.json
        taken.append(Taken(int(change["id"]), change["workItem"].rpartition("/")[2]))
        return response(200)

    async with Receiver(answer) as receiver:
        pipe.send(receiver.port)
        await asyncio.to_thread(pipe.recv)
        pipe.send(([tuple(each) for each in taken], len(refused)))


def _peak_bytes() -> int:
    return 1024 * getrusage(RUSAGE_SELF).ru_maxrss


def table_of(found: list[Measured]) -> Table:
    """Return what is printed."""
    table = Table("receiver", "changes", "refused once", "a second", "processor, µs each", "MiB grown", "lost or late")
    for each in found:
        table.add_row(
            each.told, f"{each.changes:,}", f"{each.refused:,}", f"{each.per_s:,.0f}",
            f"{each.processor_s / each.changes * 1e6:.0f}", f"{each.grown_bytes / 2**20:.0f}", f"{len(each.faults)}",
        )  # fmt: skip
    return table


def main() -> int:
    """Print the table; return 1 where something is lost, or too slow."""
    found = asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else CHANGES))
    Console(width=110).print(table_of(found))
    return int(any(each.faults or each.processor_s / each.changes > MOST_PROCESSOR_S for each in found))


if __name__ == "__main__":
    sys.exit(main())
