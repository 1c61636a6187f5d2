"""Entering a page of work items with their owners: each for itself, and once, however often it is tried."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from failures import AlreadyExists, Failure, Violation
from router.assignment.arrivals import ArrivalStamps
from router.assignment.commands import BindCommand, ImportedItem, KnownAs, Moved, Refusal, RouteRequest, in_calls
from router.assignment.enrichment import filled
from router.assignment.jobs import import_command
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import MAX_JOBS, Assignments, CustomerScores
from router.assignment.queries import WorkItemQueries
from router.assignment.replanning import OUTDATED, Again, until_it_holds
from router.model.decision import Cause, Decision, Outcome
from router.model.errors import CorruptHistory, InvalidInput, NotFound, NotPossible, StaleRevision
from router.model.identity import normal_id
from router.model.instants import written
from router.model.workitem import item_id
from router.process.revisions.cache import NO_PROCESSES

_Bound = Decision | Refusal | KnownAs | Moved


class Imports:
    """The use case.

    Parameters
    ----------
    store
        Owners, loads, ledgers.
    planners
        Rules and workforce.
    queries
        Work items as they stand.
    customer_scores
        What is known of customers.
    hides_external_id
        Whether external ids are personal, and ids are made without them.
    """

    def __init__(
        self,
        store: Assignments,
        planners: PlannerCache,
        queries: WorkItemQueries,
        customer_scores: CustomerScores,
        *,
        hides_external_id: bool = False,
    ) -> None:
        self._hides_external_id = hides_external_id
        self._store = store
        self._planners = planners
        self._customer_scores = customer_scores
        self._stamps = ArrivalStamps(store, queries)

    async def check(self, tenant: str) -> None:
        """See whether there is anything to import by.

        Raises
        ------
        NotPossible
            If no rule set is published.
        """
        await self._planners.current(tenant)

    def item_id(self, entry: ImportedItem) -> str:
        """Return the id that a work item gets."""
        return item_id(entry.item, "", hides_external_id=self._hides_external_id)

    async def preview(self, tenant: str, entries: Sequence[ImportedItem]) -> list[Decision | Failure]:
        """Answer as ``enter`` would, of any number, writing nothing; of two with one id the later is known already."""
        answers, first = list[Decision | Failure](), dict[str, ImportedItem]()
        for start in range(0, len(entries), MAX_JOBS):
            answers += await self.enter(tenant, entries[start : start + MAX_JOBS], preview=True)
        for place, entry in enumerate(entries):
            before = first.setdefault(normal_id(entry.item, hides_external_id=self._hides_external_id), entry)
            if isinstance(answers[place], Decision) and before != entry:
                answers[place] = AlreadyExists("work item", f"tenants/{tenant}/workItems/{self.item_id(before)}")
        return answers

    async def enter(
        self, tenant: str, entries: Sequence[ImportedItem], actor: str = "", *, preview: bool = False
    ) -> list[Decision | Failure]:
        """Enter up to ``MAX_JOBS`` work items, in order; an answer or an error each.

        What is known already is refused, unless it was imported before just so: then it is answered again, whatever has
        become of it, its owner or the rules since.

        Raises
        ------
        NotPossible, StaleRevision, StoreUnavailable
            As ``Router.route``, for all at once.
        """
        once = partial(self._once, tenant, entries, actor, preview)
        answers = await until_it_holds(self._planners, self._store.expected_ms(tenant), tenant, once)
        if answers is None:
            raise StaleRevision(f"tenants/{tenant}", "rules or workforce change faster than one can import: try again")
        return [
            await self._before(tenant, entry) or answer if isinstance(answer, Failure) else answer
            for entry, answer in zip(entries, answers, strict=True)
        ]

    async def _before(self, tenant: str, entry: ImportedItem) -> Decision | None:
        """Return the decision that entered just this before; None: there is none."""
        item_id = self.item_id(entry)
        try:
            record = await self._store.item(tenant, item_id)
            if record is None or record.item_id != item_id:
                return None
            first = await self._store.decisions(tenant, [record.first])
        except CorruptHistory:
            return None
        return next((decision for decision in first if _is_the_same(entry, decision)), None)

    async def _once(
        self,
        tenant: str,
        entries: Sequence[ImportedItem],
        actor: str,
        preview: bool,
        planner: Planner,
        _expected_ms: int,
    ) -> list[Decision | Failure] | Again:
        """Go round once, by the store's own time: since when an owner has had a work item is compared with it."""
        jobs = await self._jobs(tenant, planner, entries, actor)
        readable = [job for job in jobs if isinstance(job, BindCommand)]
        if len(readable) < len(jobs) and not await self._planners.holds(tenant, planner):
            return OUTDATED  # other rules may read, and another workforce know, what these do not
        bound = [
            answer
            for call in in_calls(readable)
            for answer in await self._store.bind(tenant, planner.revisions, call, preview=preview)
        ]
        if Refusal.STALE_PROCESSES in bound:
            return Again()  # what is entered already is known then, just so
        answers = iter(bound)
        return [
            _answer(tenant, entry, job, next(answers)) if isinstance(job, BindCommand) else _masked(planner, job)
            for entry, job in zip(entries, jobs, strict=True)
        ]

    async def _jobs(
        self, tenant: str, planner: Planner, entries: Sequence[ImportedItem], actor: str
    ) -> list[BindCommand | Failure]:
        items = await filled(self._customer_scores, tenant, planner, [entry.item for entry in entries])
        requests = [RouteRequest(entry.item, arrived_us=entry.assigned_ms * 1000) for entry in entries]
        stamps = await self._stamps.of(tenant, planner.rule_set, requests)
        now_ms = await self._store.now_us(tenant) // 1000
        has_stages = any(entry.stage for entry in entries)
        published = await self._planners.processes(tenant) if has_stages else NO_PROCESSES
        return [
            _refusal(tenant, planner, entry, now_ms)
            or import_command(tenant, planner, entry, stamp.on(item), now_ms, actor, published)
            for entry, item, stamp in zip(entries, items, stamps, strict=True)
        ]


def _refusal(tenant: str, planner: Planner, entry: ImportedItem, now_ms: int) -> Failure | None:
    """Say why a work item cannot have its owner, or since then; None: it can."""
    rep, name = planner.roster.reps.get(entry.owner), f"tenants/{tenant}/reps/{entry.owner}"
    if rep is None:
        return NotFound("rep", name)
    if not rep.active:
        return NotPossible(name, "is inactive")
    if entry.assigned_ms > now_ms:
        fault = f"{written(entry.assigned_ms)}: must not be after now, {written(now_ms)}"
        return InvalidInput.of("assigned_time", fault)
    return None


def _masked(planner: Planner, error: Failure) -> Failure:
    """Leave values out that are personal: what was refused is told for days, and to whoever follows the import."""
    if not isinstance(error, InvalidInput):
        return error
    return InvalidInput(
        [
            Violation(violation.field, "not as the rules declare it; its value is personal, and not shown")
            if violation.field.rpartition("attributes.")[2] in planner.declared.fields
            else violation
            for violation in error.violations
        ]
    )


def _answer(tenant: str, entry: ImportedItem, job: BindCommand, answer: _Bound) -> Decision | Failure:
    name = f"tenants/{tenant}/workItems/{job.item_id}"
    match answer:
        case Decision(outcome=Outcome.ASSIGNED):
            return answer
        case Decision() if _is_the_same(entry, answer):
            return answer._replace(outcome=Outcome.ASSIGNED)
        case KnownAs(item_id=other):
            return AlreadyExists("work item", f"tenants/{tenant}/workItems/{other}")
        case Refusal.LOST:
            return CorruptHistory(name, "the log has not got its decision any more: somebody deleted it")
        case _:
            return AlreadyExists("work item", name)


def _is_the_same(entry: ImportedItem, decision: Decision) -> bool:
    """Say whether a decision entered just this; what the server filled in beside it is not compared."""
    head, stored, sent = decision.head, decision.head.item, entry.item
    given = {name: stored.attributes.get(name) for name in sent.attributes}
    is_same_item = (stored.kind, stored.value, stored.priority) == (sent.kind, sent.value, sent.priority)
    is_same_stage = (head.entered.stage if head.entered else "") == entry.stage
    is_same_owner = (head.cause, decision.rep, head.assigned_ms) == (Cause.IMPORTED, entry.owner, entry.assigned_ms)
    return is_same_owner and is_same_item and is_same_stage and given == dict(sent.attributes)
