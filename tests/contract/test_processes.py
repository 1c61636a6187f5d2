"""Publishing processes: what holds on both stores."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from redis.asyncio import Redis

from router.adapters.redis.keys import Keys
from router.adapters.redis.processes import RedisProcesses
from router.adapters.redis.rewriting import LogRewriter
from router.assignment.process_tests import run_tests
from router.cli.audit import description
from router.history.replay import Replay
from router.history.tamper_check import TamperCheck
from router.model.errors import NotFound, NotPossible, RequestIdReused, StaleEtag
from router.model.sealing import NOT_PERSONAL
from router.model.workforce import WorkforceRecords
from router.model.workitem import Kind
from router.process.language.check import NO_RULES, check_process
from router.process.revisions.cache import ProcessCache
from router.process.revisions.codec import dumps
from router.process.revisions.errors import InvalidProcess, KindTaken
from router.process.revisions.publishing import ProcessPublishing
from router.process.trials.trial import ProcessTrial
from router.rules.codec import loads
from router.workforce.service import WorkforceService
from store.embedded.server import EmbeddedServer
from tests.contract.nothing.routing import Routing
from tests.unit.router.process.language.test_check import PLAIN, SALES

SMALL = "process: {}\nkinds: [{}]\nstages: [{{id: new}}, {{id: done, closes: CLOSED}}]"


class Publisher(NamedTuple):
    """A tenant who publishes processes."""

    world: Routing
    processes: Any
    cache: ProcessCache
    publishing: ProcessPublishing

    async def publish(self, source: str, **fields: Any) -> Any:
        return await self.publishing.publish(self.world.tenant, source, **fields)

    async def active(self, kind: Kind) -> tuple[str, int] | None:
        """Return the active process of a kind."""
        process = (await self.cache.newest(self.world.tenant)).of(kind)
        return (process.id, process.revision) if process else None

    async def faults(self) -> list[str]:
        """Replay the log; audit it where there is a chain, which the twin has none of."""
        world = self.world
        replay = Replay(world.store, world.presences, world.planners, None, self.processes)
        checks = [world.store, world.store, world.workforce, world.rule_sets, world.rule_sets, self.processes]
        faults = [each async for each in replay.differences(world.tenant)]
        if self.processes is world.store:
            return faults
        return faults + [each async for each in TamperCheck(*checks).faults(world.tenant)]


async def in_process(source: str, rules: str | None = None, workforce: WorkforceRecords | None = None) -> ProcessTrial:
    """Try a process as the sandbox does, without a child."""
    known = None if rules is None else loads(rules) if rules else NO_RULES
    checked = check_process(source, rules=known, reps=None if workforce is None else workforce.reps)
    if checked.process is None:
        return ProcessTrial(checked.problems)
    results = run_tests(checked.process, checked.tests, checked.workforce or workforce or WorkforceRecords(), None)
    return ProcessTrial(checked.problems, dumps(checked.process), tuple(results))


@pytest.fixture
async def redis(store: EmbeddedServer) -> AsyncIterator[Any]:
    client: Any = Redis.from_url(store.url)
    yield client
    await client.aclose()


@pytest.fixture(params=["memory", "redis"])
async def publisher(request: pytest.FixtureRequest, redis: Any, tenant: str) -> Publisher:
    return await opened(None if request.param == "memory" else redis, tenant)


async def opened(redis: Any, tenant: str) -> Publisher:
    world = await Routing.open(redis, tenant)
    processes: Any = RedisProcesses(redis) if redis else world.store
    cache = ProcessCache(processes)
    workforce = WorkforceService(world.workforce, world.rule_sets)
    publishing = ProcessPublishing(processes, cache, world.rule_sets, workforce, in_process)
    return Publisher(world, processes, cache, publishing)


async def test_a_revision_holds_from_its_event_on_and_earlier_ones_stay(publisher: Publisher) -> None:
    before = (await publisher.world.event()).number
    nothing = await publisher.active(Kind.LEAD)
    first = await publisher.publish(SALES, note="the first", actor="mo")
    second = await publisher.publish(SALES.replace("within: 1h", "within: 2h"))

    assert (first.revision, first.event, first.process) == (1, before + 1, "sales")
    assert (second.event, first.stages[:2]) == (first.event + 1, ("new", "qualified"))
    assert (nothing, await publisher.active(Kind.LEAD)) == (None, ("sales", 2))
    revisions = (await publisher.cache.newest(publisher.world.tenant)).revisions
    assert [str(each.first.deadlines[0].within.otherwise) for each in revisions] == ["1h", "2h"]
    assert [(each.revision, each.event) for each in revisions] == [(1, first.event), (2, second.event)]
    assert await publisher.faults() == []


async def test_a_kind_enters_one_process_until_it_is_taken_out_of_it(publisher: Publisher) -> None:
    await publisher.publish(SALES)
    await publisher.publish(SMALL.format("care", "TICKET"))

    with pytest.raises(KindTaken, match="LEAD enters process sales"):
        await publisher.publish(SMALL.format("care", "TICKET, LEAD"))
    with pytest.raises(KindTaken):
        await publisher.publish(SMALL.format("care", "LEAD"), preview=True)
    await publisher.publish(SALES.replace("[LEAD]", "[]"))
    assert await publisher.active(Kind.LEAD) is None
    await publisher.publish(SMALL.format("care", "TICKET, LEAD"))

    assert await publisher.active(Kind.LEAD) == await publisher.active(Kind.TICKET) == ("care", 4)
    with pytest.raises(KindTaken):
        await publisher.publishing.roll_back(publisher.world.tenant, "sales", 1)
    assert await publisher.faults() == []


async def test_a_roll_back_publishes_what_was_before_and_a_repeated_request_is_answered_alike(
    publisher: Publisher,
) -> None:
    tenant, publishing = publisher.world.tenant, publisher.publishing
    first = await publisher.publish(SALES, request_id="r", note="n")
    await publisher.publish(SMALL.format("care", "TICKET"))
    with pytest.raises(NotPossible, match="no revision before"):
        await publishing.roll_back(tenant, "sales")
    await publisher.publish(SALES.replace("1h", "2h"))

    again = await publishing.roll_back(tenant, "sales", request_id="b", actor="mo")

    assert (again.revision, again.rollback_of, again.source, again.actor) == (4, 1, SALES, "mo")
    assert await publishing.roll_back(tenant, "sales", request_id="b", actor="mo") == again
    assert await publisher.publish(SALES, request_id="r", note="n") == first
    with pytest.raises(RequestIdReused):
        await publisher.publish(SALES, request_id="r", note="otherwise")
    with pytest.raises(NotFound):
        await publishing.roll_back(tenant, "sales", 2)
    with pytest.raises(NotFound):
        await publishing.revision(tenant, "care", 1)
    pages = [await publishing.revisions(tenant, before=before, count=3) for before in (None, 2)]
    assert [([each.revision for each in page], position) for page, position in pages] == [([4, 3, 2], 2), ([1], None)]
    assert await publisher.faults() == []


async def test_a_roll_back_is_refused_as_publishing_is(publisher: Publisher) -> None:
    world = publisher.world
    tabled = SMALL.format("care", "TICKET").replace("id: new", "id: new, deadlines: [{id: a, within: TABLE}]")
    for fields, within in (
        ("severity: {type: string}", "{by: severity, P1: 1h, else: 2h}"),
        ("n: {type: number}", "1h"),
    ):
        await world.publish(source=f"fields: {{{fields}}}\ndefault: {{route: {{pool: p}}}}")
        await publisher.publish(tabled.replace("TABLE", within))

    with pytest.raises(InvalidProcess, match="found 'severity'; allowed are string, number and bool fields: n"):
        await publisher.publishing.roll_back(world.tenant, "care")
    assert (await publisher.cache.newest(world.tenant)).newest == 2


async def test_who_insists_on_the_active_revision_is_told_what_it_is(publisher: Publisher) -> None:
    await publisher.publish(SALES, expected=0)

    with pytest.raises(StaleEtag, match="revision 1 is its active one, not 0"):
        await publisher.publish(SALES, expected=0)
    with pytest.raises(InvalidProcess, match="line 3, column 9: it is empty"):
        await publisher.publish("process: sales\nkinds: [LEAD]\nstages: []")
    with pytest.raises(InvalidProcess, match=r"test failed: expected first-response due 2026-09-20T11:21, came"):
        await publisher.publish(PLAIN.replace("20T11:20}", "20T11:21}"))
    assert (await publisher.publish(SALES, preview=True)).revision == 0
    assert (await publisher.cache.newest(publisher.world.tenant)).newest == 1


async def test_an_etag_is_that_of_the_process_whatever_is_published_of_others(publisher: Publisher) -> None:
    sales = await publisher.publish(SALES, expected=0)
    care = await publisher.publish(SMALL.format("care", "TICKET"), expected=0)

    with pytest.raises(StaleEtag, match="revision 2 is its active one, not 1"):
        await publisher.publish(SMALL.format("care", "TICKET"), expected=1, preview=True)
    with pytest.raises(StaleEtag, match="nothing of it is published, not 2"):
        await publisher.publish(SMALL.format("rescue", "RESCUE"), expected=2)
    await publisher.publish(SALES, expected=sales.revision, preview=True)
    again = await publisher.publish(SALES, expected=sales.revision)
    assert (await publisher.publish(SMALL.format("care", "TICKET"), expected=care.revision)).revision == 4
    with pytest.raises(StaleEtag):
        await publisher.publish(SALES, expected=sales.revision)
    assert (await publisher.publish(SALES, expected=again.revision)).revision == 5


async def test_a_cache_reads_what_is_new_alone_and_all_of_a_store_that_lost_it(publisher: Publisher) -> None:
    tenant = publisher.world.tenant
    read = list[list[int]]()

    class Watched:
        newest_process = publisher.processes.newest_process

        async def process_publications(self, tenant: str, revisions: Any) -> Any:
            read.append(list(revisions))
            return await publisher.processes.process_publications(tenant, revisions)

    watched: Any = Watched()
    cache = ProcessCache(watched)
    for source in (SALES, SMALL.format("care", "TICKET"), SALES):
        await publisher.publish(source)
        await cache.newest(tenant)
    await cache.newest(tenant)

    assert read == [[1], [1, 2], [2, 3]]
    assert cache.at_hand(tenant).newest == 3


async def test_what_is_altered_beside_the_log_is_found(redis: Any, tenant: str) -> None:
    publisher = await opened(redis, tenant)
    await publisher.publish(SALES)
    key = Keys(publisher.world.tenant).processes
    stored, active = await redis.hmget(key, ["1", "active"])

    await redis.hset(key, "1", stored.replace(b"1h", b"9h"))
    altered = await publisher.faults()
    await redis.hset(key, "1", stored)
    await redis.hset(key, "active", active.replace(b"sales", b"sulks"))
    moved = await publisher.faults()
    await redis.hset(key, "active", active)
    await redis.hset(Keys(publisher.world.tenant).revisions, mapping={"processes": 2, "processes_mark": "x"})
    lost = await publisher.faults()

    assert [fault.partition(": ")[2] for fault in altered] == ["revision 1 of the processes is not what was published"]
    told = [
        "process sales: log says revision 1 for LEAD, store nothing",
        "process sulks: log says nothing, store revision 1 for LEAD",
    ]
    assert moved == told * 2, "by the replay, and by the check of the chain"
    assert lost == [
        "revision of the processes: log says 1, store 2",
        "the event that made revision 2 of the processes is not in the log: its end is missing, or all of it",
    ]


@pytest.mark.parametrize(
    ("field", "altered", "told"),
    [
        ("1", lambda there: b"9" + there, "event N: revision 1 of the processes is kept with the time 9"),
        ("1", lambda there: re.sub(b" .*? ", b" 1 ", there, count=1),
         "event N: revision 1 of the processes is kept with event 1, which did not publish it"),
        ("1", lambda there: b"x" + there, "event N: KEY field 1: cannot be read: "),
        ("1", lambda there: there.replace(b'"LEAD"', b'"XEAD"'), "event N: KEY field 1: cannot be read: 'XEAD' is"),
        ("7", lambda _: b"", "KEY field 7: it is neither a revision nor 'active'"),
        ("01", lambda _: b"", "KEY field 01: it is neither a revision nor 'active'"),
        ("active", lambda there: there.replace(b"LEAD", b"XEAD"), "KEY field active: cannot be read: 'XEAD' is not a"),
        ("active", lambda _: b"\xc1", "KEY field active: cannot be read: "),
        ("active", lambda there: there.replace(b"\x01", b"\x05"),
         "process sales: log says revision 1 for LEAD, store revision 5 for LEAD"),
    ],
)  # fmt: skip
async def test_whatever_is_altered_in_the_hash_is_found_by_the_check_of_the_chain(
    redis: Any, tenant: str, field: str, altered: Callable[[bytes], bytes], told: str
) -> None:
    publisher = await opened(redis, tenant)
    event = (await publisher.publish(SALES)).event
    world, key = publisher.world, Keys(tenant).processes
    await redis.hset(key, field, altered(await redis.hget(key, field) or b""))

    checks = [world.store, world.store, world.workforce, world.rule_sets, world.rule_sets, publisher.processes]
    (fault,) = [each async for each in TamperCheck(*checks).faults(tenant)]

    assert fault.startswith(told.replace("KEY", key).replace("N:", f"{event}:"))
    assert fault in await publisher.faults(), "the replay does not break off either"


async def test_a_log_that_is_written_anew_and_shown_has_its_publications(redis: Any, tenant: str) -> None:
    publisher = await opened(redis, tenant)
    for source in (SALES, SALES.replace("[LEAD]", "[]")):
        await publisher.publish(source)
    await publisher.publishing.roll_back(tenant, "sales")
    world = publisher.world

    await LogRewriter(redis, world.planners, NOT_PERSONAL).rewrite(tenant)

    assert await publisher.faults() == []
    assert [description(event) for event in (await world.store.events(tenant, count=1000))[-3:]] == [
        "process sales 1 published for LEAD",
        "process sales 2 published for nothing",
        "process sales 3 published for LEAD, as 1 was",
    ]


async def test_a_store_that_was_emptied_and_filled_again_is_read_anew(publisher: Publisher) -> None:
    await publisher.publish(SALES)
    await publisher.publish(SALES)
    cache = publisher.cache
    old = await cache.newest(publisher.world.tenant)
    first = old.revisions[0]
    other = replace(first, id="other")
    emptied = (replace(other, revision=1), replace(other, revision=2), replace(other, revision=3))

    class Emptied:
        async def newest_process(self, _: str) -> tuple[int, str]:
            return 3, "another"

        async def process_publications(self, tenant: str, revisions: Any) -> Any:
            whole = await publisher.processes.process_publications(tenant, [1])
            return [
                replace(whole[0], revision=number, stored=dumps(emptied[number - 1]), process="other")
                for number in revisions
            ]

    cache._processes = Emptied()  # type: ignore[assignment]

    assert [each.id for each in (await cache.newest(publisher.world.tenant)).revisions] == ["other"] * 3
