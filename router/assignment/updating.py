"""Updating: a work item becomes what it is known to be by now, and goes to somebody else where its route asks for that.

What changed is an event of its own; where it is decided anew, the decision follows it in the same step. What it was
charged and counted when its owner got it stays as it is.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from failures import Failure
from router.assignment.children import check_unblocked
from router.assignment.commands import Changed, Moved, Refusal, UpdateRequest
from router.assignment.content import change_of, is_of_other_customer, names, updated_item
from router.assignment.enrichment import with_customers, with_severity_again
from router.assignment.jobs import update_command
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments, CustomerScores
from router.assignment.queries import StoredItem, WorkItemQueries
from router.assignment.replanning import Again, until_it_holds
from router.model.decision import Decision, Outcome
from router.model.dispatch import Answer, DispatchClock, OpenOffer
from router.model.errors import Conflict, InvalidInput, NotPossible, RequestIdReused, StaleEtag
from router.model.identity import normal_external_id, normal_source
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, TRANSITIONS, WorkItem, canonical, fingerprint_of
from router.process.stages.children import check_dates
from router.process.stages.places import StagePlace, check_required, next_place

_FOUND = (Outcome.ASSIGNED, Outcome.OFFERED)


class Updating:
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
    """

    def __init__(
        self, store: Assignments, planners: PlannerCache, queries: WorkItemQueries, customer_scores: CustomerScores
    ) -> None:
        self._store = store
        self._planners = planners
        self._queries = queries
        self._customer_scores = customer_scores

    async def update(self, tenant: str, request: UpdateRequest, *, preview: bool = False) -> StoredItem:
        """Update a work item, or have it enter a stage with what it becomes; return it as it stands then.

        Raises
        ------
        NotFound
            If there is no such work item.
        StaleEtag, Conflict
            If it changed since it was read.
        NotPossible
            If it is closed, or no rule set is published; of a stage also if it is in no process, the stage may not
            follow, it would lack what that requires, or a child that blocks is open.
        InvalidInput
            If a path names nothing that there is, its process has no such stage, today's rules cannot read what it
            becomes, or what the stage opens for each date of a list is to be opened for what is none.
        RequestIdReused, StoreUnavailable
            As ``Router.route``.
        """
        fingerprint = update_fingerprint(request)
        once = partial(self._once, tenant, request, fingerprint, preview)
        updated = await until_it_holds(self._planners, self._store.expected_ms(tenant), tenant, once)
        if updated is None:
            raise Conflict(_name(tenant, request), "changes faster than one can write: try again")
        return updated

    async def _once(
        self, tenant: str, request: UpdateRequest, fingerprint: str, preview: bool, planner: Planner, at_ms: int
    ) -> StoredItem | Failure | Again:
        """Go round once."""
        stored = await self._queries.item(tenant, request.item_id)
        if request.request_id and await self._store.has_done(tenant, request.request_id, fingerprint):
            return await self._queries.item(tenant, request.item_id)  # as it stands behind that
        name = _name(tenant, request)
        _check(name, stored, request)
        place = next_place(name, stored.place, request.stage) if request.stage else None
        if place and request.by_owner:
            _check_given(place, request)
        if place and stored.place:
            children = await self._queries.children(tenant, stored.record.item_id)
            check_unblocked(name, stored.place, place.stage.id, children)
        try:
            item = await self._content(tenant, planner, stored, request)
            if place:
                check_required(name, place.stage, item.attributes, planner.rule_set)
                check_dates(place.stage, item.attributes)
            pool = place.stage.pool if place else stored.routed_to
            change = change_of(planner, stored.record, stored.item, item, place, pool)
            if change is None:
                is_kept = preview or await self._kept(tenant, request.request_id, fingerprint, stored.record)
                return stored if is_kept else Again()
            had = await self._queries.tried(tenant, stored.record) if change.is_decided and not place else None
            job = update_command(planner, request, stored.record, item, change, fingerprint, at_ms, pool, had)
        except InvalidInput as error:
            return error
        match await self._store.update(tenant, planner.revisions, job, preview=preview):
            case Changed() as changed if preview:
                previewed = _previewed(stored, item, job.head.priority, changed)
                return _advanced(previewed, place) if place else previewed
            case Changed(number=number):
                return replace(await self._queries.item(tenant, request.item_id), updated_by=number)
            case Moved(now_ms=now_ms):
                return Again(now_ms)
            case Refusal.REQUEST_ID_REUSED:
                raise RequestIdReused(request.request_id)
            case _:
                return Again()

    async def _kept(self, tenant: str, request_id: str, fingerprint: str, record: ItemRecord) -> bool:
        """Keep that a request changed nothing: sent again it is not to undo what others did since. False: the work item
        is another by now.
        """
        return await self._store.keep_request(
            tenant, request_id, fingerprint, record.item_id, expected=record.version, number=0
        )

    async def _content(self, tenant: str, planner: Planner, stored: StoredItem, request: UpdateRequest) -> WorkItem:
        """Return what a work item becomes: with what is known of its customer, where that is another one by then; as
        severe as follows from it, where its process says so.
        """
        item = updated_item(planner.rule_set, stored.item, request)
        if is_of_other_customer(planner.rule_set, stored.item, item):
            (item,) = await with_customers(self._customer_scores, tenant, planner.rule_set, [item])
        process = stored.place.process if stored.place else None
        if process is None or process.severity is None:
            return item
        is_given = names(request, process.severity.field)
        return with_severity_again(planner, process, stored.item, item, is_given=is_given)


def update_fingerprint(request: UpdateRequest) -> str:
    """Return what tells a repeated request from a reused id."""
    content = [canonical(request.attributes), request.value, request.priority, sorted(request.paths)]
    content += [request.note] * bool(request.note)
    what = ["advance", request.stage] if request.stage else ["update"]
    return fingerprint_of(request.request_id, *what, request.item_id, *content)


def _name(tenant: str, request: UpdateRequest) -> str:
    return f"tenants/{tenant}/workItems/{request.item_id}"


def _check(name: str, stored: StoredItem, request: UpdateRequest) -> None:
    """Refuse what is closed, or changed since it was read."""
    if request.expected not in (None, stored.record.version):
        raise StaleEtag(name, "changed since it was read: read it again")
    if stored.record.state in CLOSED_STATES:
        raise NotPossible(name, f"is {stored.record.state}; reopen it before it is updated")
    _check_identity(stored.item, request)


def _check_given(place: StagePlace, request: UpdateRequest) -> None:
    """Refuse what its owner may not change: all but what the stage requires, and what its approval looks at."""
    required, approve = place.stage.required, place.stage.approve
    looked_at = [approve.when.field] if approve and approve.when else []
    for name in sorted(set(request.attributes) - {*required, *looked_at}):
        allowed = f"only what it requires: {', '.join(required)}" if required else "nothing, for it requires nothing"
        if looked_at:
            allowed = f"only what it requires or its approval looks at: {', '.join([*required, *looked_at])}"
        raise InvalidInput.of(f"attributes.{name}", f"with stage {place.stage.id} a rep may give {allowed}")


def _check_identity(stored: WorkItem, request: UpdateRequest) -> None:
    """Refuse what would be another work item by then."""
    same = {
        "kind": request.kind in (None, stored.kind),
        "source": normal_source(request.source) in ("", normal_source(stored.source)),
        "external_id": normal_external_id(request.external_id) in ("", normal_external_id(stored.external_id)),
    }
    for field in (field for field, is_so in same.items() if not is_so):
        raise InvalidInput.of(f"work_item.{field}", "cannot be changed: leave it out, or as it is")


def _offer_of(decision: Decision) -> OpenOffer:
    """Return the offer that a preview would make: it has no number yet, and no time runs."""
    return OpenOffer(decision.number, decision.rep, decision.pool, 0, DispatchClock.WALL, decision.at_ms)


def _previewed(stored: StoredItem, item: WorkItem, priority: int, changed: Changed) -> StoredItem:
    """Return how a work item would stand."""
    record, decision = stored.record, changed.decision
    if record.offer:  # which is rescinded
        record = replace(record, state=TRANSITIONS[record.state][Answer.RESCINDED], offer=None)
    if decision and (decision.outcome in _FOUND or not record.owner):
        is_given = decision.outcome is Outcome.ASSIGNED
        record = replace(
            record,
            state=TRANSITIONS[record.state][decision.outcome],
            owner=decision.rep if is_given else "",
            pool=decision.pool if is_given else "",
            epoch=decision.epoch,
            offer=_offer_of(decision) if decision.outcome is Outcome.OFFERED else None,
        )
    return replace(stored, record=record, item=item, priority=priority)


def _advanced(stored: StoredItem, place: StagePlace) -> StoredItem:
    """Return how a work item would stand in its process, closed where its stage closes it."""
    state = place.stage.closes or stored.record.state
    return replace(stored, record=replace(stored.record, state=state), place=place)
