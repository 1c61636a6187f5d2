"""Jobs in the form that ``scripts/bind.lua`` takes, and its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from secrets import randbits
from typing import Any

from packing import pack, pack_for_lua
from router.adapters.redis.keys import Keys, shared_keys
from router.assignment.commands import BindCommand, Change, Changed, KnownAs, Moved, Refusal
from router.history.codec import pack_head, pack_update, read_decision, read_event
from router.model.decision import Decision, EnteredStage, Outcome, Way
from router.model.revisions import RevisionPair
from router.model.sealing import opened
from store.scripts import Argument

_WAYS = {Way.GREEDY: 0, Way.OVERRIDE: 1, Way.APART: 2}
"""The ways into the ledger as ``scripts/ledger.lua`` numbers them."""

_EXISTING_OFFER = "EXISTING_OFFER"
"""What a request is remembered to have been answered where its work item was offered already. Where somebody owned it,
that is EXISTING_OWNER; epoch, pool and owner stand behind it where it was offered first.
"""

Bound = Decision | Refusal | KnownAs | Moved
"""What a job is answered."""


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
        _WAYS[job.head.way],
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


def bind_answer(reply: list[Any], job: BindCommand) -> Bound:
    """Read what a job was answered."""
    match reply[0]:
        case b"NEW":
            decision = read_decision(reply[1], reply[2], job.head)
            return opened(decision, job.openings) if job.openings else decision
        case b"REPEATED":
            return _earlier(*reply[1:])
        case said if said.startswith(b"EXISTING_"):
            return as_before(_earlier(*reply[1:]), said.decode())
        case b"KNOWN_AS":
            return KnownAs(reply[1].decode())
        case b"MOVED":
            return Moved(reply[1])
        case refusal:
            return Refusal(refusal.decode())


def change_answer(reply: list[Any], job: BindCommand) -> Changed | Refusal | Moved:
    """Read what an update was answered."""
    match reply:
        case [b"UPDATED", number, decision, facts]:
            return Changed(number, opened(read_decision(decision, facts, job.head), job.openings))
        case [b"UPDATED", number]:
            return Changed(number)
        case [b"MOVED", now_ms]:
            return Moved(now_ms)
    return Refusal(reply[0].decode())


def as_before(decision: Decision, said: str) -> Decision:
    """Return a decision as a request was answered by it before: by its outcome, or by what is in its place where
    somebody had the work item already.
    """
    if said == _EXISTING_OFFER:
        return decision._replace(is_known=True)
    outcome, *accepted = said.split(" ")
    if accepted:
        epoch, pool, owner = accepted
        decision = decision._replace(rep=owner, pool=pool, epoch=int(epoch))
    return decision._replace(outcome=Outcome(outcome))


def _earlier(number: int, facts: bytes, head: bytes, form: bytes) -> Decision:
    decision = read_event(number, form, facts, head)
    assert isinstance(decision, Decision)
    return decision
