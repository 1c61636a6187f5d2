"""From a wish to a job: what the store is asked to do for one work item. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from failures import Failure
from router.assignment.caps import ONE, Amounts, amounts_of
from router.assignment.choice import rotation_of
from router.assignment.planner import Plan, Planner
from router.assignment.roster import Candidates
from router.model.decision import Cause, Decision, DecisionInputs, Outcome
from router.model.errors import InvalidInput, NotFound, NotPossible
from router.model.identity import is_normal, normal_id
from router.model.records import ItemRecord
from router.model.sealing import NO_OPENINGS, NOT_PERSONAL, Openings, seal, sealed_fields
from router.model.workitem import CLOSED_STATES, Kind, State, WorkItem, fingerprint_of, item_id
from router.rules.route import HANDLERS, KnownCustomer
from router.rules.stamps import check_unstamped
from router.workforce.covers import Hindrance
from router.workforce.open_hours import Span
from rules.reference import trace


class Mode(StrEnum):
    """What a job wants."""

    ROUTE = "ROUTE"
    """An owner, unless there is one."""
    REASSIGN = "REASSIGN"
    """Another owner."""
    WAKE = "WAKE"
    """An owner for what waits; without one nothing is written, but for what is not told yet what its offer came to."""
    REOPEN = "REOPEN"
    """An owner for what is closed, which stands from then on as if it had just come."""
    UPDATE = "UPDATE"
    """Other content, and another owner where that asks for one."""
    COVER = "COVER"
    """Another owner, who stands in for whose it is."""
    RETURN = "RETURN"
    """Back to whom another stood in for."""


MOST_CANDIDATES = 20_000
"""Over all attempts of the jobs of a call: each takes the store a microsecond or so, in which it does nothing else."""
ANY, NEW = 0, -1
"""What ROUTE expects of a work item that nobody owns: whatever stands there; that it is not there."""


class Change(NamedTuple):
    """What of a work item an UPDATE changes; fields as in ``router.model.events.Updated``."""

    before: WorkItem
    changed: tuple[str, ...]
    is_decided: bool


class BindCommand(NamedTuple):
    """One work item on its way through the store.

    Parameters
    ----------
    attempts
        Candidates and charge of each attempt, see ``router.assignment.planner``.
    request_id, fingerprint
        Identify a repeated request and its content; no id, no repetition.
    expected
        The version of the work item that is insisted on: any other is a conflict. To ROUTE it is one only where nobody
        owns the work item; and it may expect ``ANY``, or a ``NEW`` one.
    otherwise
        Outcome where nobody has room: WAITING or UNROUTED.
    rotation
        Where the pick begins among equals.
    named
        Rep a person named; refused where full.
    head, content
        What the store keeps unread in the log; ``content`` is the packed work item of the head.
    weight
        How many candidates the store may have to look at.
    openings
        What it keeps beside the log, to open what is sealed in the head.
    normal_id
        What all spellings of its source and external id share, see ``router.model.identity``; empty: nothing other than
        its id. Looked up by ROUTE alone.
    customer
        Whose work item it is, where something is sealed; empty: not known, or not asked for.
    interval
        The instants for which it is planned, see ``router.assignment.planner.Plan``; at others it is not done.
    amounts
        What it counts under caps.
    change
        What an UPDATE changes: the head holds all that the work item is from then on.
    """

    item_id: str
    kind: Kind
    mode: Mode
    attempts: tuple[tuple[Candidates, int], ...]
    outcome_if_none: str
    rotation: int
    head: DecisionInputs
    content: bytes
    weight: int
    request_id: str = ""
    fingerprint: str = ""
    expected: int = 0
    named: str = ""
    openings: Openings = NO_OPENINGS
    customer: str = ""
    normal_id: str = ""
    interval: Span | None = None
    amounts: Amounts = ONE
    change: Change | None = None


class Changed(NamedTuple):
    """Says that a work item was updated: the event's number; of a preview 0 and the decision, if there would be one."""

    number: int
    decision: Decision | None = None


class KnownAs(NamedTuple):
    """Says that a work item is there, spelt otherwise or not as it was expected: its id; nothing was written."""

    item_id: str


class Moved(NamedTuple):
    """Says that a job is planned for other instants than the store's now, in milliseconds; nothing was written."""

    now_ms: int


class Outdated(NamedTuple):
    """Says that a job is planned by rules or a workforce that are not the active ones; nothing was written."""


class Refusal(StrEnum):
    """Why the store did not do a job; nothing was written."""

    REQUEST_ID_REUSED = "REQUEST_ID_REUSED"
    CONFLICT = "CONFLICT"
    CLOSED = "CLOSED"
    FULL = "FULL"
    NOBODY = "NOBODY"
    LOST = "LOST"
    """It is answered already, by an event that somebody deleted."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A wish to close a work item; ``expected`` as in ``BindCommand``."""

    item_id: str
    state: State
    expected: int
    request_id: str = ""
    fingerprint: str = ""
    actor: str = ""


class RouteRequest(NamedTuple):
    """A wish for an owner.

    Parameters
    ----------
    known_as
        The id that the work item has already; empty as long as nobody knows.
    arrived_us
        When it came, in microseconds since 1970 by the store's clock; 0: now.
    """

    item: WorkItem
    request_id: str = ""
    actor: str = ""
    known_as: str = ""
    arrived_us: int = 0


@dataclass(frozen=True, slots=True)
class ReassignRequest:
    """A wish for another owner; ``rep`` names one, ``expected`` is the event number of the etag, if one was given."""

    item_id: str
    rep: str = ""
    note: str = ""
    expected: int | None = None
    request_id: str = ""
    actor: str = ""


class ImportedItem(NamedTuple):
    """A work item that comes with its owner, who has had it since an instant, in milliseconds since 1970."""

    item: WorkItem
    owner: str
    assigned_ms: int


@dataclass(frozen=True, slots=True)
class ReopenRequest:
    """A wish to have a closed work item back; ``expected`` as in ``ReassignRequest``."""

    item_id: str
    reason: str = ""
    expected: int | None = None
    request_id: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """A wish to change what a work item is; ``expected`` as in ``ReassignRequest``.

    Parameters
    ----------
    attributes, value, priority
        As they are to be, as far as ``paths`` names them.
    paths
        ``value``, ``priority``, ``attributes``: all of them, and ``attributes.NAME``: one; what is named and not given
        is taken out.
    kind, source, external_id
        As far as they are given, what it has to be; they cannot be changed.
    """

    item_id: str
    attributes: Mapping[str, Any]
    value: float
    priority: int
    paths: frozenset[str]
    kind: Kind | None = None
    source: str = ""
    external_id: str = ""
    expected: int | None = None
    request_id: str = ""
    actor: str = ""


def route_command(
    planner: Planner,
    request: RouteRequest,
    item: WorkItem,
    at_ms: int,
    *,
    expected: int = ANY,
    handlers: tuple[str, ...] = (),
) -> BindCommand | Failure:
    """Make the job of routing a work item; an error where the planner's rules cannot read it.

    Parameters
    ----------
    item
        The request's own, or that with what is known of its customer, or when it came, filled in: what is decided by
        and stored. The fingerprint stays that of what was sent.
    at_ms
        See ``Planner.plan``; likewise below.
    expected
        See ``BindCommand``.
    handlers
        Who had it before: what nobody owns somebody may have, where it was closed and reopened.
    """
    try:
        check_unstamped(planner.rule_set, request.item)
        plan = planner.plan(item, at_ms, handlers=handlers)
    except InvalidInput as error:
        return error
    content = item.pack()
    hides_id = planner.personal.external_id
    identity = request.known_as or item_id(item, request.request_id, hides_external_id=hides_id)
    normal = "" if request.known_as or is_normal(item) else normal_id(item, hides_external_id=hides_id)
    fingerprint = request_fingerprint(request, content if item is request.item else b"") if request.request_id else ""
    return _sealed(
        planner,
        plan,
        BindCommand(  # by position: fifteen names cost a microsecond, and it is per call
            identity,
            request.item.kind,
            Mode.ROUTE,
            tuple([(attempt.candidates, attempt.charge) for attempt in plan.attempts]),
            _outcome_if_none(plan),
            rotation_of(identity),
            _head(planner, plan, item, Cause.ROUTED, tried=_left_out(plan, (), handlers), actor=request.actor),
            content,
            plan.weight,
            request.request_id,
            fingerprint,
            expected,
            normal_id=normal if normal != identity else "",
            interval=plan.interval,
            amounts=amounts_of(item),
        ),
    )


def reassign_command(
    tenant: str,
    planner: Planner,
    request: ReassignRequest,
    record: ItemRecord,
    item: WorkItem,
    fingerprint: str,
    at_ms: int,
) -> BindCommand:
    """Make the job of moving a work item; ``item`` is its content, ``fingerprint`` the request's.

    Raises
    ------
    InvalidInput
        If the planner's rules cannot read the work item.
    NotFound
        If there is no rep of the name.
    NotPossible
        If it is closed, or the named rep is inactive, the owner already, or recused.
    """
    if record.state in CLOSED_STATES:
        raise NotPossible(f"tenants/{tenant}/workItems/{record.item_id}", f"is {record.state}")
    if request.rep:
        _check_named(tenant, planner, request.rep, record)
    offered_to = record.offer.rep if record.offer else ""
    handlers = tuple(dict.fromkeys(filter(None, (*handlers_of(record), offered_to))))
    tried = () if request.rep else handlers
    plan = planner.plan(item, at_ms, tried=frozenset(tried), handlers=handlers, named=request.rep)
    if fields := plan.recused.get(request.rep):
        raise _recused(tenant, request.rep, fields)
    left_out = _left_out(plan, tried, handlers)
    cause = Cause.OVERRIDE if request.rep else Cause.REASSIGNED
    head = _head(planner, plan, item, cause, tried=left_out, named=request.rep, note=request.note, actor=request.actor)
    return _sealed(
        planner,
        plan,
        BindCommand(
            item_id=record.item_id,
            kind=record.kind,
            mode=Mode.REASSIGN,
            attempts=tuple([(attempt.candidates, attempt.charge) for attempt in plan.attempts]),
            weight=plan.weight,
            outcome_if_none=_outcome_if_none(plan),
            rotation=rotation_of(record.item_id),
            head=head,
            content=item.pack(),
            request_id=request.request_id,
            fingerprint=fingerprint,
            expected=record.version if request.expected is None else request.expected,
            named=request.rep,
            interval=plan.interval,
            amounts=amounts_of(item),
        ),
    )


def reopen_command(
    planner: Planner,
    request: ReopenRequest,
    record: ItemRecord,
    item: WorkItem,
    fingerprint: str,
    at_ms: int,
    owner: str = "",
) -> BindCommand:
    """Make the job of reopening a work item for an owner; without one for whom rules and ledger choose.

    Raises
    ------
    InvalidInput
        If the planner's rules cannot read the work item.
    """
    handlers = handlers_of(record)
    plan = planner.plan(item, at_ms, handlers=handlers, named=owner, apart=True)
    left_out = _left_out(plan, (), handlers)
    head = _head(
        planner, plan, item, Cause.REOPENED, tried=left_out, named=owner, note=request.reason, actor=request.actor
    )
    return _sealed(
        planner,
        plan,
        BindCommand(
            item_id=record.item_id,
            kind=record.kind,
            mode=Mode.REOPEN,
            attempts=tuple([(attempt.candidates, attempt.charge) for attempt in plan.attempts]),
            weight=plan.weight,
            outcome_if_none=_outcome_if_none(plan),
            rotation=rotation_of(record.item_id),
            head=head,
            content=item.pack(),
            request_id=request.request_id,
            fingerprint=fingerprint,
            expected=record.version if request.expected is None else request.expected,
            named=owner,
            interval=plan.interval,
            amounts=amounts_of(item),
        ),
    )


def update_command(
    planner: Planner,
    request: UpdateRequest,
    record: ItemRecord,
    item: WorkItem,
    change: Change,
    fingerprint: str,
    at_ms: int,
) -> BindCommand:
    """Make the job of giving a work item other content, ``item``.

    Where it is decided anew, whoever has it, or had it, is left out as if it were reassigned; of what nobody has, only
    where the route excludes them.

    Raises
    ------
    InvalidInput
        If the planner's rules cannot read it.
    """
    handlers = tuple(dict.fromkeys(filter(None, (*record.tried, record.owner))))
    tried = handlers if record.owner else ()
    plan = planner.plan(item, at_ms, tried=frozenset(tried), handlers=handlers)
    if not change.is_decided:
        plan = plan._replace(attempts=(), interval=None)
    left_out = _left_out(plan, tried, handlers) if change.is_decided else ()
    head = _head(planner, plan, item, Cause.UPDATED, tried=left_out, actor=request.actor)
    job = _sealed(
        planner,
        plan,
        BindCommand(
            item_id=record.item_id,
            kind=record.kind,
            mode=Mode.UPDATE,
            attempts=tuple([(attempt.candidates, attempt.charge) for attempt in plan.attempts]),
            weight=plan.weight,
            outcome_if_none=_outcome_if_none(plan),
            rotation=rotation_of(record.item_id),
            head=head,
            content=item.pack(),
            request_id=request.request_id,
            fingerprint=fingerprint,
            expected=record.version if request.expected is None else request.expected,
            interval=plan.interval,
            amounts=amounts_of(item),
            change=change,
        ),
    )
    before, openings = seal(job.head._replace(item=change.before, note=""), planner.personal)
    if not openings:
        return job
    customer = customer_of(planner.rule_set.known_customer, item)
    sealed = {**job.openings, **openings}
    return job._replace(change=change._replace(before=before.item), openings=sealed, customer=customer)


def import_command(
    tenant: str, planner: Planner, entry: ImportedItem, item: WorkItem, at_ms: int, actor: str = ""
) -> BindCommand | Failure:
    """Make the job of entering a work item with its owner, where none of its name is there; an error where the
    planner's rules cannot read it, or recuse the owner. ``item`` is the entry's, with what is filled in.
    """
    try:
        check_unstamped(planner.rule_set, entry.item)
        plan = planner.plan(item, at_ms, named=entry.owner, apart=True)
    except InvalidInput as error:
        return error
    if fields := plan.recused.get(entry.owner):
        return _recused(tenant, entry.owner, fields)
    hides_id = planner.personal.external_id
    identity = item_id(item, "", hides_external_id=hides_id)
    normal = normal_id(item, hides_external_id=hides_id)
    head = _head(planner, plan, item, Cause.IMPORTED, named=entry.owner, actor=actor)
    return _sealed(
        planner,
        plan,
        BindCommand(
            item_id=identity,
            kind=item.kind,
            mode=Mode.ROUTE,
            attempts=tuple([(attempt.candidates, attempt.charge) for attempt in plan.attempts]),
            weight=plan.weight,
            outcome_if_none=_outcome_if_none(plan),
            rotation=rotation_of(identity),
            head=head._replace(assigned_ms=entry.assigned_ms),
            content=item.pack(),
            expected=NEW,
            named=entry.owner,
            normal_id=normal if normal != identity else "",
            interval=plan.interval,
            amounts=amounts_of(item),
        ),
    )


def cover_command(
    planner: Planner, record: ItemRecord, item: WorkItem, rep: str, at_ms: int
) -> BindCommand | Hindrance:
    """Make the job of giving a work item to whoever is to have it while somebody is on leave, or back to them when they
    are not; or say why not: the planner's rules cannot read it, or recuse whoever is to get it.
    """
    is_return = rep == record.whose
    handlers = tuple(each for each in handlers_of(record) if each != record.whose)
    try:
        plan = planner.plan(item, at_ms, handlers=handlers, named=rep, apart=True)
    except InvalidInput:
        return Hindrance.UNREADABLE
    if rep in plan.recused:
        return Hindrance.CONFLICT
    cause = Cause.COVER_ENDED if is_return else Cause.COVERED
    head = _head(planner, plan, item, cause, tried=_left_out(plan, (), handlers), named=rep)
    return _sealed(
        planner,
        plan,
        BindCommand(
            item_id=record.item_id,
            kind=record.kind,
            mode=Mode.RETURN if is_return else Mode.COVER,
            attempts=tuple([(attempt.candidates, attempt.charge) for attempt in plan.attempts]),
            weight=plan.weight,
            outcome_if_none=_outcome_if_none(plan),
            rotation=rotation_of(record.item_id),
            head=head if is_return else head._replace(covered=record.whose),
            content=item.pack(),
            expected=record.version,
            named=rep,
            interval=plan.interval,
            amounts=amounts_of(item),
        ),
    )


def wake_command(planner: Planner, record: ItemRecord, item: WorkItem, at_ms: int) -> BindCommand | Failure:
    """Make the job of finding an owner for what waits; an error where the planner's rules cannot read it."""
    try:
        plan = planner.plan(item, at_ms, handlers=record.tried)
    except InvalidInput as error:
        return error
    return _sealed(
        planner,
        plan,
        BindCommand(
            item_id=record.item_id,
            kind=record.kind,
            mode=Mode.WAKE,
            attempts=tuple([(attempt.candidates, attempt.charge) for attempt in plan.attempts]),
            weight=plan.weight,
            outcome_if_none=_outcome_if_none(plan),
            rotation=rotation_of(record.item_id),
            head=_head(planner, plan, item, Cause.WOKEN, tried=_left_out(plan, (), record.tried)),
            content=item.pack(),
            expected=record.version,
            interval=plan.interval,
            amounts=amounts_of(item),
        ),
    )


def _sealed(planner: Planner, plan: Plan, job: BindCommand) -> BindCommand:
    """Seal what is personal in a job; the very same job where nothing is."""
    if planner.personal is NOT_PERSONAL and not job.head.note:
        return job
    head, openings = seal(job.head, planner.personal)
    if not openings:
        return job
    sealed, plain = sealed_fields(head.item), job.head.item
    head = head._replace(outcomes=outcomes_of(planner, plan, sealed))
    customer = customer_of(planner.rule_set.known_customer, plain)
    return job._replace(head=head, content=head.item.pack(), openings=openings, customer=customer)


def outcomes_of(planner: Planner, plan: Plan, sealed: AbstractSet[str]) -> tuple[bool, ...]:
    """Return how each comparison of the applied rule with a sealed attribute went, in order."""
    if not plan.matched or not sealed:
        return ()
    return tuple(
        predicate.holds for predicate in trace(planner.rule(plan.matched[0]), plan.fact) if predicate.field in sealed
    )


def _left_out(plan: Plan, tried: tuple[str, ...], handlers: tuple[str, ...]) -> tuple[str, ...]:
    """Return who is left out for having had it: all who had, where the route excludes them."""
    return handlers if HANDLERS in plan.route.exclude else tried


def handlers_of(record: ItemRecord) -> tuple[str, ...]:
    """Return who owned a work item before, or owns it, or did when it was closed: each once, in the order of time."""
    return tuple(dict.fromkeys(filter(None, (*record.tried, record.owner))))


def _recused(tenant: str, rep: str, fields: tuple[str, ...]) -> NotPossible:
    return NotPossible(f"tenants/{tenant}/reps/{rep}", f"CONFLICT: recused by {', '.join(fields)}")


def _check_named(tenant: str, planner: Planner, rep_id: str, record: ItemRecord) -> None:
    name = f"tenants/{tenant}/reps/{rep_id}"
    rep = planner.roster.reps.get(rep_id)
    if rep is None:
        raise NotFound("rep", name)
    if not rep.active:
        raise NotPossible(name, "is inactive")
    if rep_id == record.owner:
        raise NotPossible(name, f"owns {record.item_id} already")


def _head(
    planner: Planner,
    plan: Plan,
    item: WorkItem,
    cause: Cause,
    *,
    tried: tuple[str, ...] = (),
    named: str = "",
    note: str = "",
    actor: str = "",
) -> DecisionInputs:
    return DecisionInputs(
        item,
        cause,
        planner.rule_set_revision,
        planner.roster.revision,
        plan.matched,
        tuple([attempt.step.label for attempt in plan.attempts]),
        tried,
        named,
        item.priority or plan.route.priority,
        plan.route.sla,
        note,
        actor,
    )


def _outcome_if_none(plan: Plan) -> Outcome:
    return Outcome.WAITING if plan.waits else Outcome.UNROUTED


def customer_of(known_customer: KnownCustomer | None, item: WorkItem) -> str:
    """Return the id of a work item's customer; empty if the rules do not say where it stands, or it is not there.

    A work item of the kind CUSTOMER is the customer itself.
    """
    customer = item.attributes.get(known_customer.id) if known_customer else None
    if isinstance(customer, str) and customer:
        return customer
    return item.external_id if item.kind is Kind.CUSTOMER else ""


def names_customer(item: WorkItem, fields: Collection[str], customer: str) -> bool:
    """Say whether a work item is a customer's, who may be named in any of some fields; see ``customer_of``."""
    return any(customer_of(KnownCustomer(field), item) == customer for field in fields) or (
        not fields and customer_of(None, item) == customer
    )


def request_fingerprint(request: RouteRequest, content: bytes = b"") -> str:
    """Return what tells a repeated request to route from a reused id; ``content`` is the packed work item."""
    return fingerprint_of(request.request_id, "route", content or request.item.pack())


def in_calls(jobs: Iterable[BindCommand]) -> Iterator[list[BindCommand]]:
    """Divide jobs, in their order, among calls that hold the store briefly: ``MOST_CANDIDATES``, at least one job."""
    call: list[BindCommand] = []
    candidates = 0
    for job in jobs:
        if call and candidates + job.weight > MOST_CANDIDATES:
            yield call
            call, candidates = [], 0
        call.append(job)
        candidates += job.weight
    if call:
        yield call
