"""From a wish to a job: what a planner says about a work item becomes what the store is asked to do for it. Pure.

Each maker below plans in its own way and says what it insists on; ``_job`` is where all of them end.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from failures import Failure
from router.assignment.caps import amounts_of
from router.assignment.choice import rotation_of
from router.assignment.commands import (
    ANY,
    NEW,
    BindCommand,
    Change,
    ImportedItem,
    Mode,
    ReassignRequest,
    ReopenRequest,
    RouteRequest,
    UpdateRequest,
    request_fingerprint,
)
from router.assignment.content import PRIORITY, change_of
from router.assignment.customers import customer_of, move_of
from router.assignment.planner import Plan, Planner
from router.assignment.recusal import meant_by
from router.model.decision import Cause, DecisionInputs, EnteredStage, Outcome, StepOfDeadline
from router.model.errors import InvalidInput, NotFound, NotPossible
from router.model.events import Content
from router.model.identity import is_normal, normal_id
from router.model.records import ItemRecord
from router.model.sealing import NO_OPENINGS, NOT_PERSONAL, seal, sealed_fields
from router.model.workitem import CLOSED_STATES, MAX_PRIORITY, WorkItem, item_id
from router.process.definition.tasks import is_of_child
from router.process.revisions.cache import NO_PROCESSES, PublishedProcesses
from router.process.stages.children import PlannedChild
from router.process.stages.places import StagePlace, check_required, first_of, member_entry, place_of, stage_of
from router.rules.route import HANDLERS
from router.rules.stamps import check_unstamped
from router.workforce.covers import Hindrance
from rules.reference import trace


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
    head = _head(planner, plan, item, Cause.ROUTED, _left_out(plan, (), handlers), actor=request.actor)
    return _job(planner, plan, Mode.ROUTE, identity, head, content, expected, request.request_id, fingerprint, normal)


def reassign_command(
    tenant: str,
    planner: Planner,
    request: ReassignRequest,
    record: ItemRecord,
    item: WorkItem,
    fingerprint: str,
    at_ms: int,
    pool: str = "",
    had: tuple[str, ...] | None = None,
) -> BindCommand:
    """Make the job of moving a work item; ``item`` is its content, ``fingerprint`` the request's.

    Parameters
    ----------
    pool
        The one that its process routes it to; empty: none. Likewise below.
    had
        Who has had it since it entered its stage; None: all who ever had it. Likewise below.

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
    rep = request.rep
    if rep:
        _check_named(tenant, planner, rep, record)
    offered_to = record.offer.rep if record.offer else ""
    handlers = tuple(dict.fromkeys(filter(None, (*handlers_of(record), offered_to))))
    left_out = handlers if had is None else tuple(dict.fromkeys(filter(None, (*had, offered_to))))
    tried = () if rep else left_out
    plan = planner.plan(item, at_ms, tried=frozenset(tried), handlers=handlers, named=rep, pool=pool)
    if fields := plan.recused.get(rep):
        raise _recused(tenant, rep, fields)
    cause = Cause.OVERRIDE if rep else Cause.REASSIGNED
    head = _head(planner, plan, item, cause, _left_out(plan, tried, handlers), rep, request.note, request.actor, pool)
    return _job_of_known(planner, plan, Mode.REASSIGN, record, head, request, fingerprint)


def reopen_command(
    planner: Planner,
    request: ReopenRequest,
    record: ItemRecord,
    item: WorkItem,
    fingerprint: str,
    at_ms: int,
    owner: str = "",
    published: PublishedProcesses = NO_PROCESSES,
) -> BindCommand:
    """Make the job of reopening a work item for an owner; without one for whom rules and ledger choose.

    It enters the first stage of the process that is active for its kind.

    Raises
    ------
    InvalidInput
        If the planner's rules cannot read the work item.
    """
    handlers = handlers_of(record)
    plan = planner.plan(item, at_ms, handlers=handlers, named=owner, apart=True)
    left_out = _left_out(plan, (), handlers)
    head = _head(planner, plan, item, Cause.REOPENED, left_out, owner, request.reason, request.actor)
    head = head._replace(entered=_entered_anew(published, record))
    job = _job_of_known(planner, plan, Mode.REOPEN, record, head, request, fingerprint)
    return job._replace(processes=published.newest)


def _entered_anew(published: PublishedProcesses, record: ItemRecord) -> EnteredStage | None:
    """Return the stage that a work item enters by being reopened, a child its own; None: it was in no process, and is
    in none.
    """
    if record.stage and is_of_child(record.stage.stage):
        return EnteredStage(record.stage.revision, record.stage.stage)
    place = first_of(published, record.kind)
    if place:
        return EnteredStage(place.process.revision, place.stage.id)
    return EnteredStage(0, "") if place_of(published, record) else None


def update_command(
    planner: Planner,
    request: UpdateRequest,
    record: ItemRecord,
    item: WorkItem,
    change: Change,
    fingerprint: str,
    at_ms: int,
    pool: str = "",
    had: tuple[str, ...] | None = None,
) -> BindCommand:
    """Make the job of giving a work item other content, ``item``.

    Where it is decided anew, whoever has it, or had it, is left out as if it were reassigned, as it enters a stage its
    owner alone; of what nobody has, only where the route excludes them.

    Raises
    ------
    InvalidInput
        If the planner's rules cannot read it.
    """
    handlers = handlers_of(record)
    left_out = handlers if had is None else had
    tried = ((record.owner,) if change.entered else left_out) if record.owner else ()
    plan = planner.plan(item, at_ms, tried=frozenset(tried), handlers=handlers, pool=pool)
    if not change.is_decided:
        plan = plan._replace(attempts=(), interval=None)
    without = _left_out(plan, tried, handlers) if change.is_decided else ()
    head = _head(planner, plan, item, Cause.UPDATED, without, note=request.note, actor=request.actor, pool=pool)
    job = _job_of_known(planner, plan, Mode.UPDATE, record, head, request, fingerprint)
    job = job._replace(change=change, move=move_of(planner.rule_set.known_customer, item, change.before))
    before, openings = seal(job.head._replace(item=change.before, note=""), planner.personal)
    if before.item is change.before:
        return job
    customer = customer_of(planner.rule_set.known_customer, item)
    sealed = {**job.openings, **openings}
    return job._replace(change=change._replace(before=before.item), openings=sealed, customer=customer)


def import_command(
    tenant: str,
    planner: Planner,
    entry: ImportedItem,
    item: WorkItem,
    at_ms: int,
    actor: str = "",
    published: PublishedProcesses = NO_PROCESSES,
) -> BindCommand | Failure:
    """Make the job of entering a work item with its owner, where none of its name is there; an error where the
    planner's rules cannot read it, or recuse the owner, or it cannot come in its stage. ``item`` is the entry's, with
    what is filled in.
    """
    hides_id = planner.personal.external_id
    identity = item_id(item, "", hides_external_id=hides_id)
    normal = normal_id(item, hides_external_id=hides_id)
    try:
        check_unstamped(planner.rule_set, entry.item)
        name = f"tenants/{tenant}/workItems/{identity}"
        place = _place_from_elsewhere(name, planner, published, entry.stage, item) if entry.stage else None
        pool = place.stage.pool if place else ""
        plan = planner.plan(item, at_ms, named=entry.owner, apart=True, pool=pool)
    except Failure as error:
        return error
    if fields := plan.recused.get(entry.owner):
        return _recused(tenant, entry.owner, fields)
    head = _head(planner, plan, item, Cause.IMPORTED, named=entry.owner, actor=actor, pool=pool)
    head = head._replace(assigned_ms=entry.assigned_ms)
    if place is None:
        return _job(planner, plan, Mode.ROUTE, identity, head, item.pack(), NEW, normal=normal)
    head = head._replace(entered=EnteredStage(place.process.revision, place.stage.id))
    job = _job(planner, plan, Mode.ROUTE, identity, head, item.pack(), NEW, normal=normal)
    return job._replace(processes=published.newest)


def _place_from_elsewhere(
    name: str, planner: Planner, published: PublishedProcesses, stage: str, item: WorkItem
) -> StagePlace:
    """Return the stage in which a work item is imported.

    Raises
    ------
    NotPossible
        If no process is active for its kind, the stage closes, or it lacks what that requires.
    InvalidInput
        If the process has no such stage.
    """
    place = first_of(published, item.kind)
    if place is None:
        raise NotPossible(name, f"no process is published for {item.kind}: it cannot stand in stage {stage}")
    entered = stage_of(place.process, stage)
    if entered.closes:
        raise NotPossible(name, f"stage {stage} closes what enters it; only what is open is imported")
    check_required(name, entered, item.attributes, planner.rule_set)
    return StagePlace(place.process, entered)


def cover_command(
    planner: Planner, record: ItemRecord, item: WorkItem, rep: str, at_ms: int, pool: str = ""
) -> BindCommand | Hindrance:
    """Make the job of giving a work item to whoever is to have it while somebody is on leave, or back to them when they
    are not; or say why not: the planner's rules cannot read it, or recuse whoever is to get it.
    """
    is_return = rep == record.whose
    handlers = tuple(each for each in handlers_of(record) if each != record.whose)
    try:
        plan = planner.plan(item, at_ms, handlers=handlers, named=rep, apart=True, pool=pool)
    except InvalidInput:
        return Hindrance.UNREADABLE
    if rep in plan.recused:
        return Hindrance.CONFLICT
    mode, cause = (Mode.RETURN, Cause.COVER_ENDED) if is_return else (Mode.COVER, Cause.COVERED)
    head = _head(planner, plan, item, cause, _left_out(plan, (), handlers), rep, pool=pool)
    if not is_return:
        head = head._replace(covered=record.whose)
    return _job_of_known(planner, plan, mode, record, head)


def escalate_command(
    planner: Planner,
    record: ItemRecord,
    item: WorkItem,
    step: StepOfDeadline,
    at_ms: int,
    had: tuple[str, ...],
    pool: str = "",
    keeper: str = "",
) -> BindCommand | Failure | None:
    """Make the job of giving a work item to somebody who has not had it in its stage, for a step of a deadline; an
    error where the planner's rules cannot read it, None where they recuse the keeper. It is done only as long as
    nothing has happened behind the record.

    Parameters
    ----------
    had
        Who has had it in its stage.
    keeper
        The manager who keeps it, apart from the ledger; empty: rules and ledger choose.
    """
    handlers = handlers_of(record)
    try:
        plan = planner.plan(
            item, at_ms, tried=frozenset(had), handlers=handlers, named=keeper, apart=bool(keeper), pool=pool
        )
    except InvalidInput as error:
        return error
    if keeper in plan.recused:
        return None
    head = _head(planner, plan, item, Cause.ESCALATED, _left_out(plan, had, handlers), keeper, pool=pool)
    head = head._replace(escalates=step)
    return _job_of_known(planner, plan, Mode.ESCALATE, record, head)._replace(expected=record.event)


def raise_command(
    planner: Planner,
    record: ItemRecord,
    content: Content,
    step: StepOfDeadline,
    by: int,
    at_ms: int,
    pool: str = "",
    had: tuple[str, ...] | None = None,
) -> BindCommand | Failure | None:
    """Make the job of raising a work item's priority, for a step of a deadline; an error where the planner's rules
    cannot read it, None where it is the most that one may be. It is done as ``escalate_command`` is.

    Parameters
    ----------
    content
        The event that says what it is.
    had
        See ``update_command``.
    """
    before, priority = content.head.item, min(content.head.priority + by, MAX_PRIORITY)
    if priority == content.head.priority:
        return None
    after = before._replace(priority=priority)
    request = UpdateRequest(record.item_id, {}, 0, priority, frozenset({PRIORITY}))
    try:
        change = change_of(planner, record, before, after, pool=pool)
        assert change is not None  # of the priority
        job = update_command(planner, request, record, after, change, "", at_ms, pool, had)
    except InvalidInput as error:
        return error
    return job._replace(mode=Mode.RAISE, head=job.head._replace(escalates=step), expected=record.event)


def open_command(
    planner: Planner, child: PlannedChild, at_ms: int, published: PublishedProcesses
) -> BindCommand | Failure:
    """Make the job of opening a child, which stands in a stage of its parent's process, and keeps whom it excludes; an
    error where the planner's rules cannot read it. It is done where the child is not there yet.
    """
    excluded = meant_by(child.excluded, planner.roster.names)
    item = child.item._replace(opened_by=child.opened_by._replace(excluded=excluded))
    try:
        item = _readable(planner, _guarded(planner, child, item))
        plan = planner.plan(item, at_ms)
    except InvalidInput as error:
        return error
    head = _head(planner, plan, item, Cause.OPENED)._replace(entered=_opened_in(child, published))
    job = _job(planner, plan, Mode.ROUTE, child.item_id, head, item.pack(), NEW)
    return job._replace(processes=published.newest)


def _opened_in(child: PlannedChild, published: PublishedProcesses) -> EnteredStage:
    """Return the stage that a child enters: of a full member of the process, at the revision that is active by then."""
    if not child.task.stage:
        return child.entered
    return member_entry(published, published.of(child.item.kind), child.entered)


def _guarded(planner: Planner, child: PlannedChild, item: WorkItem) -> WorkItem:
    """Return what is opened without what is personal of its parent, and would not be of it, as is declared by now."""
    fields = planner.personal.fields
    told = {name for name, field in child.task.copied if field in fields and name not in fields}
    if told.isdisjoint(item.attributes):
        return item
    return item._replace(attributes={name: it for name, it in item.attributes.items() if name not in told})


def _readable(planner: Planner, item: WorkItem) -> WorkItem:
    """Return what is opened without what it would have of its parent and the rules, of by now, do not take."""
    try:
        planner.fact_of(item)
    except InvalidInput as error:
        refused = {violation.field.rpartition("attributes.")[2] for violation in error.violations}
        return item._replace(attributes={name: it for name, it in item.attributes.items() if name not in refused})
    return item


def wake_command(
    planner: Planner, record: ItemRecord, item: WorkItem, at_ms: int, pool: str = ""
) -> BindCommand | Failure:
    """Make the job of finding an owner for what waits; an error where the planner's rules cannot read it."""
    try:
        plan = planner.plan(item, at_ms, handlers=record.tried, pool=pool)
    except InvalidInput as error:
        return error
    head = _head(planner, plan, item, Cause.WOKEN, _left_out(plan, (), record.tried), pool=pool)
    return _job_of_known(planner, plan, Mode.WAKE, record, head)


def _job_of_known(
    planner: Planner,
    plan: Plan,
    mode: Mode,
    record: ItemRecord,
    head: DecisionInputs,
    request: ReassignRequest | ReopenRequest | UpdateRequest | None = None,
    fingerprint: str = "",
) -> BindCommand:
    """Make a job of a work item that is there: it insists on what the request does, or on the version that was read."""
    request_id, expected = (request.request_id, request.expected) if request else ("", None)
    version = record.version if expected is None else expected
    return _job(planner, plan, mode, record.item_id, head, head.item.pack(), version, request_id, fingerprint)


def _job(
    planner: Planner,
    plan: Plan,
    mode: Mode,
    identity: str,
    head: DecisionInputs,
    content: bytes,
    expected: int,
    request_id: str = "",
    fingerprint: str = "",
    normal: str = "",
) -> BindCommand:
    """Make the job of a work item, the head's, by its plan; ``identity`` and ``normal`` are ids. What is personal is
    sealed.
    """
    job = BindCommand(  # by position: twenty names cost a microsecond, and it is per call
        identity,
        plan.kind,
        mode,
        tuple([(attempt.candidates, attempt.charge) for attempt in plan.attempts]),
        Outcome.WAITING if plan.waits else Outcome.UNROUTED,
        rotation_of(identity),
        head,
        content,
        plan.weight,
        request_id,
        fingerprint,
        expected,
        head.named,
        NO_OPENINGS,
        "",
        normal if normal != identity else "",
        plan.interval,
        amounts_of(head.item),
    )
    return _sealed(planner, plan, job)


def _sealed(planner: Planner, plan: Plan, job: BindCommand) -> BindCommand:
    """Seal what is personal in a job, and say whose work item comes; the very same job where nothing is either."""
    known_customer = planner.rule_set.known_customer
    if known_customer and job.mode is Mode.ROUTE:
        job = job._replace(move=move_of(known_customer, job.head.item))
    if planner.personal is NOT_PERSONAL and not job.head.note:
        return job
    head, openings = seal(job.head, planner.personal)
    if head is job.head:
        return job
    sealed, plain = sealed_fields(head.item), job.head.item
    head = head._replace(outcomes=outcomes_of(planner, plan, sealed))
    customer = customer_of(known_customer, plain)
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
    tried: tuple[str, ...] = (),
    named: str = "",
    note: str = "",
    actor: str = "",
    pool: str = "",
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
        pool=pool,
    )
