"""One run: move the clock, let it happen, settle, check; until nothing is to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import sha256
from zlib import crc32

from failures import Failure
from router.activities.service import RecordRequest
from router.assignment.bulk import BulkRequest
from router.assignment.commands import ReassignRequest, ReopenRequest, RouteRequest, UpdateRequest
from router.model.activities import Activity, ActivityKind, Direction
from router.model.calendars import Absence
from router.model.decision import Decision, Outcome
from router.model.dispatch import Answer
from router.model.errors import NotPossible, OfferNotOpen
from router.model.events import Credited, Event, OfferAnswered, Settled, Updated, WorkforceChanged
from router.model.workforce import KINDS, Member, Record, Rep
from router.model.workitem import Kind, State, WorkItem
from router.offers.service import AnswerRequest
from router.rpc.lists import WORK_ITEMS, wanted
from router.workforce.edits import Edit
from tests.simulation import complaint
from tests.simulation.agenda import DAY_MS, HOUR_MS, MINUTE_MS, Agenda, Happening, What
from tests.simulation.firm import (
    APART,
    BULK,
    DISPATCHES,
    INDUSTRIES,
    OFFICES,
    POLICIES,
    RULES,
    SKILLS,
    TENANT,
    calendar_of,
    ramped,
    records_of,
    rep_of,
)
from tests.simulation.moving import NOTE, same_answers
from tests.simulation.process import PROCESS
from tests.simulation.promise import Promise, Tally
from tests.simulation.promises import Checks
from tests.simulation.serving import Serving
from tests.simulation.system import System
from tests.simulation.truth import Truth
from tests.simulation.working import Working

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Result:
    """What came of a run; ``log`` holds a digest of each event, ``calls`` counts those of scripts by name."""

    tally: Tally = field(default_factory=Tally)
    log: list[str] = field(default_factory=list)
    happenings: int = 0
    refused: int = 0
    calls: Counter[str] = field(default_factory=Counter)

    @property
    def digest(self) -> str:
        """Digest of the whole log."""
        return sha256("".join(self.log).encode()).hexdigest()


class Run:
    """A firm for some days.

    Parameters
    ----------
    system
        The code, on a store that is empty.
    seed, days, reps
        Make the firm, and all that happens to it.
    """

    def __init__(self, system: System, seed: int, days: int, reps: int) -> None:
        self._system = system
        self._start_ms = round(START.timestamp() * 1000)
        self._agenda = Agenda(seed, self._start_ms, days, reps)
        self._random = self._agenda.random
        self._reps = reps
        self._truth = Truth()
        self._leads: list[WorkItem] = []
        self._hired = 0
        self.result = Result()
        self._checks = Checks(self._truth, self.result.tally)
        self._working = Working(system, self._agenda, self._checks.processing)
        self._serving = Serving(system, self._agenda, self._checks.processing)

    async def play(self, on_instant: Callable[[int], object] = lambda _: None) -> Result:
        """Play it to its end, or to the first promise that is broken."""
        await self._system.stores.move(self._start_ms)
        await self._found()
        await self._settled()
        for happening in self._agenda:
            await self._until(happening)
            self.result.happenings += 1
            on_instant(happening.at_ms)
            if self.result.tally.violations:
                break
        else:
            await self._hold_deadlines()
        return self.result

    def days_at(self, at_ms: int) -> float:
        """Return how many days an instant lies behind the start."""
        return (at_ms - self._start_ms) / DAY_MS

    async def _until(self, happening: Happening) -> None:
        """Let all happen up to something that happens; what is reckoned behind a broken promise need not add up."""
        try:
            await self._reach(happening.at_ms)
            await self._happen(happening)
            await self._settled()
        except Exception:
            if not self.result.tally.violations:
                raise

    async def _found(self) -> None:
        """Found the firm."""
        await self._save(*records_of(self._random, self._reps, START.date()))
        await self._system.publish(RULES)
        for process in (PROCESS, complaint.PROCESS):
            await self._system.publish_process(process)

    async def _reach(self, at_ms: int) -> None:
        """Let time pass, and all come due that does, each at its own instant."""
        passed_ms = 0  # what is still due behind its instant waits for the log to be followed again
        while (due_ms := await self._system.next_due()) and passed_ms < due_ms <= at_ms:
            await self._system.stores.move(due_ms)
            await self._settled()
            passed_ms = due_ms
        await self._system.stores.move(at_ms)

    async def _settled(self) -> None:
        await self._system.settle()
        events, checks = await self._system.news(), self._checks
        checks.is_stalled = self._system.is_stalled
        for event in events:
            if isinstance(event, WorkforceChanged):
                self._truth.learn(await self._system.records(), event.number)
            checks.enter(event)
            self.result.log.append(sha256(repr(in_order(event)).encode()).hexdigest())
            self._go_on(event)
        for pool in sorted(pools_of(events)):
            checks.check_ledger(pool, await self._system.ledger(pool))
        if any(isinstance(event, OfferAnswered) for event in events):
            checks.check_room(*await self._system.room(), self._system.stores.now_ms)
        checks.check_waiting(self._system.stores.now_ms)
        checks.check_offers(self._system.stores.now_ms)
        checks.check_moves(self._system.stores.now_ms)
        checks.check_processes(self._system.stores.now_ms, self._system.heard.take())

    def _go_on(self, event: Event) -> None:
        """Have something follow from an event: what is owned is closed, what is offered answered or left alone."""
        if self._is_of_service(event):
            self._serving.go_on(event)
            return
        self._working.go_on(event)
        match event:
            case Decision(outcome=Outcome.OFFERED):
                self._answer_later(event)
            case Decision(rep=rep) if rep:
                self._close_later(event)
            case OfferAnswered(answer=Answer.ACCEPTED):
                self._close_later(event)
            case OfferAnswered(set_away=True):
                away_ms = self._random.randrange(1, 20) * HOUR_MS
                self._agenda.add(event.at_ms + away_ms, What.BACK, event.rep)

    def _is_of_service(self, event: Event) -> bool:
        return self._checks.processing.complaining.has(getattr(event, "item_id", ""))

    def _theirs(self, item_ids: Iterable[str]) -> list[str]:
        """Return what is of the offices alone."""
        complaining = self._checks.processing.complaining
        return [item_id for item_id in item_ids if not complaining.has(item_id)]

    def _answer_later(self, decision: Decision) -> None:
        """Have those who are asked answer, or let it lapse: some reps nearly always; two may want what many have."""
        audience = [*self._checks.offering.standing[decision.item_id].audience]
        for rep in sorted(audience)[:2] if not decision.rep else audience:
            lapses = 0.7 if crc32(rep.encode()) % 5 == 0 else 0.1
            delay_ms = round(self._random.expovariate(1 / (8 * MINUTE_MS)))
            word, is_answered = self._random.random(), self._random.random() >= lapses
            answer = Answer.DECLINED if word < 0.25 else Answer.ACCEPTED
            if is_answered:
                about = f"{decision.item_id}\t{rep}\t{decision.number}\t{answer}"
                self._agenda.add(decision.at_ms + 1000 + delay_ms, What.ANSWER, about)

    def _close_later(self, decision: Decision | OfferAnswered) -> None:
        delay_ms = round(self._random.expovariate(1 / (3 * DAY_MS)))
        self._agenda.add(decision.at_ms + HOUR_MS + delay_ms, What.CLOSE, f"{decision.item_id}\t{decision.epoch}")

    async def _happen(self, happening: Happening) -> None:
        actions = {
            What.LEAD: self._lead, What.AGAIN: self._again, What.CLOSE: self._close, What.REASSIGN: self._reassign,
            What.NAMED: self._named, What.MANY: self._many, What.LEAVE: self._leave, What.CALENDAR: self._calendar,
            What.CAPACITY: self._capacity, What.HIRE: self._hire, What.QUIT: self._quit, What.RULES: self._rules,
            What.RESTART: self._restart, What.AUDIT: self._audit, What.AWAY: self._away, What.BACK: self._back,
            What.FORGET: self._forget, What.SKEW: self._skew, What.COUNT: self._count,
            What.STALL: self._stall, What.LEAVE_EDITED: self._edit_leave, What.POLICY: self._policy,
            What.MEMBER: self._member, What.ANSWER: self._answer, What.REOPEN: self._reopen,
            What.ACTIVITY: self._activity, What.UPDATE: self._update, What.TERMS: self._terms,
            What.CALL: self._working.call, What.HEARD: self._working.heard, What.ADVANCE: self._working.advance,
            What.DECIDE: self._working.decide, What.PAUSE: self._working.pause,
            What.COMPLAINT: self._serving.complain, What.COMPLAINT_CHANGED: self._serving.change,
            What.COMPLAINT_BACK: self._serving.come_back, What.SOLVE: self._serving.solve,
            What.RATE: self._serving.rate, What.CALLED_BACK: self._serving.call_back,
        }  # fmt: skip
        try:
            await actions[happening.what](happening)
        except Failure:
            self.result.refused += 1
        self._checks.take(self._serving.findings)

    async def _lead(self, happening: Happening) -> None:
        region, skill, potential, industry, kind = happening.about.split("|")
        attributes = {"industry": industry, "potential": float(potential), "region": region, "skill": skill}
        item = WorkItem(Kind(kind), "crm", f"L{happening.number}", attributes, float(potential))
        self._leads.append(item)
        await self._route(item)
        if self._random.random() < 0.05:
            self._agenda.add(
                happening.at_ms + self._random.randrange(3 * DAY_MS), What.AGAIN, str(len(self._leads) - 1)
            )

    async def _route(self, item: WorkItem) -> Decision:
        server = self._random.choice(self._system.servers)
        return await server.router.route(TENANT, RouteRequest(item, f"r-{item.external_id}"))

    async def _again(self, happening: Happening) -> None:
        item = self._leads[int(happening.about)]
        item_id = f"crm~{item.external_id}"
        owner = self._checks.owners.get(item_id)
        decision = await self._route(item)
        same = owner is None or (decision.rep, decision.epoch) == owner or decision.epoch < owner[1]
        self._checks.note(Promise.AGAIN, same, item_id, decided=owner is not None)

    async def _close(self, happening: Happening) -> None:
        item_id, epoch = happening.about.split("\t")
        owner = self._checks.owners.get(item_id)
        is_offered = item_id in self._checks.offering.standing and self._random.random() < 0.02
        if is_offered or (owner and owner[1] == int(epoch)):
            state = self._random.choice((State.CONVERTED, State.DISQUALIFIED, State.CLOSED))
            await self._random.choice(self._system.servers).router.complete(TENANT, item_id, state)

    async def _answer(self, happening: Happening) -> None:
        """Answer an offer, whether it still stands or not; in some cases a stranger answers, or somebody twice."""
        item_id, rep, number, word = happening.about.split("\t")
        if self._random.random() < 0.02:
            rep = self._somebody().id
        offer = self._checks.offering.standing.get(item_id)
        is_open = offer is not None and offer.number == int(number) and rep in offer.audience
        server = self._system.servers[self._random.randrange(2)]
        try:
            reason = "no time" if word == Answer.DECLINED else ""
            await server.offers.answer(TENANT, AnswerRequest(item_id, Answer(word), rep, int(number), reason))
        except OfferNotOpen:
            self._checks.note(Promise.ANSWERED, not is_open, f"{item_id} is offered to {rep} by {number}")
            raise
        owner = self._checks.owners.get(item_id, ("", 0))[0]
        may_answer = is_open or (word == Answer.ACCEPTED and rep == owner)
        self._checks.note(Promise.ANSWERED, may_answer, f"{item_id}: {rep} answered offer {number}")

    async def _reopen(self, _: Happening) -> None:
        await self._reopen_too_late()
        if closed := self._theirs(self._checks.closed):
            item_id = self._random.choice(closed[-50:])
            del self._checks.closed[item_id]
            await self._system.servers[0].reopening.reopen(TENANT, ReopenRequest(item_id, "again"))

    async def _reopen_too_late(self) -> None:
        """Ask for what was closed last of all whose days are over: it stays closed."""
        checks, now_ms = self._checks, self._system.stores.now_ms
        item_id = next(
            (item_id for item_id in reversed(self._theirs(checks.closed)) if checks.is_over(item_id, now_ms)), ""
        )
        if item_id:
            refused = False
            try:
                await self._system.servers[1].reopening.reopen(TENANT, ReopenRequest(item_id, "too late"))
            except NotPossible:
                refused = True
            checks.note(Promise.REOPENED, refused, f"{item_id} is closed since {checks.closed[item_id]}")

    async def _activity(self, _: Happening) -> None:
        if some := self._theirs([*self._checks.owners, *self._checks.offering.standing]):
            item_id, rep = self._random.choice(some), self._somebody().id
            call = Activity(ActivityKind.CALL, Direction.OUTBOUND, rep, 0)
            await self._system.servers[1].activities.record(TENANT, RecordRequest(item_id, call))

    async def _update(self, _: Happening) -> None:
        """Change what a lead is worth, or what else is known of it: an offer of it is rescinded."""
        checks = self._checks
        places = checks.owners, checks.owners, checks.offering.standing, checks.waiting
        if some := [item_id for item_id in self._random.choice(places) if item_id.startswith("crm~")]:
            known = {
                "region": self._random.choice(("cn", "eu", "us")), "industry": self._random.choice(INDUSTRIES),
                "skill": self._random.choice(SKILLS),
            }  # fmt: skip
            field = self._random.choice(("value", "region", "region", "industry", "skill"))
            paths = {"value" if field == "value" else f"attributes.{field}", self._random.choice(("value", "priority"))}
            value = float(self._random.randrange(1, 6))
            request = UpdateRequest(self._random.choice(some), known, value, 0, frozenset(paths))
            await self._system.servers[0].updating.update(TENANT, request)

    async def _terms(self, _: Happening) -> None:
        """Have a pool offer on other terms: what is offered keeps those that it has."""
        pool = self._truth.records.pools[self._random.choice(sorted(DISPATCHES))]
        terms = DISPATCHES[pool.id]
        changed = replace(terms, timeout_ms=terms.timeout_ms * self._random.choice((1, 2)) // 2)
        await self._save(replace(pool, dispatch=changed))

    async def _reassign(self, _: Happening) -> None:
        if owned := self._theirs(self._checks.owners):
            item_id = self._random.choice([*owned, *self._checks.offering.standing])
            await self._system.servers[1].router.reassign(TENANT, ReassignRequest(item_id))

    async def _named(self, _: Happening) -> None:
        checks = self._checks
        waiting, owned = self._theirs(checks.waiting), self._theirs(checks.owners)
        if some := self._random.choice((waiting, list(checks.offering.standing), owned)) or owned:
            item_id, rep = self._random.choice(some), self._somebody().id
            await self._system.servers[0].router.reassign(TENANT, ReassignRequest(item_id, rep, "asked for"))

    async def _many(self, happening: Happening) -> None:
        """Have many moved by a filter, in pages; in some cases a worker dies, and a page is done again."""
        moving, rep = self._checks.moving, self._somebody().id if self._random.random() < 0.3 else ""
        field, value = self._random.choice((
            ("owner", self._somebody().id), ("owner", self._somebody().id), ("pool", self._random.choice(OFFICES).id),
            ("pool", "large"), ("state", self._random.choice(("QUEUED", "OFFERED"))),
        ))  # fmt: skip
        since_ms = happening.at_ms - self._random.choice((1, 3, 400)) * DAY_MS if field != "pool" else (
            happening.at_ms - 12 * HOUR_MS
        )  # fmt: skip
        since = datetime.fromtimestamp(since_ms / 1000, UTC).isoformat(timespec="milliseconds")
        asked = WORK_ITEMS.read(f"{field} = {value} AND create_time >= {since}", TENANT)
        bulk = self._random.choice(self._system.servers).bulk
        meant = await bulk.find(TENANT, BulkRequest(wanted(asked, "create_time"), asked.only("owner"), rep=rep))
        found = [each.item_id for each in meant]
        mine, note = moving.found({field: value}, rep, since_ms), f"{NOTE}{happening.number}"
        self._checks.note(Promise.FOUND, found == mine, f"{asked.text}: {found} and not {mine}", bool(mine))
        requests = [ReassignRequest(item_id, rep, note, request_id=f"{note}:{item_id}") for item_id in found]
        answers = [*await bulk.reassign(TENANT, requests[:20]), *await bulk.reassign(TENANT, requests[20:])]
        moving.send(note, rep, dict(zip(found, answers, strict=True)))
        if self._random.random() < 0.3:
            again = await self._system.servers[0].bulk.reassign(TENANT, requests[:20])
            self._checks.note(Promise.MANY, same_answers(answers[:20], again), f"{note}: done again", bool(found))

    def _somebody(self) -> Rep:
        reps = self._truth.records.reps
        return reps[self._random.choice(sorted(reps.keys() - APART))]

    async def _leave(self, happening: Happening) -> None:
        start_ms = happening.at_ms + self._random.randrange(0, 20) * DAY_MS
        end_ms = start_ms + self._random.choice((4 * HOUR_MS, DAY_MS, 3 * DAY_MS, 7 * DAY_MS))
        rep = self._somebody().id
        substitute = self._stand_in_of(rep) if self._random.random() < 0.6 else ""
        await self._save(Absence(f"{rep}/{happening.number}", start_ms, end_ms, "leave", substitute))

    def _stand_in_of(self, rep: str) -> str:
        """Return whom a leave may name: of the same office, or anybody; or somebody who is stood in for themselves."""
        office, reps = rep.rpartition("-")[0], sorted(self._truth.records.reps.keys() - APART)
        others = [other for other in reps if other != rep and other.startswith(office)]
        named = sorted({one.rep for one in self._truth.records.absences.values() if one.substitute and one.rep != rep})
        return self._random.choice(self._random.choice((others, reps, named[-5:] or others)))

    async def _edit_leave(self, _: Happening) -> None:
        """Cancel a leave that is to come, is under way or was, or have it end on another day."""
        absences = self._truth.records.absences
        if not absences:
            return
        absence = absences[self._random.choice(sorted(absences))]
        if self._random.random() < 0.3:
            await self._system.servers[0].workforce.delete(TENANT, "absence", absence.id)
            return
        if self._random.random() < 0.4:
            substitute = self._random.choice(("", self._stand_in_of(absence.rep)))
            await self._save(replace(absence, substitute=substitute))
            return
        days = self._random.choice((1, 2, 5))
        await self._save(replace(absence, end_ms=absence.start_ms + days * DAY_MS))

    async def _policy(self, _: Happening) -> None:
        """Change a pool's absence policy; in some cases it credits no leave any more."""
        pool = self._truth.records.pools[self._random.choice(sorted(POLICIES))]
        policy = POLICIES[pool.id]
        changed = self._random.choice((None, policy, policy, replace(policy, max_units=policy.max_units // 2)))
        await self._save(replace(pool, absence_policy=changed))

    async def _member(self, _: Happening) -> None:
        """Have a rep leave one of the two pools whose members come and go, or join it."""
        pool = self._truth.records.pools[self._random.choice(("large", "munich"))]
        rep = self._somebody().id
        others = tuple(member for member in pool.members if member.rep != rep)
        joined = (*others, Member(rep)) if len(others) == len(pool.members) else others
        await self._save(replace(pool, members=joined))

    async def _calendar(self, happening: Happening) -> None:
        office = self._random.choice(OFFICES)
        today = date.fromtimestamp(happening.at_ms / 1000)
        closed = sorted({today + timedelta(days=self._random.randrange(1, 30)) for _ in range(3)})
        weekend = [today + timedelta(days=5 - today.weekday() + 7)]
        await self._save(calendar_of(office, [day for day in closed if day not in weekend], weekend))

    async def _capacity(self, _: Happening) -> None:
        limit = self._random.choice((0, 3, 8, 20))
        await self._save(replace(self._somebody(), capacity={str(BULK): limit}))

    async def _hire(self, happening: Happening) -> None:
        office = self._random.choice(OFFICES)
        self._hired += 1
        rep = rep_of(self._random, office, 100 + self._hired)
        pool = self._truth.records.pools[office.id]
        await self._save(rep, replace(pool, members=(*pool.members, ramped(rep.id, happening.at_ms))))

    async def _quit(self, _: Happening) -> None:
        await self._save(replace(self._somebody(), active=False))

    async def _rules(self, _: Happening) -> None:
        await self._system.publish(RULES.replace("value: 8}", f"value: {self._random.choice((7, 8, 9))}}}"))

    async def _restart(self, _: Happening) -> None:
        self._system.restart(self._random.randrange(2))

    async def _away(self, happening: Happening) -> None:
        """Somebody goes away, in half of the cases until an hour that they say."""
        rep, minutes = self._somebody().id, self._random.randrange(5, 180)
        until_ms = happening.at_ms + minutes * 60_000 if self._random.random() < 0.5 else 0
        await self._system.servers[0].presence.set_presence(TENANT, rep, until_ms)
        if not until_ms:
            self._agenda.add(happening.at_ms + minutes * 60_000, What.BACK, rep)

    async def _back(self, happening: Happening) -> None:
        await self._system.servers[1].presence.set_presence(TENANT, happening.about, None)

    async def _forget(self, _: Happening) -> None:
        same = await self._system.forget_timers()
        self._checks.note(Promise.TIMERS, same, "they are others", decided=bool(await self._system.next_due()))

    async def _audit(self, _: Happening) -> None:
        self._checks.check_kept(await self._system.items([*self._checks.moving.created_ms]))
        differences = await self._system.differences()
        self._checks.note(Promise.REPLAY, not differences, "; ".join(differences[:3]))
        await self._hold_deadlines()

    async def _hold_deadlines(self) -> None:
        """Hold what is listed of the deadlines of each lead there ever was to what the log makes of them."""
        processing, now_ms = self._checks.processing, self._system.stores.now_ms
        for item_id in processing.all:
            listed, _ = await self._system.servers[0].deadlines.of_item(TENANT, item_id, count=10_000)
            for finding in processing.listed(item_id, listed, now_ms):
                self._checks.note(*finding)

    async def _stall(self, happening: Happening) -> None:
        self._system.stall(happening.at_ms + self._random.randrange(6, 40) * HOUR_MS)

    async def _skew(self, happening: Happening) -> None:
        """Set the store's clock back, as a fail-over may; a lead comes before, and another meanwhile."""
        lead = happening._replace(about=f"cn|ERP|2.0|retail|{BULK}")
        await self._lead(lead)
        await self._system.stores.set_back(self._random.randrange(1_000, 120_000))
        await self._lead(lead._replace(number=-lead.number))

    async def _count(self, _: Happening) -> None:
        await self._name_one_another()
        self._checks.check_credits(self._system.stores.now_ms)
        for pool in sorted(self._truth.records.pools):
            self._checks.check_ledger(pool, await self._system.ledger(pool))

    async def _name_one_another(self) -> None:
        """Have who stands in last go on leave at the same time, and name whom they stand in for: it is refused."""
        naming = [absence for absence in self._truth.records.absences.values() if absence.substitute]
        if naming:
            last = max(naming, key=lambda absence: (absence.start_ms, absence.id))
            back = replace(last, id=f"{last.substitute}/back", substitute=last.rep)
            edit = Edit("absence", back.id, partial(_as_is, back), create=True)
            refused = False
            try:
                await self._system.servers[0].workforce.save(TENANT, [edit])
            except Failure:
                refused = True
            self._checks.note(Promise.NO_CIRCLE, refused, f"{back.id} names {back.substitute}, for whom they stand in")

    async def _save(self, *records: Record) -> None:
        made = [Edit(kind_of(record), record.id, partial(_as_is, record), create=True) for record in records]
        await self._system.servers[self._random.randrange(2)].workforce.save(TENANT, made)


def in_order(event: Event) -> Event:
    """Return an event with its attributes by name: in which order a store holds them says nothing."""
    if not isinstance(event, Decision | Updated):
        return event
    head = event.head._replace(item=_by_name(event.head.item))
    if isinstance(event, Decision):
        return event._replace(head=head)
    return replace(event, head=head, before=_by_name(event.before))


def _by_name(item: WorkItem) -> WorkItem:
    return item._replace(attributes=dict(sorted(item.attributes.items())))


def pools_of(events: Iterable[Event]) -> set[str]:
    """Return the pools whose ledgers some events moved."""
    pools = {event.pool for event in events if isinstance(event, Decision | OfferAnswered | Settled) and event.pool}
    return pools | {event.credit.pool for event in events if isinstance(event, Credited)}


def kind_of(record: Record) -> str:
    """Return the kind of a record."""
    return next(kind for kind, made in KINDS.items() if isinstance(record, made))


def _as_is(record: Record, _: object) -> Record:
    return record
