"""The router's ports: owners and their log, the workforce, rule sets, customers, leases and snapshots."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from redis.asyncio import Redis

from background.adapters.redis import RedisLeaderLease
from background.leadership import LeaderLease
from router.activities.ports import Activities, ActivityCommand
from router.adapters.redis.activities import RedisActivities
from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.customer_scores import RedisCustomerScores
from router.adapters.redis.erasure import RedisPersonalValues
from router.adapters.redis.log_follower import RedisLogFollower
from router.adapters.redis.notes import RedisNotes
from router.adapters.redis.offers import RedisOffers
from router.adapters.redis.presence import RedisPresences
from router.adapters.redis.processes import RedisProcesses
from router.adapters.redis.rulesets import RedisRuleSets
from router.adapters.redis.snapshots import RedisSnapshots
from router.adapters.redis.timers import RedisTimers
from router.adapters.redis.workforce import RedisWorkforce
from router.assignment.commands import BindCommand, Completion, Mode, Refusal, RouteRequest
from router.assignment.customers import CustomerMove
from router.assignment.jobs import cover_command, route_command
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments, CustomerScores, LogFollower
from router.assignment.queries import WorkItemQueries
from router.assignment.service import Router
from router.deadlines.ports import NoteCommand
from router.erasure.ports import Erasure, PersonalValues
from router.history.ports import Log, Snapshots
from router.history.tamper_check import TamperCheck
from router.model.activities import Activity, ActivityKind, Direction
from router.model.decision import Decision
from router.model.dispatch import Answer, Dispatch, DispatchMode
from router.model.errors import CorruptHistory, NotFound, RequestIdReused, StaleRevision
from router.model.events import WAKE, ActivityRecorded, Erased, Note
from router.model.records import CustomerScore
from router.model.revisions import RevisionPair
from router.model.workforce import MICROS, Member, Pool, Rep, WorkforceRecords
from router.model.workitem import Kind, State, WorkItem
from router.offers.ports import AnswerCommand, AnswerRefusal, Offers
from router.process.revisions.ports import Processes
from router.process.revisions.publication import ProcessPublication
from router.rules.check import check
from router.rules.codec import dumps
from router.rules.ports import RuleSets
from router.timers.ports import Timers
from router.timers.timer import Position, Timer
from router.workforce.edits import Edit
from router.workforce.ports import Presences, Workforce
from router.workforce.service import WorkforceService
from rules.arrival import instant
from rules.revisions import Publication
from scoring.memory import LastScore, ScoreMemory
from tests.contract.nothing.row import Given, Row
from tests.twins.store import MemoryStore

RULES = "fields: {}\nrules: []\ndefault: {route: {pool: east, priority: 7, fallback: [wait]}}"


@dataclass
class Routing:
    """A tenant with 6 events: rules 1 and 2, L-0 waits, rep bo, pool east, L-1 is bo's."""

    store: Any
    workforce: Any
    presences: Any
    rule_sets: Any
    processes: Any
    customer_scores: Any
    log_follower: Any
    leader_lease: Any
    snapshots: Any
    values: Any
    timers: Any
    activities: Any
    offers: Any
    notes: Any
    tenant: str

    @classmethod
    async def open(cls, redis: Redis | None, tenant: str) -> Routing:
        """Arrange it in memory, or on Redis."""
        if redis is None:
            memory = MemoryStore(lambda: 0)
            arguments: list[Any] = [*[memory] * 14, tenant]
            world = cls(*arguments)
        else:
            world = cls.at(redis, tenant)
        await world._arrange()
        return world

    @classmethod
    def at(cls, redis: Redis, tenant: str) -> Routing:
        """Return a tenant on Redis as it stands."""
        return cls(
            RedisAssignments(redis),
            RedisWorkforce(redis),
            RedisPresences(redis),
            RedisRuleSets(redis),
            RedisProcesses(redis),
            RedisCustomerScores(redis),
            RedisLogFollower(redis),
            RedisLeaderLease(redis),
            RedisSnapshots(redis),
            RedisPersonalValues(redis),
            RedisTimers(redis),
            RedisActivities(redis),
            RedisOffers(redis),
            RedisNotes(redis),
            tenant,
        )

    async def _arrange(self) -> None:
        for _ in range(2):
            await self.publish()
        await self.route("L-0")
        workforce_service = WorkforceService(self.workforce, self.rule_sets)
        for change in (
            Edit("rep", "bo", lambda _: Rep("bo"), create=True),
            Edit("pool", "east", lambda _: Pool("east", (Member("bo"),), value_weighted=True), create=True),
        ):
            await workforce_service.save(self.tenant, [change])
        await self.route("L-1")
        await self.customer_scores.keep(self.tenant, [LastScore("C-1", 0.8, "gold", 5)])

    @property
    def planners(self) -> PlannerCache:
        """Return planners that know nothing yet."""
        return PlannerCache(self.workforce, self.rule_sets, self.rule_sets)

    @property
    def router(self) -> Router:
        """Return a router."""
        planners = self.planners
        return Router(self.store, planners, WorkItemQueries(self.store, planners), self.customer_scores)

    async def publish(self, note: str = "", source: str = RULES, **given: Any) -> int:
        """Publish the rules; return the revision."""
        rule_set = check(source).rule_set
        assert rule_set is not None
        publication = Publication(0, source, dumps(rule_set), note, 0, 0, 0)
        published: Publication = await self.rule_sets.publish(self.tenant, None, publication, **given)
        return published.revision

    async def route(self, external_id: str) -> Decision:
        """Route a lead."""
        return await self.router.route(self.tenant, RouteRequest(WorkItem(Kind.LEAD, "crm", external_id)))

    async def bind(self, external_id: str, **fields: Any) -> Any:
        """Bind a job with some of its fields replaced; return how often it was decided, or the refusal."""
        book = await self.planners.current(self.tenant)
        item = WorkItem(Kind.LEAD, "crm", external_id)
        job = route_command(book, RouteRequest(item), item, 0)
        assert isinstance(job, BindCommand)
        (answer,) = await self.store.bind(self.tenant, book.revisions, [job._replace(**fields)])
        return answer if isinstance(answer, Refusal) else (answer.outcome.value, answer.rep)

    async def write(self, records: Any = None, **given: Any) -> int:
        """Write a workforce revision on what there is; return it."""
        present = await self.workforce.read(self.tenant)
        new = {("rep", "cy"): Rep("cy")} if records is None else records
        wanted = {"expected": present.revision, "event_hash": present.event_hash, "records": new, **given}
        written: int = await self.workforce.write(self.tenant, **wanted)
        return written

    async def event(self) -> Any:
        """Return the newest event."""
        (event,) = await self.store.events(self.tenant, count=1, newest_first=True)
        return event


async def _numbers(events: Any) -> list[int]:
    return [event.number for event in await events]


async def _revisions(publications: Any) -> list[int]:
    return [each.revision for each in await publications]


async def _publication(world: Routing, given: Given) -> int | None:
    publication = await world.rule_sets.publication(world.tenant, **given)
    return publication.revision if publication else None


async def _published(world: Routing, given: Given) -> int:
    """Publish twice alike, then say how many revisions there are."""
    for _ in range(2):
        await world.publish(**{"fingerprint": "f", **given})
    revisions: RevisionPair = await world.rule_sets.revisions(world.tenant)
    return revisions.rules


async def _published_otherwise(world: Routing, given: Given) -> int:
    """Use a request id for two contents, the first without a fingerprint."""
    await world.publish(request_id="r", **given)
    return await world.publish(request_id="r", fingerprint="other")


async def _expected(world: Routing, given: Given) -> int:
    published: Publication = await world.rule_sets.publish(
        world.tenant, publication=Publication(0, "", "", "", 0, 0, 0), **given
    )
    return published.revision


async def _publication_of(world: Routing, given: Given) -> Any:
    """Publish with a field or without it; return the field as it is read back."""
    zeros = {"revision": 0, "source": "", "stored": "", "note": "", "rule_count": 0, "rollback_of": 0, "at_ms": 0}
    publication = Publication(**{**zeros, **given})
    await world.rule_sets.publish(world.tenant, None, publication)
    stored = await world.rule_sets.publication(world.tenant)
    return stored.rollback_of, stored.actor


async def _publish_process(world: Routing, given: Given) -> ProcessPublication:
    """Publish a process of no kind; a field of it, or an argument, is given."""
    fields = {name: value for name, value in given.items() if name in ProcessPublication.__dataclass_fields__}
    arguments = {name: value for name, value in given.items() if name not in fields}
    publication = replace(ProcessPublication(0, "p", (), ("new",), "", "{}", "n"), **fields)
    published: ProcessPublication = await world.processes.publish_process(
        world.tenant, **{"expected": None, "publication": publication, **arguments}
    )
    return published


async def _processes(world: Routing, given: Given) -> int:
    """Publish twice alike, then say how many revisions there are."""
    for _ in range(2):
        await _publish_process(world, {"fingerprint": "f", **given})
    newest, _ = await world.processes.newest_process(world.tenant)
    return int(newest)


async def _process_otherwise(world: Routing, given: Given) -> ProcessPublication:
    await _publish_process(world, {"request_id": "r", **given})
    return await _publish_process(world, {"request_id": "r", "fingerprint": "other"})


async def _expected_process(world: Routing, given: Given) -> int:
    await _publish_process(world, {})
    return (await _publish_process(world, given)).revision


async def _process_of(world: Routing, given: Given) -> Any:
    """Publish with a field or without it; return note, roll-back and actor as they are read back."""
    published = await _publish_process(world, given)
    (found,) = await world.processes.process_publications(world.tenant, [published.revision])
    assert found == published
    return found.note, found.rollback_of, found.event, found.actor


async def _written(world: Routing, given: Given) -> int:
    """Write twice with the same request, then say at which revision the workforce is."""
    for name in ("cy", "di"):
        await world.write({("rep", name): Rep(name)}, **{"fingerprint": "f", **given})
    records: WorkforceRecords = await world.workforce.read(world.tenant)
    return records.revision


async def _written_otherwise(world: Routing, given: Given) -> int:
    await world.write(request_id="r", **given)
    return await world.write(request_id="r", fingerprint="other")


async def _settled(world: Routing, given: Given) -> list[str]:
    """Write; name the kinds of event that followed."""
    await world.write(**given)
    return [type(event).__name__ for event in await world.store.events(world.tenant, after=6)]


async def _writer(world: Routing, given: Given) -> str:
    await world.write(**given)
    actor: str = (await world.event()).actor
    return actor


async def _away(world: Routing, given: Given) -> dict[str, int]:
    await world.presences.set_presence(world.tenant, "bo", **{"until_ms": 0, **given})
    return dict(await world.presences.presences(world.tenant))


async def _away_twice(world: Routing, given: Given) -> int:
    """Set it twice with the same request; return the number of the second event."""
    await world.presences.set_presence(world.tenant, "bo", 0, fingerprint="f", **given)
    number: int = await world.presences.set_presence(world.tenant, "bo", 0, fingerprint="f", **given)
    return number


async def _away_otherwise(world: Routing, given: Given) -> int:
    await world.presences.set_presence(world.tenant, "bo", 0, request_id="r", **given)
    number: int = await world.presences.set_presence(world.tenant, "bo", None, request_id="r", fingerprint="other")
    return number


async def _who_set_it(world: Routing, given: Given) -> str:
    await world.presences.set_presence(world.tenant, "bo", 0, **given)
    actor: str = (await world.event()).actor
    return actor


async def _kept_revision(world: Routing, given: Given) -> int:
    """Keep revision 2; return which is kept that is not above one."""
    active = await world.rule_sets.revisions(world.tenant)
    await world.workforce.keep_records(world.tenant, await world.workforce.read(world.tenant), active)
    records: WorkforceRecords = await world.workforce.kept_records(world.tenant, **given)
    return records.revision


async def _unmarked(world: Routing, given: Given) -> int:
    """Write the first revision of a tenant that has none."""
    written: int = await world.workforce.write(f"{world.tenant}-new", 0, {("rep", "cy"): Rep("cy")}, **given)
    return written


async def _bound_twice(world: Routing, given: Given) -> Any:
    await world.bind("L-9", **{"fingerprint": "f", **given})
    return await world.bind("L-9", **{"fingerprint": "g", **given})


async def _bound_otherwise(world: Routing, given: Given) -> Any:
    await world.bind("L-9", request_id="r", **given)
    return await world.bind("L-9", request_id="r", fingerprint="other")


def _at_edition(but: str) -> Callable[[Routing, Given], Awaitable[Any]]:
    async def bind(world: Routing, given: Given) -> Any:
        """Bind by the revisions there are, but for one of their parts."""
        book = await world.planners.current(world.tenant)
        kept = {name: part for name, part in book.revisions._asdict().items() if name != but}
        item = WorkItem(Kind.LEAD)
        job = route_command(book, RouteRequest(item), item, 0)
        return await world.store.bind(world.tenant, RevisionPair(**kept, **given), [job])

    return bind


async def _at_processes(world: Routing, given: Given) -> Any:
    """Publish a process, then bind by revisions that say so of processes."""
    await _publish_process(world, {})
    book = await world.planners.current(world.tenant)
    item = WorkItem(Kind.LEAD)
    job = route_command(book, RouteRequest(item), item, 0)
    (bound,) = await world.store.bind(world.tenant, book.revisions._replace(**given), [job])
    return bound.outcome


async def _at_first_process(world: Routing, given: Given) -> Any:
    return await _at_processes(world, {"processes": 1, **given})


async def _routed_as(world: Routing, given: Given) -> tuple[str, str]:
    decision = await world.router.route(
        world.tenant, RouteRequest(**{"item": WorkItem(Kind.LEAD, "crm", "L-9"), **given})
    )
    return decision.outcome.value, decision.item_id


async def _record(world: Routing, given: Given) -> Any:
    """Record a note about L-1 that sets a next date; return the number, or the refusal."""
    activity = Activity(ActivityKind.NOTE, Direction.INTERNAL, "bo", 0, next_ms=10**15)
    wish = {"item_id": "crm~L-1", "activity": activity, "evidence": (), "ends": False, "expected": 6, **given}
    answer = await world.activities.record(
        world.tenant, ActivityCommand(**{"assigned_ms": 0, "ahead_ms": 10**15, **wish})
    )
    return answer.number if isinstance(answer, ActivityRecorded) else answer


async def _recorded_twice(world: Routing, given: Given) -> list[Any]:
    """Record twice; say what came of each."""
    answers = [await _record(world, {"fingerprint": "f", **given}) for _ in range(2)]
    return [answer if isinstance(answer, int | Refusal) else type(answer).__name__ for answer in answers]


async def _recorded_otherwise(world: Routing, given: Given) -> Any:
    await _record(world, {"request_id": "r", **given})
    return await _record(world, {"request_id": "r", "fingerprint": "other"})


async def _recorder(world: Routing, given: Given) -> str:
    await _record(world, given)
    actor: str = (await world.event()).actor
    return actor


async def _sealed_of(world: Routing, given: Given) -> list[str]:
    """Record what is sealed, of a customer or of nobody; return what the index has of C-7."""
    await _record(world, {"openings": {b"c": b"v"}, **given})
    owned: list[str] = await world.values.items_of(world.tenant, "C-7")
    return owned


async def _note(world: Routing, given: Given) -> Any:
    """Note that L-1 is paused; return the number of the event, or why not."""
    (record,) = await world.store.items(world.tenant, ["crm~L-1"])
    command = NoteCommand(**{"item_id": "crm~L-1", "expected": record.event, "note": Note.PAUSED, **given})
    answer = await world.notes.note(world.tenant, command)
    return answer if isinstance(answer, Refusal) else answer.number


async def _noted(world: Routing, given: Given) -> Any:
    """Note it; return what the event says."""
    await _note(world, given)
    event = await world.event()
    return event.subject, event.value, event.text, event.actor


async def _noted_twice(world: Routing, given: Given) -> list[Any]:
    return [await _note(world, {"fingerprint": "f", **given}) for _ in range(2)]


async def _noted_otherwise(world: Routing, given: Given) -> Any:
    await _note(world, {"request_id": "r", **given})
    return await _note(world, {"request_id": "r", "fingerprint": "other"})


async def _nps(world: Routing, given: Given) -> Any:
    return await _note(world, {"note": Note.NPS, "value": 9, "customer": "C-7", **given})


async def _nps_twice(world: Routing, given: Given) -> Any:
    await _nps(world, {})
    return await _nps(world, given)


async def _last_nps(world: Routing, given: Given) -> int:
    await _nps(world, {})
    event: int = await world.store.last_nps(world.tenant, **given)
    return event


async def _note_sealed_of(world: Routing, given: Given) -> list[str]:
    """Note what is sealed, of a customer or of nobody; return what the index has of C-7."""
    await _note(world, {"openings": {b"c": b"v"}, **given})
    owned: list[str] = await world.values.items_of(world.tenant, "C-7")
    return owned


async def _dated(world: Routing, given: Given) -> Any:
    await _record(world, {})
    return await world.store.dated(world.tenant, **given)


async def _asked(world: Routing, given: Given) -> Any:
    await world.notes.note(world.tenant, NoteCommand("crm~L-1", 6, Note.ASKED, "quote"))
    return await world.store.asked(world.tenant, **given)


async def _surveyed(world: Routing, given: Given) -> Any:
    await world.notes.note(world.tenant, NoteCommand("crm~L-1", 6, Note.SURVEYED, "csat"))
    return await world.store.surveyed(world.tenant, **given)


async def _covered(world: Routing, given: Given) -> Any:
    await world.write()
    planners = world.planners
    planner = await planners.current(world.tenant)
    stored = await WorkItemQueries(world.store, planners).item(world.tenant, "crm~L-1")
    command = cover_command(planner, stored.record, stored.item, "cy", 0)
    assert isinstance(command, BindCommand)
    await world.store.bind(world.tenant, planner.revisions, [command])
    return await world.store.covered(world.tenant, **given)


async def _offer(world: Routing) -> None:
    """Have L-2 be offered to bo, by event 8."""
    pool = Pool("east", (Member("bo"),), dispatch=Dispatch(DispatchMode.OFFER))
    await WorkforceService(world.workforce, world.rule_sets).save(world.tenant, [Edit("pool", "east", lambda _: pool)])
    await world.route("L-2")


async def _answer(world: Routing, given: Given) -> Any:
    """Have bo decline L-2, whose offer is number 8; return the last event, or why not."""
    command = {"item_id": "crm~L-2", "answer": Answer.DECLINED, "rep": "bo", "offer": 8, **given}
    answer = await world.offers.answer(world.tenant, AnswerCommand(**command))
    return answer if isinstance(answer, AnswerRefusal) else answer.record.event


async def _answered(world: Routing, given: Given) -> Any:
    """Answer, and return what the event says of it."""
    await _offer(world)
    await _answer(world, given)
    event = await world.event()
    return event.number, event.actor, event.reason, event.charge > 0


async def _answered_twice(world: Routing, given: Given) -> list[Any]:
    await _offer(world)
    return [await _answer(world, {"fingerprint": "f", **given}) for _ in range(2)]


async def _answered_otherwise(world: Routing, given: Given) -> Any:
    await _offer(world)
    await _answer(world, {"request_id": "r", **given})
    return await _answer(world, {"request_id": "r", "fingerprint": "other"})


async def _sealed_by(world: Routing, given: Given) -> list[str]:
    """Decline for a reason that is sealed, of a customer or of nobody; return what the index has of C-7."""
    await _offer(world)
    await _answer(world, {"openings": {b"c": b"v"}, **given})
    owned: list[str] = await world.values.items_of(world.tenant, "C-7")
    return owned


async def _open_offers(world: Routing, given: Given) -> Any:
    await _offer(world)
    return await world.store.open_offers(world.tenant, **given)


async def _holds(world: Routing, given: Given) -> Any:
    await _offer(world)
    return await world.offers.holds(world.tenant, **{"rep": "bo", "offer": 8, "item_id": "crm~L-2", **given})


async def _offered(world: Routing, given: Given) -> Any:
    await _offer(world)
    return await world.offers.offered(world.tenant, **{"rep": "bo", "count": 9, **given})


async def _how_many(world: Routing, given: Given) -> Any:
    await _offer(world)
    return await world.offers.how_many(world.tenant, **{"rep": "bo", **given})


async def _lapses_of(world: Routing, given: Given) -> Any:
    return await world.offers.lapses_of(world.tenant, **{"rep": "bo", **given})


async def _held(world: Routing, given: Given) -> Any:
    await _offer(world)
    return await world.offers.holds(world.tenant, **{"rep": "bo", "offer": 8, "item_id": "crm~L-2", **given})


async def _left(world: Routing, given: Given) -> Any:
    """Change a pool beside what is offered; return what still is."""
    await _offer(world)
    await world.write({("pool", "west"): Pool("west", (Member("bo"),))}, expected=3, **given)
    return await world.store.open_offers(world.tenant)


async def _completed(world: Routing, given: Given) -> Any:
    wish = {"item_id": "crm~L-1", "state": State.CLOSED, "expected": 6, **given}
    answer = await world.store.complete(world.tenant, Completion(**wish))
    return answer if isinstance(answer, Refusal) else answer.state


async def _completed_twice(world: Routing, given: Given) -> Any:
    await _completed(world, {"fingerprint": "f", **given})
    return await _completed(world, {"fingerprint": "g", **given})


async def _completed_otherwise(world: Routing, given: Given) -> Any:
    await _completed(world, {"request_id": "r", **given})
    return await _completed(world, {"request_id": "r", "fingerprint": "other"})


async def _completer(world: Routing, given: Given) -> str:
    await _completed(world, given)
    actor: str = (await world.event()).actor
    return actor


async def _withdrawer(world: Routing, given: Given) -> Any:
    await _completed(world, given)
    return (await world.event()).withdrawn


async def _routed(world: Routing, given: Given) -> Any:
    """Route twice; say how many work items there are."""
    item = WorkItem(Kind.LEAD, "crm", "")
    for _ in range(2):
        await world.router.route(world.tenant, RouteRequest(item, **given))
    return len({event.item_id for event in await world.store.events(world.tenant, after=6)})


async def _came_now(world: Routing, given: Given) -> bool:
    """Route by rules that ask when a lead came; say whether that is when it is routed."""
    await world.publish(source=RULES + "\narrival: {field: arrived}")
    before = instant(await world.store.now_us(world.tenant))
    decision = await world.router.route(world.tenant, RouteRequest(WorkItem(Kind.LEAD), **given))
    return before <= str(decision.head.item.attributes["arrived"]) <= instant(await world.store.now_us(world.tenant))


async def _items(world: Routing, external_id: str, given: Given) -> int:
    """Route a work item with a field or without it, twice; say how many there are."""
    for _ in range(2):
        item = WorkItem(**{"kind": Kind.LEAD, "source": "crm", "external_id": external_id, **given})
        await world.router.route(world.tenant, RouteRequest(item))
    return len({event.item_id for event in await world.store.events(world.tenant, after=6)})


async def _item_counts(world: Routing, given: Given) -> tuple[int, int]:
    """Route a work item with a field or without it; return its charge and its priority."""
    decision = await world.router.route(world.tenant, RouteRequest(WorkItem(Kind.LEAD, **given)))
    return decision.charge, decision.head.priority


async def _router_told(world: Routing, given: Given) -> str:
    decision = await world.router.route(world.tenant, RouteRequest(WorkItem(Kind.LEAD), **given))
    return decision.head.actor


async def _audited(world: Routing, given: Given) -> list[str]:
    """Write, and audit the log."""
    await world.write(**given)
    audit = TamperCheck(world.store, world.store, world.workforce, world.rule_sets, world.rule_sets)
    return [fault async for fault in audit.faults(world.tenant)]


async def _remembered(world: Routing, given: Given) -> CustomerScore:
    score = LastScore(**{"customer": "C-1", "churn_risk": 0.5, "value_tier": "iron", "as_of_ms": 6, **given})
    await world.customer_scores.keep(world.tenant, [score])
    remembered: CustomerScore = (await world.customer_scores.last_scores(world.tenant, ["C-1"]))["C-1"]
    return remembered


async def _kept(world: Routing, given: Given) -> dict[str, CustomerScore]:
    await world.customer_scores.keep(world.tenant, **given)
    scores: dict[str, CustomerScore] = await world.customer_scores.last_scores(world.tenant, ["C-1"])
    return scores


async def _leads(world: Routing, given: Given) -> bool:
    leads: bool = await world.leader_lease.lead(world.tenant, "role", "one", **given)
    return leads


async def _kept_beside(world: Routing, given: Given) -> Any:
    """Bind a job with what opens it and whose it is, or without; say what is then there to be erased of them."""
    await world.bind("L-9", **{"openings": {b"c": b"v"}, "customer": "C-2", **given})
    item_ids = await world.values.items_of(world.tenant, "C-2")
    counts = await world.values.erase(world.tenant, Erasure(["crm~L-9"]), preview=True)
    return item_ids, counts.values


async def _last_read(world: Routing, given: Given) -> Any:
    page = await world.values.log_page(world.tenant, **given)
    return page and page.last


async def _erased(world: Routing, given: Given) -> Any:
    """Erase what is known of a customer, with something of the request or without it; say what, and in which event."""
    counts = await world.values.erase(world.tenant, Erasure(**{"item_ids": [], "customer": "C-1", **given}))
    event = await world.event()
    return tuple(counts), event.actor if isinstance(event, Erased) else None


async def _erased_twice(world: Routing, given: Given) -> Any:
    await _erased(world, given)
    return (await _erased(world, given))[0]


async def _erased_otherwise(world: Routing, given: Given) -> Any:
    await _erased(world, {"request_id": "r", **given})
    return await _erased(world, {"request_id": "r", "fingerprint": "other"})


async def _joined(world: Routing, given: Given) -> Any:
    """Bind a job that moves among customers, or stays; return what C-2 has then."""
    await world.bind("L-9", **given)
    return await world.store.of_customer(world.tenant, "C-2")


async def _theirs(world: Routing, given: Given) -> Any:
    await world.bind("L-9", move=CustomerMove("C-2"))
    return await world.store.of_customer(world.tenant, **{"customer": "C-2", **given})


async def _of_sealed(world: Routing, given: Given) -> list[str]:
    await world.bind("L-9", openings={b"c": b"v"}, customer="C-2")
    ids: list[str] = await world.values.items_of(world.tenant, **{"customer": "C-2", **given})
    return ids


ALL = [1, 2, 3, 4, 5, 6]
_ANYBODY = "nobody has to say who they are"
_ONCE = "no repetition: each call is its own"
_LIKE_ANY = "a fingerprint like any other"


async def _timed(world: Routing) -> None:
    """Have L-0 woken in the past."""
    timers = {"crm~L-0": [Timer("crm~L-0", WAKE, 3, 1, -1)]}
    await world.timers.set_timers(world.tenant, Position(), Position(6, 2, 2), timers)


async def _fired(world: Routing, given: Given) -> int:
    await _timed(world)
    removed: int = await world.timers.fire(world.tenant, **given)
    return removed


async def _timers(world: Routing, given: Given) -> int:
    await _timed(world)
    return len(await world.timers.timers(world.tenant, **given))


async def _followed_from(world: Routing, before: Position) -> bool:
    await _timed(world)
    is_kept: bool = await world.timers.set_timers(world.tenant, before, Position(7, 2, 2), {})
    return is_kept


def _keep_request(port: Assignments | Activities, tenant: str, given: Given) -> Awaitable[bool]:
    wish = {"request_id": "kept", "fingerprint": "f", "expected": 0, "number": 0, **given}
    return port.keep_request(tenant, item_id="crm~L-1", **wish)


ROWS = (
    Row(Log.entries, "after", 0, "behind nothing: from the first event", "likewise",
        lambda w, g: _numbers(w.store.entries(w.tenant, **g)), ALL, ALL, redis_only=True),
    Row(Log.entries, "count", 0, "none", "1,000",
        lambda w, g: _numbers(w.store.entries(w.tenant, **g)), [], ALL, redis_only=True),
    Row(Assignments.bind, "jobs", [], "nothing to do, by whatever revisions", "must be given",
        lambda w, g: w.store.bind(w.tenant, RevisionPair(), **g), []),
    Row(Assignments.items, "item_ids", [], "none", "must be given",
        lambda w, g: w.store.items(w.tenant, **g), []),
    Row(Assignments.waiting, "after", 0, "behind nothing: from the oldest", "likewise",
        lambda w, g: w.store.waiting(w.tenant, **g), [(3, "crm~L-0")], [(3, "crm~L-0")]),
    Row(Assignments.waiting, "count", 0, "none", "1,000",
        lambda w, g: w.store.waiting(w.tenant, **g), [], [(3, "crm~L-0")]),
    Row(Assignments.dated, "after", 0, "behind nothing: from the first", "likewise",
        _dated, [(7, "crm~L-1")], [(7, "crm~L-1")]),
    Row(Assignments.dated, "count", 0, "none", "1,000", _dated, [], [(7, "crm~L-1")]),
    Row(Assignments.asked, "after", 0, "behind nothing: from the first", "likewise",
        _asked, [(7, "crm~L-1")], [(7, "crm~L-1")]),
    Row(Assignments.asked, "count", 0, "none", "1,000", _asked, [], [(7, "crm~L-1")]),
    Row(Assignments.surveyed, "before", 0, "before all: none", "to the last one",
        _surveyed, [], [(7, "csat/crm~L-1")]),
    Row(Assignments.surveyed, "count", 0, "none", "1,000", _surveyed, [], [(7, "csat/crm~L-1")]),
    Row(Assignments.covered, "after", 0, "behind nothing: from the first", "likewise",
        _covered, [(6, "crm~L-1")], [(6, "crm~L-1")]),
    Row(Assignments.covered, "count", 0, "none", "1,000", _covered, [], [(6, "crm~L-1")]),
    Row(Assignments.history, "last", 0, "no event has this number: none", "must be given",
        lambda w, g: w.store.history(w.tenant, "crm~L-1", **g), []),
    Row(Assignments.history, "count", 0, "none", "100",
        lambda w, g: _numbers(w.store.history(w.tenant, "crm~L-1", 6, **g)), [], [6]),
    Row(Activities.recorded, "numbers", [], "none", "must be given",
        lambda w, g: w.activities.recorded(w.tenant, **g), []),
    Row(ActivityCommand, "actor", "", _ANYBODY, "likewise", _recorder, "", ""),
    Row(ActivityCommand, "key", "", "no external id: a new one each time", "likewise", _recorded_twice, [7, 8], [7, 8]),
    Row(ActivityCommand, "request_id", "", _ONCE, "likewise", _recorded_twice, [7, 8], [7, 8]),
    Row(ActivityCommand, "fingerprint", "", _LIKE_ANY, "the empty one", _recorded_otherwise,
        Refusal.REQUEST_ID_REUSED, Refusal.REQUEST_ID_REUSED),
    Row(ActivityCommand, "customer", "", "the customer is not known", "likewise", _sealed_of, [], []),
    Row(ActivityCommand, "openings", {}, "nothing is sealed, so nothing lies beside the log", "likewise",
        lambda w, g: _sealed_of(w, {"customer": "C-7", "openings": {}, **g}), [], []),
    *(Row(NoteCommand, name, nothing, "it says nothing of that", "likewise", _noted, ("", 0, "", ""), ("", 0, "", ""))
      for name, nothing in (("subject", ""), ("value", 0), ("text", ""), ("actor", ""))),
    Row(NoteCommand, "expected", 0, "it has no event yet: a conflict where it has", "must be given", _note,
        Refusal.CONFLICT),
    Row(NoteCommand, "request_id", "", _ONCE, "likewise", _noted_twice, [7, 8], [7, 8]),
    Row(NoteCommand, "fingerprint", "", _LIKE_ANY, "the empty one", _noted_otherwise,
        Refusal.REQUEST_ID_REUSED, Refusal.REQUEST_ID_REUSED),
    Row(NoteCommand, "customer", "", "the customer is not known", "likewise", _note_sealed_of, [], []),
    Row(NoteCommand, "openings", {}, "nothing is sealed, so nothing lies beside the log", "likewise",
        lambda w, g: _note_sealed_of(w, {"customer": "C-7", "openings": {}, **g}), [], []),
    Row(AnswerCommand, "actor", "", _ANYBODY, "likewise", _answered, (9, "", "", True), (9, "", "", True)),
    Row(AnswerCommand, "head", b"", "no reason is given", "likewise", _answered, (9, "", "", True), (9, "", "", True)),
    Row(AnswerCommand, "entering", None, "it is one rep's, or nobody knows yet", "likewise", _answered,
        (9, "", "", True), (9, "", "", True)),
    Row(AnswerCommand, "request_id", "", _ONCE, "likewise", _answered_twice, [9, AnswerRefusal.NOT_OPEN],
        [9, AnswerRefusal.NOT_OPEN]),
    Row(AnswerCommand, "fingerprint", "", _LIKE_ANY, "the empty one", _answered_otherwise,
        AnswerRefusal.REQUEST_ID_REUSED, AnswerRefusal.REQUEST_ID_REUSED),
    Row(AnswerCommand, "customer", "", "the customer is not known", "likewise", _sealed_by, [], []),
    Row(AnswerCommand, "openings", {}, "nothing is sealed, so nothing lies beside the log", "likewise",
        lambda w, g: _sealed_by(w, {"customer": "C-7", "openings": {}, **g}), [], []),
    Row(Assignments.open_offers, "after", 0, "behind nothing: from the first", "likewise", _open_offers,
        [(8, "crm~L-2")], [(8, "crm~L-2")]),
    Row(Assignments.open_offers, "count", 0, "none", "1,000", _open_offers, [], [(8, "crm~L-2")]),
    Row(Offers.offered, "rep", "", "nobody has this id", "must be given", _offered, []),
    Row(Offers.how_many, "rep", "", "nobody has this id", "must be given", _how_many, 0),
    Row(Offers.lapses_of, "rep", "", "nobody has this id", "must be given", _lapses_of, 0),
    Row(Offers.holds, "rep", "", "nobody has this id", "must be given", _held, False),
    Row(Offers.holds, "offer", 0, "no offer has this number", "must be given", _held, False),
    Row(Offers.offered, "count", 0, "none", "must be given", _offered, []),
    Row(Offers.holds, "rep", "", "nobody has this id", "must be given", _holds, False),
    Row(Offers.holds, "offer", 0, "no offer has this number", "must be given", _holds, False),
    Row(Offers.holds, "item_id", "", "no work item has this id", "must be given", _holds, False),
    Row(Workforce.write, "leaving", (), "nobody's offers are rescinded", "likewise", _left, [(8, "crm~L-2")],
        [(8, "crm~L-2")]),
    Row(Assignments.owned, "owner", "", "nobody has this id", "must be given",
        lambda w, g: _owned(w, **g), []),
    Row(Assignments.owned, "after", 0, "behind nothing: from the oldest", "likewise",
        lambda w, g: _owned(w, owner="bo", **g), ["crm~L-1"], ["crm~L-1"]),
    Row(Assignments.owned, "count", 0, "none", "1,000",
        lambda w, g: _owned(w, owner="bo", **g), [], ["crm~L-1"]),
    Row(Assignments.repeated, "request_id", "", "no request: never repeated", "must be given",
        lambda w, g: w.store.repeated(w.tenant, fingerprint="f", **g), None),
    Row(Assignments.repeated, "fingerprint", "", _LIKE_ANY, "must be given",
        lambda w, g: w.store.repeated(w.tenant, "unknown", **g), None),
    Row(Assignments.has_done, "request_id", "", "no request: never done", "must be given",
        lambda w, g: w.store.has_done(w.tenant, fingerprint="f", **g), False),
    Row(Assignments.has_done, "fingerprint", "", _LIKE_ANY, "must be given",
        lambda w, g: w.store.has_done(w.tenant, "unknown", **g), False),
    *(Row(port.keep_request, name, nothing, means, "must be given", call, True)
      for port, call in (
          (Assignments, lambda w, g: _keep_request(w.store, w.tenant, g)),
          (Activities, lambda w, g: _keep_request(w.activities, w.tenant, g)),
      )
      for name, nothing, means in (
          ("request_id", "", "no request: there is nothing to keep"), ("fingerprint", "", _LIKE_ANY),
          ("expected", 0, "whatever it is"), ("number", 0, "it was answered with no event"),
      )),
    Row(Assignments.events, "after", 0, "behind nothing: from the first event", "likewise",
        lambda w, g: _numbers(w.store.events(w.tenant, **g)), ALL, ALL),
    Row(Assignments.events, "before", 0, "before all: none", "to the last event",
        lambda w, g: _numbers(w.store.events(w.tenant, **g)), [], ALL),
    Row(Assignments.events, "count", 0, "none", "100",
        lambda w, g: _numbers(w.store.events(w.tenant, **g)), [], ALL),
    Row(Assignments.effects, "after", 0, "behind nothing: from the first event", "likewise",
        lambda w, g: _numbers(w.store.effects(w.tenant, **g)), ALL, ALL),
    Row(Assignments.effects, "before", 0, "before all: none", "to the last event",
        lambda w, g: _numbers(w.store.effects(w.tenant, **g)), [], ALL),
    Row(Assignments.effects, "count", 0, "none", "100",
        lambda w, g: _numbers(w.store.effects(w.tenant, **g)), [], ALL),
    Row(Assignments.effects, "whole", None, "no decision whole", "likewise",
        lambda w, g: _numbers(w.store.effects(w.tenant, **g)), ALL, ALL),
    Row(Assignments.decisions, "numbers", [], "none", "must be given",
        lambda w, g: w.store.decisions(w.tenant, **g), []),
    Row(Assignments.decisions, "numbers", [0], "no event has this number", "must be given",
        lambda w, g: w.store.decisions(w.tenant, **g), CorruptHistory),
    Row(Assignments.contents, "numbers", [], "none", "must be given",
        lambda w, g: w.store.contents(w.tenant, **g), []),
    Row(Assignments.contents, "numbers", [0], "no event has this number", "must be given",
        lambda w, g: w.store.contents(w.tenant, **g), CorruptHistory),
    Row(RevisionPair, "rules", 0, "no rules are published", "likewise",
        _at_edition("rules"), StaleRevision, StaleRevision),
    Row(RevisionPair, "workforce", 0, "nobody was ever entered", "likewise",
        _at_edition("workforce"), StaleRevision, StaleRevision),
    Row(RevisionPair, "rules_event_hash", "", "the hash of no rules", "likewise",
        _at_edition("rules_event_hash"), StaleRevision, StaleRevision, redis_only=True),
    Row(RevisionPair, "workforce_event_hash", "", "the hash of no workforce", "likewise",
        _at_edition("workforce_event_hash"), StaleRevision, StaleRevision, redis_only=True),
    Row(RevisionPair, "processes", 0, "no process is published", "nobody has looked", _at_processes, StaleRevision,
        "ASSIGNED"),
    Row(RevisionPair, "processes_event_hash", "", "the hash of no process", "likewise", _at_first_process,
        StaleRevision, StaleRevision),
    Row(BindCommand, "request_id", "", _ONCE, "likewise", _bound_twice, ("EXISTING_OWNER", "bo"),
        ("EXISTING_OWNER", "bo")),
    Row(BindCommand, "fingerprint", "", _LIKE_ANY, "the empty one", _bound_otherwise, Refusal.REQUEST_ID_REUSED,
        Refusal.REQUEST_ID_REUSED),
    Row(BindCommand, "expected", 0, "no event has this number: a conflict, but for ROUTE, which expects nothing",
        "likewise",
        lambda w, g: w.bind("L-1", mode=Mode.REASSIGN, **g), Refusal.CONFLICT, Refusal.CONFLICT),
    Row(BindCommand, "named", "", "nobody is named: the ledger chooses", "likewise",
        lambda w, g: w.bind("L-9", **g), ("ASSIGNED", "bo"), ("ASSIGNED", "bo")),
    Row(BindCommand, "interval", None, "it is planned for every time: nothing of its plan depends on it", "likewise",
        lambda w, g: w.bind("L-9", **g), ("ASSIGNED", "bo"), ("ASSIGNED", "bo")),
    Row(BindCommand, "normal_id", "", "no other spelling is looked up: its id is the normal form, or it has none",
        "likewise",
        lambda w, g: w.bind("Ｌ-1", **{"normal_id": "", **g}), ("ASSIGNED", "bo"), ("ASSIGNED", "bo")),
    Row(BindCommand, "amounts", (0, 0), "it counts nothing under caps of units and value", "a unit and no value",
        lambda w, g: w.bind("L-9", **g), ("ASSIGNED", "bo"), ("ASSIGNED", "bo")),
    Row(BindCommand, "interval", None, "it may be done whenever it is", "likewise",
        lambda w, g: w.bind("L-9", **g), ("ASSIGNED", "bo"), ("ASSIGNED", "bo")),
    Row(BindCommand, "change", None, "it changes nothing of what the work item is", "likewise",
        lambda w, g: w.bind("L-9", **g), ("ASSIGNED", "bo"), ("ASSIGNED", "bo")),
    Row(BindCommand, "processes", None, "it depends on no process", "likewise",
        lambda w, g: w.bind("L-9", **g), ("ASSIGNED", "bo"), ("ASSIGNED", "bo")),
    Row(RouteRequest, "known_as", "", "nobody knows yet: the id is made of source and external id", "likewise",
        _routed_as, ("ASSIGNED", "crm~L-9"), ("ASSIGNED", "crm~L-9")),
    Row(BindCommand, "move", None, "it stays where it is in the index of customers", "likewise", _joined, [], []),
    Row(CustomerMove, "joins", "", "it is nobody's", "likewise",
        lambda w, g: _joined(w, {"move": CustomerMove(**g)}), [], []),
    Row(CustomerMove, "leaves", "", "it was nobody's", "likewise",
        lambda w, g: _joined(w, {"move": CustomerMove("C-2", **g)}), [(7, "crm~L-9")], [(7, "crm~L-9")]),
    Row(Assignments.of_customer, "customer", "", "nobody has this id", "must be given", _theirs, []),
    Row(Assignments.of_customer, "after", 0, "from the first on", "likewise", _theirs,
        [(7, "crm~L-9")], [(7, "crm~L-9")]),
    Row(Assignments.of_customer, "before", 0, "before all: none", "to the last one", _theirs, [], [(7, "crm~L-9")]),
    Row(Assignments.of_customer, "count", 0, "none", "1000", _theirs, [], [(7, "crm~L-9")]),
    Row(Assignments.last_nps, "customer", "", "nobody has this id", "must be given", _last_nps, 0),
    Row(NoteCommand, "nps_before", 0, "they did not answer before: a conflict where they did", "likewise",
        _nps_twice, Refusal.CONFLICT, Refusal.CONFLICT),
    Row(NoteCommand, "rules", 0, "it depends on no rules", "likewise", _nps, 7, 7),
    Row(BindCommand, "openings", {}, "nothing is sealed, so nothing lies beside the log", "likewise",
        lambda w, g: _kept_beside(w, {"openings": {}, **g}), ([], 0), ([], 0)),
    Row(BindCommand, "customer", "", "the customer is not known", "likewise",
        lambda w, g: _kept_beside(w, {"customer": "", **g}), ([], 1), ([], 1)),
    Row(PersonalValues.items_of, "customer", "", "nobody has this id", "must be given", _of_sealed, []),
    Row(PersonalValues.stored_contents, "item_ids", [], "none", "must be given",
        lambda w, g: w.values.stored_contents(w.tenant, **g), []),
    Row(PersonalValues.log_page, "after", 0, "from the first event on", "likewise", _last_read, 6, 6),
    Row(PersonalValues.log_page, "count", 0, "no events", "500", _last_read, None, 6),
    Row(PersonalValues.erased_before, "request_id", "", "no request: never repeated", "must be given",
        lambda w, g: w.values.erased_before(w.tenant, fingerprint="f", **g), None),
    Row(PersonalValues.erased_before, "fingerprint", "", _LIKE_ANY, "must be given",
        lambda w, g: w.values.erased_before(w.tenant, "unknown", **g), None),
    Row(Erasure, "item_ids", [], "no work item", "must be given", _erased, ((0, 0, 0, 1), "")),
    Row(Erasure, "customer", "", "nobody's scores", "likewise",
        lambda w, g: _erased(w, {"customer": "", **g}), ((0, 0, 0, 0), None), ((0, 0, 0, 0), None)),
    Row(Erasure, "submissions", 0, "none were removed", "likewise", _erased, ((0, 0, 0, 1), ""), ((0, 0, 0, 1), "")),
    Row(Erasure, "before", (0, 0, 0, 0), "nothing was erased before", "likewise", _erased, ((0, 0, 0, 1), ""),
        ((0, 0, 0, 1), "")),
    Row(Erasure, "request_id", "", _ONCE, "likewise", _erased_twice, (0, 0, 0, 0), (0, 0, 0, 0)),
    Row(Erasure, "fingerprint", "", _LIKE_ANY, "the empty one", _erased_otherwise, RequestIdReused, RequestIdReused),
    Row(Erasure, "actor", "", _ANYBODY, "likewise", _erased, ((0, 0, 0, 1), ""), ((0, 0, 0, 1), "")),
    Row(Completion, "expected", 0, "no event has this number: a conflict", "must be given", _completed,
        Refusal.CONFLICT),
    Row(Completion, "request_id", "", _ONCE, "likewise", _completed_twice, Refusal.CONFLICT, Refusal.CONFLICT),
    Row(Completion, "fingerprint", "", _LIKE_ANY, "the empty one", _completed_otherwise, Refusal.REQUEST_ID_REUSED,
        Refusal.REQUEST_ID_REUSED),
    Row(Completion, "actor", "", _ANYBODY, "likewise", _completer, "", ""),
    Row(Completion, "withdrawn", None, "somebody closes it", "likewise", _withdrawer, None, None),
    Row(WorkItem, "source", "", "a source without a name: external ids are told apart within it", "likewise",
        lambda w, g: _items(w, "L-9", g), 1, 1),
    Row(WorkItem, "external_id", "", "no key of its own: a new one each time", "likewise",
        lambda w, g: _items(w, "", g), 2, 2),
    Row(WorkItem, "attributes", {}, "no fields", "likewise", _item_counts, (MICROS, 7), (MICROS, 7)),
    Row(WorkItem, "opened_by", None, "it came from outside", "likewise", _item_counts, (MICROS, 7), (MICROS, 7)),
    Row(WorkItem, "repeats", None, "it repeats no other", "likewise", _item_counts, (MICROS, 7), (MICROS, 7)),
    Row(WorkItem, "value", 0.0, "counts as one lead, as the contract says", "likewise", _item_counts, (MICROS, 7),
        (MICROS, 7)),
    Row(WorkItem, "priority", 0, "the rule's, as the contract says", "likewise", _item_counts, (MICROS, 7),
        (MICROS, 7)),
    Row(RouteRequest, "request_id", "", _ONCE, "likewise", _routed, 2, 2),
    Row(RouteRequest, "actor", "", _ANYBODY, "likewise", _router_told, "", ""),
    Row(RouteRequest, "arrived_us", 0, "it comes when it is routed", "likewise", _came_now, True, True),
    Row(CustomerScores.last_scores, "customers", [], "none", "must be given",
        lambda w, g: w.customer_scores.last_scores(w.tenant, **g), {}),
    Row(LastScore, "churn_risk", 0.0, "a risk like any other", "must be given", _remembered,
        CustomerScore(0.0, "iron")),
    Row(LastScore, "value_tier", "", "not known: what is known of it stays", "must be given", _remembered,
        CustomerScore(0.5, "gold")),
    Row(LastScore, "as_of_ms", 0, "an instant like any other, here before the known one", "must be given", _remembered,
        CustomerScore(0.8, "gold")),
    Row(ScoreMemory.keep, "scores", [], "none", "must be given", _kept, {"C-1": CustomerScore(0.8, "gold")}),
    Row(RuleSets.publish, "expected", 0, "only where nothing was published yet", "must be given; None: in any case",
        _expected, StaleRevision),
    Row(RuleSets.publish, "expected", None, "in any case", "must be given", _expected, 3),
    Row(RuleSets.publish, "request_id", "", _ONCE, "likewise", _published, 4, 4),
    Row(RuleSets.publish, "fingerprint", "", _LIKE_ANY, "the empty one", _published_otherwise, RequestIdReused,
        RequestIdReused),
    Row(Publication, "actor", "", _ANYBODY, "likewise", _publication_of, (0, ""), (0, "")),
    Row(Publication, "rollback_of", 0, "repeats no earlier revision", "must be given", _publication_of, (0, "")),
    Row(RuleSets.publication, "revision", 0, "no revision has this number", "the active one", _publication, None, 2),
    Row(RuleSets.publications, "before", 0, "below all: none", "from the active one down",
        lambda w, g: _revisions(w.rule_sets.publications(w.tenant, **g)), [], [2, 1]),
    Row(RuleSets.publications, "count", 0, "none", "50",
        lambda w, g: _revisions(w.rule_sets.publications(w.tenant, **g)), [], [2, 1]),
    Row(Processes.publish_process, "expected", 0, "only where nothing of it was published yet",
        "must be given; None: in any case", _expected_process, StaleRevision),
    Row(Processes.publish_process, "expected", None, "in any case", "must be given", _expected_process, 2),
    Row(Processes.publish_process, "request_id", "", _ONCE, "likewise", _processes, 2, 2),
    Row(Processes.publish_process, "fingerprint", "", _LIKE_ANY, "the empty one", _process_otherwise, RequestIdReused,
        RequestIdReused),
    Row(Processes.process_publications, "revisions", [], "none", "must be given",
        lambda w, g: w.processes.process_publications(w.tenant, **g), []),
    Row(Processes.process_publications, "revisions", [0], "no revision has this number", "must be given",
        lambda w, g: w.processes.process_publications(w.tenant, **g), []),
    Row(ProcessPublication, "note", "", "nothing is said", "likewise", _process_of, ("", 0, 7, ""), ("n", 0, 7, "")),
    Row(ProcessPublication, "rollback_of", 0, "repeats no earlier revision", "likewise", _process_of, ("n", 0, 7, ""),
        ("n", 0, 7, "")),
    Row(ProcessPublication, "event", 0, "it is not published yet", "likewise", _process_of, ("n", 0, 7, ""),
        ("n", 0, 7, "")),
    Row(ProcessPublication, "at_ms", 0, "it is not published yet", "likewise", _process_of, ("n", 0, 7, ""),
        ("n", 0, 7, "")),
    Row(ProcessPublication, "actor", "", _ANYBODY, "likewise", _process_of, ("n", 0, 7, ""), ("n", 0, 7, "")),
    Row(LogFollower.grown, "after", 0, "behind nothing: any event", "must be given",
        lambda w, g: w.log_follower.grown(w.tenant, wait_s=0.0, **g), True, redis_only=True),
    Row(LogFollower.grown, "wait_s", 0.0, "says at once how it is", "must be given",
        lambda w, g: w.log_follower.grown(w.tenant, 6, **g), False, redis_only=True),
    Row(LeaderLease.lead, "for_s", 0.0, "for as short as can be", "must be given", _leads, True, redis_only=True),
    Row(Snapshots.take, "pools", [], "no ledgers", "must be given",
        lambda w, g: _ledgers(w.snapshots.take(w.tenant, reps=[], **g)), (6, {}), redis_only=True),
    Row(Snapshots.take, "reps", [], "nobody's work items are counted", "must be given",
        lambda w, g: _ledgers(w.snapshots.take(w.tenant, pools=[], **g)), (6, {}), redis_only=True),
    Row(Workforce.changes, "after", 0, "above the empty workforce: from the first revision", "must be given",
        lambda w, g: _revisions(w.workforce.changes(w.tenant, **g)), [1, 2]),
    Row(Workforce.changes, "up_to", 0, "up to the empty workforce: none", "to the last revision",
        lambda w, g: _revisions(w.workforce.changes(w.tenant, 0, **g)), [], [1, 2]),
    Row(Workforce.kept_records, "revision", 0, "not above the empty workforce, which is what is kept", "must be given",
        _kept_revision, 0),
    Row(Workforce.write, "expected", 0, "only where nobody was ever entered", "must be given",
        lambda w, g: w.write(**g), StaleRevision),
    Row(Workforce.write, "records", {}, "a revision that changes nothing", "must be given",
        lambda w, g: w.write(**g), 3),
    Row(Workforce.write, "records", {}, "a revision that changes nothing, which an audit passes", "must be given",
        _audited, [], redis_only=True),
    Row(Workforce.write, "event_hash", "", "the hash of the empty workforce", "likewise", _unmarked, 1, 1),
    Row(Workforce.write, "settlements", (), "nobody leaves a pool", "likewise", _settled, ["WorkforceChanged"],
        ["WorkforceChanged"]),
    Row(Workforce.write, "idle", (), "whoever has open work may have it", "likewise",
        lambda w, g: w.write({("rep", "bo"): None}, **g), 3, 3),
    Row(Workforce.write, "request_id", "", _ONCE, "likewise", _written, 4, 4),
    Row(Workforce.write, "fingerprint", "", _LIKE_ANY, "the empty one", _written_otherwise, RequestIdReused,
        RequestIdReused),
    Row(Workforce.write, "actor", "", _ANYBODY, "likewise", _writer, "", ""),
    Row(Presences.set_presence, "rep", "", "nobody has this id", "must be given",
        lambda w, g: w.presences.set_presence(w.tenant, until_ms=0, **g), NotFound),
    Row(Presences.set_presence, "until_ms", 0, "until told otherwise", "must be given; None: they are back",
        _away, {"bo": 0}),
    Row(Presences.set_presence, "until_ms", None, "they are back", "must be given", _away, {}),
    Row(Presences.set_presence, "request_id", "", _ONCE, "likewise", _away_twice, 8, 8),
    Row(Presences.set_presence, "fingerprint", "", _LIKE_ANY, "the empty one", _away_otherwise, RequestIdReused,
        RequestIdReused),
    Row(Presences.set_presence, "actor", "", _ANYBODY, "likewise", _who_set_it, "", ""),
    Row(Timers.set_timers, "timers", {}, "no work item's timers change", "must be given",
        lambda w, g: w.timers.set_timers(w.tenant, Position(), Position(6, 2, 2), **g), True),
    Row(Timers.leave, "timers", [], "none", "must be given",
        lambda w, g: w.timers.leave(w.tenant, **g), 0),
    Row(Timers.fire, "count", 0, "none", "200", _fired, 0, 1),
    Row(Timers.timers, "start", 0, "from the earliest on", "likewise", _timers, 1, 1),
    Row(Timers.timers, "count", 0, "none", "1,000", _timers, 0, 1),
    Row(Position, "event", 0, "the log was never followed: a conflict where it was", "likewise",
        lambda w, g: _followed_from(w, Position(**g)), False, False),
)  # fmt: skip


async def _owned(world: Routing, **given: Any) -> list[str]:
    return [item_id for _, item_id in await world.store.owned(world.tenant, is_open=True, **given)]


async def _ledgers(taken: Any) -> tuple[int, Any]:
    snapshot = await taken
    return snapshot.number, snapshot.ledgers
