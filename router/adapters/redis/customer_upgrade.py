"""Writes down whose work items there are, which format 6 added, for tenants whose rules ever named a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.keys import Keys
from router.adapters.redis.rulesets import RedisRuleSets
from router.assignment.customers import CustomerMove, move_of
from router.model.events import JOINING, Content, Erased, Event, Updated
from router.rules.codec import loads
from router.rules.route import KnownCustomer
from store.clients import RedisClient
from store.translation import translated

Naming = Mapping[int, KnownCustomer]
"""By revision of the rules, what they say of customers; others say nothing."""


async def naming_of(redis: RedisClient, tenant: str) -> Naming:
    """Return what the rules of a tenant ever said of customers."""
    rule_sets, naming, before = RedisRuleSets(redis), dict[int, KnownCustomer](), None
    while page := await rule_sets.publications(tenant, before=before):
        for publication in page:
            if known_customer := loads(publication.stored).known_customer:
                naming[publication.revision] = known_customer
        before = page[-1].revision
    return naming


async def enter_customers(redis: RedisClient, tenant: str, naming: Naming, events: Sequence[Event]) -> None:
    """Enter whose work items came, or became, by some events of the log; whoever does it twice writes the same."""
    moves = [(event, move) for event in events if isinstance(event, Content) and (move := _move_by(naming, event))]
    records = await RedisAssignments(redis).items(tenant, [event.item_id for event, _ in moves])
    keys = Keys(tenant)
    with translated():
        async with redis.pipeline(transaction=False) as pipeline:
            for (event, move), record in zip(moves, records, strict=True):
                if move.leaves:
                    pipeline.zadd(keys.subject(move.leaves), {event.item_id: 0}, xx=True)
                if move.joins and record:
                    pipeline.zadd(keys.subject(move.joins), {event.item_id: record.first})
            await pipeline.execute()
    for erased in events:
        if isinstance(erased, Erased):
            await _forget(redis, tenant, naming, erased)


async def _forget(redis: RedisClient, tenant: str, naming: Naming, erased: Erased) -> None:
    """Take out what was erased, as far as its customer is named still."""
    store, keys = RedisAssignments(redis), Keys(tenant)
    records = [record for record in await store.items(tenant, erased.item_ids) if record]
    for content in await store.contents(tenant, [record.content for record in records]):
        move = move_of(naming.get(content.head.rule_set_revision), content.head.item)
        if move and not await redis.exists(keys.personal(content.item_id)):
            with translated():
                await redis.zrem(keys.subject(move.joins), content.item_id)


def _move_by(naming: Naming, event: Content) -> CustomerMove | None:
    known_customer = naming.get(event.head.rule_set_revision)
    if isinstance(event, Updated):
        return move_of(known_customer, event.head.item, event.before)
    return move_of(known_customer, event.head.item) if event.head.cause in JOINING else None
