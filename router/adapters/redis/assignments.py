"""Owners, loads, ledgers and their log in Redis; what happens atomically stands in ``scripts/``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from secrets import randbits
from typing import Any

import msgpack

from packing import pack, pack_for_lua
from router.adapters.redis.estimated_clock import EstimatedClock, clock_ms
from router.adapters.redis.format import check_reply
from router.adapters.redis.keys import LAST_NPS, Keys, shared_keys
from router.adapters.redis.library import script
from router.adapters.redis.offer_fields import lapses_from, standing_from
from router.adapters.redis.opening import opened_events
from router.assignment.commands import (
    MOST_CANDIDATES,
    BindCommand,
    Change,
    Changed,
    Completion,
    KnownAs,
    Moved,
    Refusal,
)
from router.history.codec import pack_head, pack_update, read_decision, read_effect, read_event
from router.history.hash_chain import BEGINNING, StoredEvent
from router.model.activities import NextDate
from router.model.decision import WAYS, Decision, DecisionEffect, EnteredStage, Outcome, Way
from router.model.dispatch import DispatchClock, OpenOffer, StandingOffer
from router.model.errors import CorruptHistory, NotFound, RequestIdReused, StaleRevision
from router.model.events import Content, Event
from router.model.records import (
    UNASKED,
    Counted,
    CreditState,
    FiredStep,
    ItemRecord,
    ItemStage,
    LedgerState,
    Satisfaction,
)
from router.model.revisions import RevisionPair
from router.model.sealing import opened
from router.model.workitem import Kind, State
from store.batching import MicroBatcher, Turns
from store.clients import RedisClient
from store.replication import read_together
from store.scripts import Argument
from store.translation import translated

REQUEST_TTL_S = 24 * 3600
MAX_REQUEST_TTL_S = 365 * 24 * 3600
_TOGETHER = 24
"""Requests that share a script call, at most: fewer than may wait, so that answers go out while the next call runs."""

_FIRST_PLACES = 11
_LATER_PLACES: tuple[Any, ...] = ([], 0, [], "", [], [], 0, [], [])
"""Places of a work item's record, see ``scripts/item.lua``: there are eleven first ones; and what it has in the later
ones as far as nothing was written there: what fired of its timers, whether it was worked on, its next date,
for whom its owner stands in, its open offer, who refused it, what answered its last offer, where it stands in its
process, what its customer answered."""

_STATES = {str(state): state for state in State}
_KINDS = {str(kind): kind for kind in Kind}
"""Looking one up is ten times faster than the enum's own way."""
_WAYS = {cause: {Way.GREEDY: 0, Way.OVERRIDE: 1, Way.APART: 2}[way] for cause, way in WAYS.items()}
"""The ways into the ledger as ``scripts/ledger.lua`` numbers them."""

_WORKED = b"|worked"
"""Behind a field of the loads: how much of it was worked on."""
_OFFERS = b"|offers"
"""Behind a rep in the loads: the offers that they have open."""
_EXISTING_OWNER = "EXISTING_OWNER"
"""What it is where somebody owned it; epoch, pool and owner stand behind it where it was offered first."""
_EXISTING_OFFER = "EXISTING_OFFER"
"""What a request is remembered to have been answered where its work item was offered already."""

_PARTS = 4
"""What ``scripts/history.lua`` answers of each event."""

_bind, _complete, _now, _history = script("bind"), script("complete"), script("now"), script("history")


_Together = tuple[str, RevisionPair]
"""What jobs of one script call have in common: the tenant, and the revisions that they are decided by."""
_Bound = Decision | Refusal | KnownAs | Moved
"""What a job is answered."""


class RedisAssignments:
    """``router.assignment.ports.Assignments`` and ``router.history.ports.Log``, on Redis 6.2 or Valkey 7.2 and later.

    Parameters
    ----------
    redis
        A client that returns bytes.
    request_ttl_s
        How long a request id is remembered, in seconds.
    now_ms
        This server's own clock, in milliseconds since 1970.
    turns
        What script calls that carry many jobs take turns by, by their tenants; None: by nobody else's.
    """

    def __init__(
        self,
        redis: RedisClient,
        request_ttl_s: int = REQUEST_TTL_S,
        now_ms: Callable[[], int] = clock_ms,
        turns: Turns | None = None,
    ) -> None:
        self._redis = redis
        self._request_ttl_s = request_ttl_s
        self._clock = EstimatedClock(now_ms)
        self._batcher = MicroBatcher[_Together, BindCommand, _Bound](
            self._bind_together, _TOGETHER, MOST_CANDIDATES, turns, about=itemgetter(0)
        )

    async def bind(
        self, tenant: str, revisions: RevisionPair, jobs: Sequence[BindCommand], *, preview: bool = False
    ) -> list[_Bound]:
        """Do the jobs in order; single ones share a script call with whatever else is on its way."""
        if not jobs:
            return []
        if len(jobs) > 1 or preview:
            return await self._opened(tenant, await self._sent(tenant, revisions, jobs, preview=preview))
        (job,) = jobs
        answer = await self._batcher.submit((tenant, revisions), job, job.weight)
        if isinstance(answer, Decision) and answer.head is job.head:  # it was made now, and nothing in it is sealed
            return [answer]
        return await self._opened(tenant, [answer])

    def _bind_together(self, key: _Together, jobs: Sequence[BindCommand]) -> Awaitable[list[_Bound]]:
        return self._sent(*key, jobs, preview=False)

    def _sent(
        self, tenant: str, revisions: RevisionPair, jobs: Sequence[BindCommand], *, preview: bool
    ) -> Awaitable[list[_Bound]]:
        keys, arguments = bind_arguments(tenant, revisions, jobs, preview=preview, request_ttl_s=self._request_ttl_s)

        def read(replies: list[Any]) -> list[_Bound]:
            check_reply(tenant, replies)
            if replies[0] == b"STALE":
                raise StaleRevision(f"tenants/{tenant}", "rules or workforce changed")
            answers = [_answer(reply, job) for reply, job in zip(replies, jobs, strict=True)]
            if timed := [answer for answer, job in zip(answers, jobs, strict=True) if job.interval]:
                self._clock.learn(tenant, timed)
            return answers

        return _bind.sent(self._redis, keys, arguments, read)

    async def update(
        self, tenant: str, revisions: RevisionPair, command: BindCommand, *, preview: bool = False
    ) -> Changed | Refusal | Moved:
        keys, arguments = bind_arguments(
            tenant, revisions, [command], preview=preview, request_ttl_s=self._request_ttl_s
        )
        reply = await _bind(self._redis, keys, arguments)
        check_reply(tenant, reply)
        if reply[0] == b"STALE":
            raise StaleRevision(f"tenants/{tenant}", "rules or workforce changed")
        answer = _changed(reply[0], command)
        if isinstance(answer, Moved):
            self._clock.learn(tenant, [answer])
        return answer

    async def now_us(self, tenant: str) -> int:
        return int(await _now(self._redis, [Keys(tenant).revisions], []))

    def expected_ms(self, tenant: str) -> int:
        return self._clock.expected_ms(tenant)

    async def complete(self, tenant: str, completion: Completion, *, preview: bool = False) -> ItemRecord | Refusal:
        keys = Keys(tenant)
        request = [keys.request(completion.request_id)] if completion.request_id else []
        reply = await _complete(
            self._redis,
            [
                keys.revisions,
                keys.loads,
                keys.events,
                keys.waiting,
                keys.owned,
                keys.item(completion.item_id),
                keys.dated,
                *request,
            ],
            [
                completion.item_id,
                completion.state,
                completion.expected,
                completion.fingerprint,
                self._request_ttl_s,
                int(preview),
                completion.actor,
                *(completion.withdrawn or ()),
            ],
        )
        check_reply(tenant, reply)
        status = reply[0].decode()
        if status == "NOT_FOUND":
            raise NotFound("work item", f"tenants/{tenant}/workItems/{completion.item_id}")
        return record_from(completion.item_id, reply[1]) if status == "DONE" else Refusal(status)

    async def item(self, tenant: str, item_id: str) -> ItemRecord | None:
        with translated():
            packed = await self._redis.get(Keys(tenant).item(item_id))
            if packed and (other := other_id(packed)):
                item_id, packed = other, await self._redis.get(Keys(tenant).item(other))
        return record_from(item_id, packed) if packed else None

    async def items(self, tenant: str, item_ids: Sequence[str]) -> list[ItemRecord | None]:
        if not item_ids:
            return []
        keys = Keys(tenant)
        with translated():
            stored = await self._redis.mget([keys.item(item_id) for item_id in item_ids])
        return [
            record_from(item_id, packed) if packed else None for item_id, packed in zip(item_ids, stored, strict=True)
        ]

    async def waiting(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        return await self._by_event(Keys(tenant).waiting, after, count)

    async def dated(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        return await self._by_event(Keys(tenant).dated, after, count)

    async def _by_event(
        self, key: str, after: int, count: int, before: int | None = None, *, newest_first: bool = False
    ) -> list[tuple[int, str]]:
        """Return what stands in a sorted set behind the number of an event, and in front of another."""
        bounds: list[Any] = [f"({after}", "+inf" if before is None else f"({before}"]
        first, last = reversed(bounds) if newest_first else bounds
        with translated():
            members = await self._redis.zrange(
                key, first, last, desc=newest_first, byscore=True, offset=0, num=count, withscores=True
            )
        return [(int(number), item_id.decode()) for item_id, number in members]

    async def asked(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        return await self._by_event(Keys(tenant).asked, after, count)

    async def open_offers(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        return await offered_to(self._redis, tenant, "n", after, count)

    async def standing_offers(self, tenant: str) -> Mapping[str, StandingOffer | None]:
        with translated():
            return standing_from(await self._redis.hgetall(Keys(tenant).offers))

    async def lapses(self, tenant: str) -> Mapping[str, int]:
        with translated():
            return lapses_from(await self._redis.hgetall(Keys(tenant).lapses))

    async def owned(
        self, tenant: str, owner: str, *, is_open: bool, after: int = 0, count: int = 1000
    ) -> list[tuple[int, str]]:
        prefix = f"{owner}\0{'o' if is_open else 'c'}\0"
        with translated():
            members = await self._redis.zrangebylex(
                Keys(tenant).owned, f"[{prefix}{after + 1:016}", f"({prefix}:", start=0, num=count
            )
        return [_owned(member) for member in members]

    async def owners(self, tenant: str) -> list[str]:
        owners, beyond = list[str](), "(\0v\0:"
        with translated():
            while members := await self._redis.zrangebylex(Keys(tenant).owned, beyond, "+", start=0, num=1):
                owner, state, _ = members[0].decode().split("\0", 2)
                if state == "o":
                    owners.append(owner)
                beyond = f"({owner}\0{'o' if state == 'c' else 'p'}\0"
        return owners

    async def covered(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        with translated():
            members = await self._redis.zrangebylex(
                Keys(tenant).owned, f"[\0v\0{after + 1:016}", "(\0v\0:", start=0, num=count
            )
        return [_owned(member) for member in members]

    async def of_customer(
        self, tenant: str, customer: str, *, after: int = 0, before: int | None = None, count: int = 1000,
        newest_first: bool = False,
    ) -> list[tuple[int, str]]:  # fmt: skip
        return await self._by_event(Keys(tenant).subject(customer), after, count, before, newest_first=newest_first)

    async def last_nps(self, tenant: str, customer: str) -> int:
        with translated():
            return -int(await self._redis.zscore(Keys(tenant).subject(customer), LAST_NPS) or 0)

    async def repeated(self, tenant: str, request_id: str, fingerprint: str) -> Decision | Refusal | None:
        with translated():
            packed = await self._redis.get(Keys(tenant).request(request_id))
        if packed is None:
            return None
        stored, number, *outcome = msgpack.unpackb(packed)
        if stored != fingerprint or not outcome:
            return Refusal.REQUEST_ID_REUSED
        (decision,) = await self.decisions(tenant, [number])
        if outcome[0] == _EXISTING_OFFER:
            return decision._replace(is_known=True)
        if outcome[0].startswith(_EXISTING_OWNER):
            return _existing(decision, outcome[0])
        return decision._replace(outcome=Outcome(outcome[0]))

    async def has_done(self, tenant: str, request_id: str, fingerprint: str) -> bool:
        with translated():
            packed = await self._redis.get(Keys(tenant).request(request_id))
        if packed is None:
            return False
        if msgpack.unpackb(packed)[0] != fingerprint:
            raise RequestIdReused(request_id)
        return True

    async def events(
        self, tenant: str, *, after: int = 0, before: int | None = None, count: int = 100, newest_first: bool = False
    ) -> list[Event]:
        entries = await self._entries(tenant, after, before, count, newest_first=newest_first)
        return await self._opened(tenant, [_event(number, fields) for number, fields in entries])

    async def effects(
        self, tenant: str, *, after: int = 0, before: int | None = None, count: int = 100, whole: Outcome | None = None
    ) -> list[Event | DecisionEffect]:
        entries = await self._entries(tenant, after, before, count)
        return await self._opened(
            tenant, [read_effect(number, of[b"type"], of[b"facts"], of[b"head"], whole) for number, of in entries]
        )

    async def entries(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[StoredEvent]:
        return [_entry(number, fields) for number, fields in await self._entries(tenant, after, None, count)]

    async def _entries(
        self, tenant: str, after: int, before: int | None, count: int, *, newest_first: bool = False
    ) -> list[tuple[int, dict[bytes, bytes]]]:
        if not count:  # which the driver refuses
            return []
        first, last = f"{after + 1}-0", "+" if before is None else f"{max(before - 1, 0)}-0"
        key = Keys(tenant).events
        with translated():
            if newest_first:
                entries = await self._redis.xrevrange(key, last, first, count=count)
            else:
                entries = await self._redis.xrange(key, first, last, count=count)
        return [(int(entry_id.split(b"-")[0]), fields) for entry_id, fields in entries]

    async def beginning(self, tenant: str) -> StoredEvent | None:
        with translated():
            entries = await self._redis.xrange(Keys(tenant).events, BEGINNING, BEGINNING)
        return _entry(0, entries[0][1]) if entries else None

    async def history(self, tenant: str, item_id: str, last: int, count: int = 100) -> list[Event]:
        keys = Keys(tenant)
        reply = await _history(self._redis, [keys.revisions, keys.events], [item_id, last, count])
        if not reply:
            return []
        check_reply(tenant, reply)
        if reply[0] == b"LOST":
            raise CorruptHistory(f"tenants/{tenant}/workItems/{item_id}", f"the log has not got event {reply[1]}")
        places = range(0, len(reply), _PARTS)
        return await self._opened(tenant, [read_event(*reply[place : place + _PARTS]) for place in places])

    async def decisions(self, tenant: str, numbers: Sequence[int]) -> list[Decision]:
        """Return the decisions of these numbers, in one round trip."""
        return [event for event in await self._numbered(tenant, numbers) if isinstance(event, Decision)]

    async def contents(self, tenant: str, numbers: Sequence[int]) -> list[Content]:
        return [event for event in await self._numbered(tenant, numbers) if isinstance(event, Content)]

    async def _numbered(self, tenant: str, numbers: Sequence[int]) -> list[Event]:
        key = Keys(tenant).events
        with translated():
            async with self._redis.pipeline(transaction=False) as pipeline:
                for number in numbers:
                    pipeline.xrange(key, f"{number}-0", f"{number}-0")
                replies = await read_together(self._redis, pipeline)
        for number, entries in zip(numbers, replies, strict=True):
            if not entries:
                raise CorruptHistory(f"tenants/{tenant}/decisions/{number}", "the log has not got it any more")
        events = [_event(number, fields) for number, ((_, fields),) in zip(numbers, replies, strict=True)]
        return await self._opened(tenant, events)

    async def _opened(self, tenant: str, events: list[Any]) -> list[Any]:
        return await opened_events(self._redis, tenant, events)

    async def ledger(self, tenant: str, pool: str) -> LedgerState:
        with translated():
            return ledger_state(await self._redis.hgetall(Keys(tenant).ledger(pool)))

    async def loads(self, tenant: str) -> dict[tuple[str, Kind], int]:
        with translated():
            return open_units(await self._redis.hgetall(Keys(tenant).loads))

    async def worked(self, tenant: str) -> dict[tuple[str, Kind], int]:
        with translated():
            return worked_units(await self._redis.hgetall(Keys(tenant).loads))

    async def counts(self, tenant: str) -> dict[str, Counted]:
        with translated():
            return counts_from(await self._redis.hgetall(Keys(tenant).counts))


async def offered_to(redis: RedisClient, tenant: str, whom: str, after: int, count: int) -> list[tuple[int, str]]:
    """Return open offers behind a number, the oldest first: all for ``n``, those of a rep for ``r{rep}``."""
    with translated():
        places = await redis.zrangebylex(
            Keys(tenant).offered, f"[{whom}\0{after + 1:016}", f"({whom}\0:", start=0, num=count
        )
    return [(int(number), item_id) for _, number, item_id in (place.decode().split("\0") for place in places)]


def ledger_state(fields: Mapping[bytes, bytes]) -> LedgerState:
    """Read a pool's ledger."""
    text = {name.decode(): value for name, value in fields.items()}
    return LedgerState(
        deficits={name[2:]: int(value) for name, value in text.items() if name.startswith("d:")},
        received={name[2:]: int(value) for name, value in text.items() if name.startswith("r:")},
        decisions=int(text.get("decisions", 0)),
        overrides=int(text.get("overrides", 0)),
        largest_charge=int(text.get("largest_charge", 0)),
        largest_band=int(text.get("largest_band", 0)),
        worst=int(text.get("worst", 0)),
        disturbance=float(text.get("disturbance", 0)),
        credits={name[2:]: int(value) for name, value in text.items() if name.startswith("c:")},
        credited={name[2:]: CreditState(*map(int, value.split())) for name, value in text.items() if name[:2] == "l:"},
        recent=tuple(msgpack.unpackb(text["recent"])) if "recent" in text else (),
        counted=int(text.get("counted", 0)),
        received_apart={name[2:]: int(value) for name, value in text.items() if name.startswith("a:")},
        received_by_override={name[2:]: int(value) for name, value in text.items() if name.startswith("o:")},
        offered={name[2:]: int(value) for name, value in text.items() if name.startswith("p:") and int(value)},
        entitled={name[2:]: int(value) for name, value in text.items() if name.startswith("e:") and int(value)},
        largest_offered=int(text.get("largest_offered", 0)),
        largest_entitled=int(text.get("largest_entitled", 0)),
    )


def open_units(fields: Mapping[bytes, bytes]) -> dict[tuple[str, Kind], int]:
    """Read the open units by place and kind; where there are none they are left out."""
    return _units({name: units for name, units in fields.items() if not name.endswith((_WORKED, _OFFERS))})


def worked_units(fields: Mapping[bytes, bytes]) -> dict[tuple[str, Kind], int]:
    """Read those of them that were worked on, likewise."""
    return _units({name.removesuffix(_WORKED): units for name, units in fields.items() if name.endswith(_WORKED)})


def offers_held(fields: Mapping[bytes, bytes]) -> dict[str, int]:
    """Read the open offers by rep, likewise."""
    held = {name.removesuffix(_OFFERS).decode(): int(n) for name, n in fields.items() if name.endswith(_OFFERS)}
    return {rep: count for rep, count in held.items() if count}


def _units(fields: Mapping[bytes, bytes]) -> dict[tuple[str, Kind], int]:
    loads = {tuple(name.decode().rsplit("|", 1)): int(units) for name, units in fields.items()}
    return {(rep, Kind(kind)): units for (rep, kind), units in loads.items() if units}


def counts_from(fields: Mapping[bytes, bytes]) -> dict[str, Counted]:
    """Read what was counted under caps, by field."""
    return {field.decode(): tuple(msgpack.unpackb(value)) for field, value in fields.items()}


def bind_arguments(
    tenant: str, revisions: RevisionPair, jobs: Sequence[BindCommand], *, preview: bool, request_ttl_s: int
) -> tuple[list[str], list[Argument]]:
    """Put jobs into the form that ``scripts/bind.lua`` describes: its KEYS and its ARGV."""
    keys = Keys(tenant)
    set_numbers: dict[str, int] = {}
    sets: list[bytes] = []
    pools: dict[str, None] = {}
    for job in jobs:
        for candidates, _ in job.attempts:
            if candidates.digest not in set_numbers:
                sets.append(candidates.packed)
                set_numbers[candidates.digest] = len(sets)
                if candidates.pool:
                    pools[candidates.pool] = None
    all_keys = [*shared_keys(tenant), *map(keys.ledger, pools)]
    packed_jobs: list[Argument] = []
    for job in jobs:
        packed_jobs += [
            pack_for_lua(_form(job, keys, all_keys, set_numbers)),
            pack_head(job.head, job.content),
        ]
    if not preview:
        all_keys.append(keys.bound(f"{randbits(64):x}"))
    rules, workforce, rules_mark, workforce_mark, processes, processes_mark = revisions
    planned = [rules, workforce, rules_mark, workforce_mark]
    header = [*planned, request_ttl_s, int(preview), list(pools), len(sets), len(jobs)]
    if processes is not None:
        header += [processes, processes_mark]
    return all_keys, [pack(header), *sets, *packed_jobs]


def _form(job: BindCommand, keys: Keys, all_keys: list[str], set_numbers: Mapping[str, int]) -> list[Any]:
    """Return a job in the order of ``scripts/bind.lua``; its keys are put behind those that are there."""
    all_keys.append(keys.item(job.item_id))
    item_place, request_place, normal_place = len(all_keys), 0, 0
    if job.normal_id:
        all_keys.append(keys.item(job.normal_id))
        normal_place = len(all_keys)
    if job.request_id:
        all_keys.append(keys.request(job.request_id))
        request_place = len(all_keys)
    form = [
        item_place,
        request_place,
        job.fingerprint,
        job.item_id,
        job.kind,
        job.mode,
        job.expected,
        job.rotation,
        job.outcome_if_none,
        [
            (set_numbers[candidates.digest], charge, *(job.amounts if candidates.caps else ()))
            for candidates, charge in job.attempts
        ],
        job.named,
        _WAYS[job.head.cause],
        normal_place,
    ]
    if job.openings or job.move or job.interval or job.change or job.processes is not None:
        form += _beside(job, keys, all_keys)
    if job.change:
        form.append(_change(job, job.change))
    if job.processes is not None:
        form += [False, [job.processes, *(job.head.entered or ())]]
    return form


def _change(job: BindCommand, change: Change) -> list[Any]:
    entered = change.entered or EnteredStage(0, "")
    packed = pack_update(job.head, change.before)
    return [change.changed, int(change.is_decided), job.head.actor, packed, *entered, change.closes]


def _beside(job: BindCommand, keys: Keys, all_keys: list[str]) -> list[Any]:
    """Return the instants that a job is planned for, what opens its sealed values, and how it moves among customers."""
    if (job.change or job.processes is not None) and not job.openings and not job.move:
        return [*(job.interval or (0, 0)), False]
    if not job.openings and not job.move:
        return [*(job.interval or ())]

    def place(key: str) -> int:
        all_keys.append(key)
        return len(all_keys)

    openings = [part for opening in job.openings.items() for part in opening]
    customers = [job.customer, *(job.move or ())]
    places = [place(keys.subject(customer)) if customer else 0 for customer in customers]
    return [*(job.interval or (0, 0)), [place(keys.personal(job.item_id)), openings, *places]]


def _answer(reply: list[Any], job: BindCommand) -> _Bound:
    match reply[0]:
        case b"NEW":
            decision = read_decision(reply[1], reply[2], job.head)
            return opened(decision, job.openings) if job.openings else decision
        case b"REPEATED":
            return _earlier(*reply[1:])
        case said if said.startswith(_EXISTING_OWNER.encode()):
            return _existing(_earlier(*reply[1:]), said.decode())
        case b"EXISTING_OFFER":
            return _earlier(*reply[1:])._replace(is_known=True)
        case b"KNOWN_AS":
            return KnownAs(reply[1].decode())
        case b"MOVED":
            return Moved(reply[1])
        case refusal:
            return Refusal(refusal.decode())


def _changed(reply: list[Any], job: BindCommand) -> Changed | Refusal | Moved:
    match reply:
        case [b"UPDATED", number, decision, facts]:
            return Changed(number, opened(read_decision(decision, facts, job.head), job.openings))
        case [b"UPDATED", number]:
            return Changed(number)
        case [b"MOVED", now_ms]:
            return Moved(now_ms)
    return Refusal(reply[0].decode())


def _existing(decision: Decision, said: str) -> Decision:
    """Return the decision by which somebody owns a work item, with who does since its offer was accepted."""
    _, *accepted = said.split(" ")
    if accepted:
        epoch, pool, owner = accepted
        decision = decision._replace(rep=owner, pool=pool, epoch=int(epoch))
    return decision._replace(outcome=Outcome.EXISTING_OWNER)


def _earlier(number: int, facts: bytes, head: bytes, form: bytes) -> Decision:
    decision = read_event(number, form, facts, head)
    assert isinstance(decision, Decision)
    return decision


def other_id(packed: bytes) -> str:
    """Return the id of the work item that a key leads to, which is not its own; empty for a record."""
    found = msgpack.unpackb(packed)
    return found if isinstance(found, str) else ""


def record_from(item_id: str, packed: bytes) -> ItemRecord:
    """Read where a work item stands.

    Raises
    ------
    CorruptHistory
        If it is no record of this format: somebody altered it, or a server of an older version wrote it.
    """
    try:
        places = _all_places(msgpack.unpackb(packed))
        state, kind, owner, pool, epoch, event, version, content, decision, first, *later = places
        tried, fired, worked, date, covered, offer, refused, answered, stage, satisfaction = later
        return ItemRecord(
            item_id, _STATES[state], _KINDS[kind], owner, pool, epoch, event, version, content, decision, first,
            tuple(tried), tuple(_fired_steps(fired)), bool(worked), NextDate(*date) if date else None,
            _text(covered), _open_offer(*offer) if offer else None, tuple(refused), answered,
            _stage(*stage) if stage else None, Satisfaction(*map(int, satisfaction)) if satisfaction else UNASKED,
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, msgpack.UnpackException) as error:
        raise CorruptHistory(f"work item {item_id}", f"its record cannot be read: {type(error).__name__}") from error


def _all_places(record: list[Any]) -> list[Any]:
    """Return a record with all its places: it ends behind the last that something was written to."""
    return [*record, *_LATER_PLACES[len(record) - _FIRST_PLACES :]]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _stage(revision: int, stage: str, event: int, begun: int) -> ItemStage:
    return ItemStage(revision, _text(stage), event, begun)


def _open_offer(number: int, rep: str, pool: str, timeout_ms: int, clock: str, at_ms: int) -> OpenOffer:
    return OpenOffer(number, rep, pool, timeout_ms, DispatchClock(clock), at_ms)


def _fired_steps(fired: Sequence[Any]) -> Iterator[FiredStep]:
    for place in range(0, len(fired), len(FiredStep._fields)):
        name, entry, step, at_ms = fired[place : place + len(FiredStep._fields)]
        yield FiredStep(name, entry, step, at_ms)


def _owned(member: bytes) -> tuple[int, str]:
    _, _, first, item_id = member.decode().split("\0")
    return int(first), item_id


def _entry(number: int, fields: Mapping[bytes, bytes]) -> StoredEvent:
    link = fields.get(b"link", b"").decode()
    return StoredEvent(number, fields[b"type"], fields[b"facts"], fields[b"head"], link)


def _event(number: int, fields: dict[bytes, bytes]) -> Event:
    return read_event(number, fields[b"type"], fields[b"facts"], fields[b"head"])
