"""Deadlines, and steps of them that were reached, as messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.duration_pb2 import Duration

from fairlead.v1 import deadlines_pb2 as deadlines
from fairlead.v1 import processes_pb2 as processes
from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from router.assignment.queries import StoredItem
from router.deadlines.approval_queries import PendingApproval
from router.deadlines.approving import AskedApproval
from router.deadlines.digest_queries import ToldDigest
from router.deadlines.figures import ProcessCounts
from router.deadlines.migrating import MigratedItem
from router.deadlines.moved import MovedDeadline
from router.deadlines.queries import ListedDeadline
from router.deadlines.reached import MigratedWay, Reached
from router.deadlines.recipients import Recipients
from router.deadlines.surveying import PendingSurvey
from router.model.digests import DigestKind
from router.model.events import Note, Noted
from router.process.definition.deadlines import CHANGING, Act
from router.process.definition.processes import Process
from router.process.definition.tasks import CSAT, NPS
from router.process.due.due_steps import fired_steps
from router.process.due.standings import DeadlineState
from router.process.due.time_parts import PartKind, TimeSpent, cause_of_breach
from router.process.life.asks import AskState
from router.process.stages.approvals import looked_at
from router.process.stages.surveys import SpareReason
from router.rpc.fields import struct

STATES: Mapping[DeadlineState, Any] = {
    state: deadlines.Deadline.State.Value(f"STATE_{state}") for state in DeadlineState
}
KINDS: Mapping[PartKind, Any] = {kind: deadlines.TimePart.Kind.Value(f"KIND_{kind}") for kind in PartKind}
_LATE = (DeadlineState.MISSED, DeadlineState.OVERDUE)
APPROVALS: Mapping[AskState, Any] = {
    state: deadlines.Approval.State.Value(f"STATE_{state}") for state in AskState if state is not AskState.VOID
}
ACTS: Mapping[Act, Any] = {act: deadlines.DeadlineStep.Act.Value(f"ACT_{act.name}") for act in Act}
_QUESTIONS: Mapping[str, Any] = {CSAT: deadlines.Survey.QUESTION_CSAT, NPS: deadlines.Survey.QUESTION_NPS}
_SPARED: Mapping[SpareReason, Any] = {why: deadlines.Survey.Spared.Value(f"SPARED_{why}") for why in SpareReason}
DIGESTS: Mapping[DigestKind, Any] = {kind: deadlines.Digest.Kind.Value(f"KIND_{kind.name}") for kind in DigestKind}


def process_name(tenant: str, process: Process) -> str:
    """Name a process at a revision."""
    return f"tenants/{tenant}/processes/{process.id}@{process.revision}"


def deadline_message(tenant: str, listed: ListedDeadline) -> deadlines.Deadline:
    """Write a deadline."""
    standing = listed.standing
    message = deadlines.Deadline(
        work_item=f"tenants/{tenant}/workItems/{listed.item_id}",
        process=process_name(tenant, listed.process),
        stage=standing.stage,
        deadline=standing.deadline.id,
        state=STATES[listed.state],
        owner=_rep_name(tenant, standing.owner) if standing.owner else "",
        start_time=fields.timestamp(standing.start_ms * 1000),
        steps=_steps(listed),
    )
    if standing.due_ms is not None:
        message.due_time.CopyFrom(fields.timestamp(standing.due_ms * 1000))
    if standing.end is not None:
        message.end_time.CopyFrom(fields.timestamp(standing.end.at_ms * 1000))
    if listed.earlier_due_ms is not None:
        message.earlier_due_time.CopyFrom(fields.timestamp(listed.earlier_due_ms * 1000))
    if listed.pause:
        message.pause_end_time.CopyFrom(fields.timestamp(listed.pause.until_ms * 1000))
        message.pause_reason = listed.pause.reason
    if listed.spent:
        message.parts.extend(_part(tenant, each) for each in listed.spent)
        message.parts_start_time.CopyFrom(fields.timestamp(standing.first_ms * 1000))
        if listed.state in _LATE and not listed.is_approval:
            message.cause = KINDS[cause_of_breach(listed.spent, is_dated=standing.deadline.dated is not None)]
    return message


def _part(tenant: str, spent: TimeSpent) -> deadlines.TimePart:
    whose = spent.whose
    return deadlines.TimePart(
        kind=KINDS[whose.kind],
        rep=_rep_name(tenant, whose.rep) if whose.rep else "",
        pool=f"tenants/{tenant}/pools/{whose.pool}" if whose.pool else "",
        reason=whose.reason,
        wall_duration=_duration(spent.wall_ms),
        counted_duration=_duration(spent.counted_ms),
    )


def _duration(milliseconds: int) -> Duration:
    duration = Duration()
    duration.FromMilliseconds(milliseconds)
    return duration


def _steps(listed: ListedDeadline) -> list[deadlines.DeadlineStep]:
    standing, steps = listed.standing, list[deadlines.DeadlineStep]()
    all_fired = fired_steps(standing, listed.life)
    tells = [step.act not in CHANGING for step, _ in standing.deadline.times]
    last_told = max((place for place, fired in enumerate(all_fired) if fired and tells[place]), default=-1)
    for place, ((step, _), due_ms, fired) in enumerate(
        zip(standing.deadline.times, standing.steps, all_fired, strict=True)
    ):
        is_superseded = tells[place] and fired is None and place < last_told
        message = deadlines.DeadlineStep(act=ACTS[step.act], superseded=is_superseded)
        if due_ms is not None:
            message.due_time.CopyFrom(fields.timestamp(due_ms * 1000))
        if fired is not None:
            message.fire_time.CopyFrom(fields.timestamp(fired.at_ms * 1000))
        steps.append(message)
    return steps


def reached_message(tenant: str, reached: Reached) -> deadlines.ReachedStep:
    """Write a step that was reached."""
    return deadlines.ReachedStep(
        stage=reached.step.stage,
        deadline=reached.step.deadline.id,
        act=ACTS[reached.step.step.act],
        told=[_rep_name(tenant, rep) for rep in reached.recipients.told],
        on_leave=[_rep_name(tenant, rep) for rep in reached.recipients.on_leave],
        inactive=[_rep_name(tenant, rep) for rep in reached.recipients.inactive],
        channels=channel_names(tenant, reached.recipients),
    )


def channel_names(tenant: str, recipients: Recipients) -> list[str]:
    """Name the channels that are told."""
    return [f"tenants/{tenant}/channels/{channel}" for channel in recipients.channels]


def approval_message(tenant: str, stored: StoredItem, asked: AskedApproval) -> deadlines.Approval:
    """Write what is asked of a work item."""
    ask = asked.ask
    message = deadlines.Approval(
        work_item=f"tenants/{tenant}/workItems/{stored.record.item_id}",
        process=process_name(tenant, stored.place.process) if stored.place else "",
        stage=ask.stage,
        state=APPROVALS[asked.state],
        owner=_rep_name(tenant, ask.rep) if ask.rep else "",
        actor=ask.actor,
        approvers=[_rep_name(tenant, rep) for rep in asked.who.asked],
    )
    if ask.event:
        message.ask_time.CopyFrom(fields.timestamp(ask.at_ms * 1000))
    if asked.due_ms is not None:
        message.due_time.CopyFrom(fields.timestamp(asked.due_ms * 1000))
    return message


def pending_message(tenant: str, pending: PendingApproval) -> deadlines.Approval:
    """Write what is asked of a work item in a list."""
    stored, asked = pending.item.stored, pending.asked
    message = approval_message(tenant, stored, asked)
    message.attributes.CopyFrom(struct(looked_at(asked.approval, stored.item.attributes)))
    events = pending.item.events
    message.note = next(
        (each.text for each in events if isinstance(each, Noted) and each.number == asked.ask.event), ""
    )
    return message


def answer_message(tenant: str, stage: str, noted: Noted) -> deadlines.ApprovalAnswer:
    """Write an answer to whether a work item may enter a stage."""
    is_approved = noted.note is Note.APPROVED
    rep = _rep_name(tenant, noted.subject)
    return deadlines.ApprovalAnswer(stage=stage, approved=is_approved, rep=rep, reason=noted.text)


def satisfaction_message(tenant: str, noted: Noted, told: Recipients | None) -> routing.SatisfactionAnswer:
    """Write an answer of a customer, with whom it told, if anybody."""
    said = {noted.note.lower(): noted.value}
    names = [_rep_name(tenant, rep) for rep in told.told] if told else []
    channels = channel_names(tenant, told) if told else []
    return routing.SatisfactionAnswer(comment=noted.text, told=names, channels=channels, **said)


def survey_message(tenant: str, noted: Noted) -> deadlines.Survey:
    """Write that a customer is to be asked, or why not."""
    message = deadlines.Survey(
        work_item=f"tenants/{tenant}/workItems/{noted.item_id}", ask_time=fields.timestamp(noted.at_ms * 1000)
    )
    if noted.note is not Note.SPARED:
        message.question = _QUESTIONS[noted.subject]
        return message
    why, _, complaint = noted.subject.partition("/")
    message.question, message.spared = deadlines.Survey.QUESTION_NPS, _SPARED[SpareReason(why)]
    message.complaint = f"tenants/{tenant}/workItems/{complaint}" if complaint else ""
    return message


def figures_message(process: str, counts: ProcessCounts) -> processes.ProcessFigures:
    """Write what was counted of a process."""
    completeness = [
        processes.ProcessFigures.Completeness(
            stage=cell.stage, closed=cell.is_closed, field=cell.field, work_items=n, filled=counts.filled[cell]
        )
        for cell, n in sorted(counts.work_items.items())
    ]
    figures = {str(figure): n for figure, n in counts.figures.items()}
    return processes.ProcessFigures(process=process, completeness=completeness, **figures)


def pending_survey_message(tenant: str, pending: PendingSurvey) -> deadlines.Survey:
    """Write who is to be asked in a list."""
    message = survey_message(tenant, pending.noted)
    message.customer, message.customer_field = pending.customer, pending.field
    return message


def _rep_name(tenant: str, rep: str) -> str:
    return f"tenants/{tenant}/reps/{rep}"


def migration_message(tenant: str, item: MigratedItem) -> processes.WorkItemMigration:
    """Write what becomes of a work item."""
    message = processes.WorkItemMigration(
        work_item=f"tenants/{tenant}/workItems/{item.item_id}",
        earlier_process=process_name(tenant, item.before.process),
        earlier_stage=item.before.stage.id,
        stage=item.stage,
        fault=item.fault,
    )
    message.deadlines.extend(map(moved_message, item.deadlines))
    return message


def revision_change(tenant: str, migrated: MigratedWay) -> deadlines.RevisionChange:
    """Write from where to where a work item was migrated."""
    return deadlines.RevisionChange(
        earlier_process=process_name(tenant, migrated.before),
        earlier_stage=migrated.earlier_stage,
        process=process_name(tenant, migrated.process),
        stage=migrated.stage,
    )


def moved_message(moved: MovedDeadline) -> deadlines.MovedDeadline:
    """Write a deadline that is due at another time."""
    message = deadlines.MovedDeadline(deadline=moved.deadline)
    if moved.before_ms is not None:
        message.earlier_due_time.CopyFrom(fields.timestamp(moved.before_ms * 1000))
    if moved.after_ms is not None:
        message.due_time.CopyFrom(fields.timestamp(moved.after_ms * 1000))
    return message


def digest_message(tenant: str, told: ToldDigest) -> deadlines.Digest:
    """Write a list of what falls due."""
    made = told.digested.made
    entries = [
        deadlines.DigestEntry(
            work_item=f"tenants/{tenant}/workItems/{entry.item_id}",
            stage=entry.stage,
            deadline=entry.deadline,
            due_time=fields.timestamp(entry.due_ms * 1000),
        )
        for entry in made.entries
    ]
    return deadlines.Digest(
        rep=_rep_name(tenant, made.rep),
        kind=DIGESTS[made.kind],
        due_time=fields.timestamp(made.due_ms * 1000),
        make_time=fields.timestamp(told.digested.at_ms * 1000),
        entries=entries,
        total_entries=made.total,
        told=[_rep_name(tenant, rep) for rep in told.recipients.told],
        on_leave=[_rep_name(tenant, rep) for rep in told.recipients.on_leave],
        inactive=[_rep_name(tenant, rep) for rep in told.recipients.inactive],
    )
