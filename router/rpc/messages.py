"""Between messages and values: work items and decisions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any

from failures import shown
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from gateway.fields import finite, text, timestamp
from missing_words import BLANKS
from router.assignment.awaited import Awaited
from router.assignment.children import ChildStanding
from router.assignment.commands import RouteRequest
from router.assignment.comparison import KnownItem
from router.assignment.explanation import Candidate, Explanation, Reason, Refusals, RefusedCount, Verdict
from router.assignment.queries import StoredItem
from router.assignment.roster import Roster
from router.model.decision import Cause, Decision, Outcome, Way
from router.model.errors import CorruptHistory, InvalidInput
from router.model.records import UNASKED, ItemRecord, Satisfaction
from router.model.workforce import MICROS
from router.model.workitem import MAX_PRIORITY, MAX_VALUE, Kind, State, WorkItem
from router.rpc.fields import BASIC, View, plain, write_instant, write_struct
from router.rpc.offer_messages import offer_message
from router.submission.ports import WHY_UNREADABLE, Submission
from router.wording.decisions import listed, summary
from router.wording.languages import Language
from rules.reference import PredicateTrace
from store.durability import Durability

MAX_SOURCE = 128
MAX_EXTERNAL_ID = 256
MAX_CONTENT_BYTES = 64 * 1024

_KINDS = {number: Kind(name.removeprefix("KIND_")) for name, number in routing.WorkItem.Kind.items() if number}
KIND_NUMBERS: dict[Kind, Any] = {kind: number for number, kind in _KINDS.items()}
STATES: dict[State, Any] = {state: routing.WorkItem.State.Value(f"STATE_{state}") for state in State}
_OUTCOMES: dict[Outcome, Any] = {outcome: decisions.Decision.Outcome.Value(f"OUTCOME_{outcome}") for outcome in Outcome}
DURABILITIES: dict[Durability, Any] = {
    durability: decisions.Durability.Value(f"DURABILITY_{durability}") for durability in Durability
}
_CAUSES: dict[Cause, Any] = {cause: decisions.Decision.Cause.Value(f"CAUSE_{cause}") for cause in Cause}
_WAYS: dict[Way, Any] = {way: decisions.Decision.Way.Value(f"WAY_{way}") for way in Way}
AWAITED: dict[Awaited, Any] = {awaited: decisions.Decision.Awaited.Value(f"AWAITED_{awaited}") for awaited in Awaited}
_VERDICTS: dict[Verdict, Any] = {
    verdict: decisions.Candidate.Verdict.Value(f"VERDICT_{verdict}") for verdict in Verdict
}


def route_request(request: routing.RouteWorkItemRequest | routing.SubmitWorkItemRequest, actor: str) -> RouteRequest:
    """Read a request to route, now or later, by whomever.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says.
    """
    return RouteRequest(work_item(request.work_item), fields.request_id(request), actor)


def work_item(message: routing.WorkItem) -> WorkItem:
    """Read a work item; its output-only fields are ignored.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says; attributes are checked against the rule set later.
    """
    if not message.kind and not message.ListFields():
        raise InvalidInput.of("work_item", "is missing")
    kind = kind_of(message.kind, "work_item.kind")
    source, external_id, value, priority = message.source, message.external_id, message.value, message.priority
    if source or external_id:
        _check_key(source, external_id, "work_item.")
    if value:
        finite(value, 0, MAX_VALUE, "work_item.value")
    if not 0 <= priority <= MAX_PRIORITY:
        raise InvalidInput.of("work_item.priority", f"{priority}: must be 0 to {MAX_PRIORITY}")
    size = message.attributes.ByteSize()
    if size > MAX_CONTENT_BYTES:
        raise InvalidInput.of("work_item.attributes", f"{size} bytes: at most {MAX_CONTENT_BYTES}")
    return WorkItem(kind, source, external_id, plain(message.attributes), value, priority)


def kind_of(number: int, field: str) -> Kind:
    """Read what is routed.

    Raises
    ------
    InvalidInput
        If it is none of the contract's kinds.
    """
    kind = _KINDS.get(number)
    if kind is None:
        allowed = ", ".join(routing.WorkItem.Kind.keys()[1:])
        raise InvalidInput.of(field, f"{number}: must be one of {allowed}")
    return kind


def natural_key(source: str, external_id: str) -> tuple[str, str]:
    """Read where a work item comes from, and what it is called there; both are needed to find it.

    Raises
    ------
    InvalidInput
        If one of them is not as the contract says.
    """
    if not external_id:
        raise InvalidInput.of("external_id", "'': required with source, e.g. 'L-017'")
    _check_key(source, external_id)
    return source, external_id


def _check_key(source: str, external_id: str, where: str = "") -> None:
    text(source, MAX_SOURCE, f"{where}source")
    text(external_id, MAX_EXTERNAL_ID, f"{where}external_id")
    if external_id and not external_id.strip(BLANKS):
        raise InvalidInput.of(f"{where}external_id", f"{external_id!r}: must not be blank")
    if external_id and not source.strip(BLANKS):
        raise InvalidInput.of(f"{where}source", "'': required with external_id, e.g. 'crm'")


def pool_of(record: ItemRecord) -> str:
    """Return the pool that a work item's owner was chosen from, or that offers it; empty for none."""
    return record.offer.pool if record.offer else record.pool


def work_item_message(tenant: str, stored: StoredItem) -> routing.WorkItem:
    """Write a work item as it stands."""
    record, item, place = stored.record, stored.item, stored.place
    prefix = f"tenants/{tenant}"
    # what most do not have is left out here: each field that is named takes its time, empty or not
    message = routing.WorkItem(
        name=f"{prefix}/workItems/{record.item_id}",
        kind=KIND_NUMBERS[record.kind],
        priority=stored.priority,
        state=STATES[record.state],
        epoch=record.epoch,
        etag=str(record.version),
        decision=f"{prefix}/decisions/{record.decision}",
    )
    write_instant(message.create_time, stored.created_ms)
    _write_content(message, item)
    if record.owner:
        message.owner = f"{prefix}/reps/{record.owner}"
    if pool := pool_of(record):
        message.pool = f"{prefix}/pools/{pool}"
    if record.covered:
        message.covered_rep = f"{prefix}/reps/{record.covered}"
    if record.offer:
        message.offer.CopyFrom(offer_message(tenant, record.offer, stored.expires_ms))
    if place:
        message.process = f"{prefix}/processes/{place.process.id}@{place.process.revision}"
        message.stage = place.stage.id
    if item.opened_by:
        message.parent = f"{prefix}/workItems/{item.opened_by.parent}"
    if item.repeats:
        message.repeat_of = f"{prefix}/workItems/{item.repeats.item_id}"
    if record.satisfaction != UNASKED:
        message.satisfaction.CopyFrom(_satisfaction_message(record.satisfaction))
    return message


def _write_content(message: routing.WorkItem, item: WorkItem) -> None:
    write_struct(message.attributes, item.attributes)
    message.value = item.value
    if item.source:
        message.source, message.external_id = item.source, item.external_id


def _satisfaction_message(said: Satisfaction) -> routing.WorkItem.Satisfaction:
    return routing.WorkItem.Satisfaction(
        csat=said.csat or None, nps=said.nps if said.nps >= 0 else None, record_time=timestamp(said.at_ms * 1000)
    )


def with_children(tenant: str, message: routing.WorkItem, children: Iterable[ChildStanding]) -> routing.WorkItem:
    """Write into a message how the children of its work item stand."""
    prefix = f"tenants/{tenant}"
    for child in children:
        record = child.record
        stands = record.stage if record and record.stage else child.planned.entered
        message.children.add(
            work_item=f"{prefix}/workItems/{child.planned.item_id}",
            stage=stands.stage,
            state=STATES[record.state if record else State.RECEIVED],
            owner=f"{prefix}/reps/{record.owner}" if record and record.owner else "",
            blocks=child.planned.task.blocks,
            entry=child.planned.task.id,
            open_time=None if child.opens_ms is None else timestamp(child.opens_ms * 1000),
        )
    return message


def received_message(tenant: str, submission: Submission) -> routing.WorkItem:
    """Write a work item that is submitted and not routed yet.

    Raises
    ------
    CorruptHistory
        If this version cannot read it.
    """
    item = submission.item
    if item is None:
        raise CorruptHistory(f"tenants/{tenant}/workItems/{submission.item_id}", WHY_UNREADABLE)
    message = routing.WorkItem(
        name=f"tenants/{tenant}/workItems/{submission.item_id}",
        kind=KIND_NUMBERS[item.kind],
        priority=item.priority,
        state=STATES[State.RECEIVED],
    )
    write_instant(message.create_time, submission.submitted_us // 1000)
    _write_content(message, item)
    return message


def decision_message(
    tenant: str, decision: Decision, explanation: Explanation | None = None, view: View = BASIC
) -> decisions.Decision:
    """Write a decision; its words come later, once it is masked.

    Parameters
    ----------
    explanation
        Its full trace; needed where nobody was found and for the full view.
    view
        Whether to write all candidates and predicates, and in which language to sum up.
    """
    prefix, head, stand = f"tenants/{tenant}", decision.head, decision.stand
    tells_all = view.full and explanation is not None
    message = decisions.Decision.FromString(
        _template(
            f"{prefix}/pools/{decision.pool}" if decision.pool else "",
            decision.outcome,
            head.cause,
            head.way if decision.rep else None,
            head.rule_set_revision,
            head.workforce_revision,
            tuple(head.matched_rules),
            tuple(head.steps[: len(decision.seen)]),
            head.sla,
            head.actor,
            stand is not None and not tells_all,
        )
    )
    message.name = f"{prefix}/decisions/{decision.number}" if decision.number else ""
    message.work_item = f"{prefix}/workItems/{decision.item_id}"
    message.rep = rep = f"{prefix}/reps/{decision.rep}" if decision.rep else ""
    message.epoch = decision.epoch
    message.charge = decision.charge / MICROS
    message.trace_hash = decision.trace_hash
    if head.note:
        message.note = head.note
    write_instant(message.decide_time, decision.at_ms)
    if head.assigned_ms:
        message.assigned_time.FromMilliseconds(head.assigned_ms)
    if head.entered:
        message.stage = head.entered.stage
    if head.item.opened_by:
        message.parent = f"{prefix}/workItems/{head.item.opened_by.parent}"
    if head.pool:
        message.routed_pool = f"{prefix}/pools/{head.pool}"
    if head.item.repeats and head.cause is Cause.ROUTED:
        message.repeat_of = f"{prefix}/workItems/{head.item.repeats.item_id}"
        message.earlier_severity, message.severity, message.severity_field = head.item.repeats[1:]
    if head.covered:
        message.covered_rep = f"tenants/{tenant}/reps/{head.covered}"
    if explanation:
        message.refusal_summary = summary(explanation.refusals, view.language)
    if explanation and tells_all:
        message.candidates.extend(_candidate(prefix, each, view.language) for each in explanation.candidates)
        message.step_summaries.extend(map(_step_summary, explanation.steps))
        message.predicates.extend(_predicate(trace, explanation.erased) for trace in explanation.predicates)
    elif stand:
        chosen = message.candidates[0]
        chosen.rep, chosen.score = rep, stand.score
        chosen.entitlement = stand.entitlement / MICROS
        chosen.deficit_before, chosen.deficit_after = stand.before / MICROS, stand.after / MICROS
    return message


@lru_cache(4096)
def _template(
    pool: str,
    outcome: Outcome,
    cause: Cause,
    way: Way | None,
    rule_set_revision: int,
    workforce_revision: int,
    matched_rules: Sequence[str],
    steps: Sequence[str],
    sla: str,
    actor: str,
    has_chosen: bool,
) -> bytes:
    """Return what many decisions have in common: reading it is faster than setting its fields one by one."""
    chosen = decisions.Candidate(verdict=decisions.Candidate.VERDICT_CHOSEN)
    return decisions.Decision(
        pool=pool,
        outcome=_OUTCOMES[outcome],
        cause=_CAUSES[cause],
        way=_WAYS[way] if way else None,
        rule_set_revision=rule_set_revision,
        workforce_revision=workforce_revision,
        matched_rules=matched_rules,
        steps=steps,
        sla=sla,
        actor=actor,
        candidates=[chosen] if has_chosen else [],
    ).SerializeToString()


def _step_summary(refusals: Refusals) -> decisions.StepSummary:
    return decisions.StepSummary(
        eligible=refusals.eligible,
        members=refusals.looked_at,
        refused=map(_refused, refusals.counts),
        missing_pool=refusals.missing_pool,
    )


def _refused(counted: RefusedCount) -> decisions.Refused:
    lift = timestamp(counted.lift_ms * 1000) if counted.lift_ms else None
    return decisions.Refused(code=counted.code, field=counted.field, count=counted.reps, lift_time=lift)


def name_people(message: decisions.Decision, roster: Roster) -> None:
    """Write into a decision how people are called."""
    rep, pool = roster.reps.get(_id_of(message.rep)), roster.pools.get(_id_of(message.pool))
    covered = roster.reps.get(_id_of(message.covered_rep))
    message.rep_display_name = rep.display_name if rep else ""
    message.covered_rep_display_name = covered.display_name if covered else ""
    message.pool_display_name = pool.display_name if pool else ""
    for candidate in message.candidates:
        looked_at = roster.reps.get(_id_of(candidate.rep))
        candidate.rep_display_name = looked_at.display_name if looked_at else ""


def _id_of(name: str) -> str:
    return name.rpartition("/")[2]


def known_message(known: KnownItem) -> decisions.KnownWorkItem:
    """Write how a work item stands that was sent again."""
    return decisions.KnownWorkItem(
        state=known.state,
        open=known.is_open,
        owner_active=known.is_owner_active,
        differences=[
            decisions.Difference(field=each.field, stored=_as_json(each.stored), sent=_as_json(each.sent))
            for each in known.differences
        ],
        erased=known.erased,
    )


def _candidate(prefix: str, candidate: Candidate, language: Language) -> decisions.Candidate:
    return decisions.Candidate(
        rep=f"{prefix}/reps/{candidate.rep}",
        verdict=_VERDICTS[candidate.verdict],
        reasons=[_reason(reason, language) for reason in candidate.reasons],
        entitlement=candidate.entitlement / MICROS,
        deficit_before=candidate.before / MICROS,
        deficit_after=candidate.after / MICROS,
        score=candidate.score,
    )


def _reason(reason: Reason, language: Language) -> decisions.Reason:
    return decisions.Reason(
        code=reason.code,
        field=reason.field,
        actual=listed(reason.actual, language),
        required=listed(reason.required, language),
        operator=reason.op,
        item_field=reason.item_field,
        lift_time=timestamp(reason.lift_ms * 1000) if reason.lift_ms else None,
        window=reason.window,
        time_zone=reason.time_zone,
        official_until=reason.official_until,
    )


def _predicate(trace: PredicateTrace, erased: AbstractSet[str]) -> decisions.Predicate:
    return decisions.Predicate(
        path=trace.path,
        field=trace.field,
        op=trace.op,
        expected=_as_json(trace.expected),
        actual=_as_json(trace.actual),
        holds=trace.holds,
        erased=trace.field in erased,
    )


def _as_json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def check_kind_name(name: str, field: str) -> Kind:
    """Read a kind by its name, as capacity maps use it.

    Raises
    ------
    InvalidInput
        If there is no such kind.
    """
    try:
        return Kind(name)
    except ValueError:
        raise InvalidInput.of(field, f"{shown(name)}: must be one of {', '.join(Kind)}") from None
