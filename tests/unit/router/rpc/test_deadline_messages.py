"""Deadlines as messages: for what one was missed."""

from __future__ import annotations

from dataclasses import replace

from fairlead.v1 import deadlines_pb2 as deadlines
from router.deadlines.queries import ListedDeadline
from router.model.workitem import Kind
from router.process.definition.deadlines import DueDate, RecipientRole
from router.process.definition.processes import Process, Stage
from router.process.definition.tasks import Approval
from router.process.due.standings import DeadlineStanding, DeadlineState
from router.process.due.time_parts import PartKind, TimeSpent, Whose
from router.process.life.lives import Life, Occurrence, Spell
from router.rpc.deadline_messages import deadline_message

HOUR_MS = 3_600_000


def listed(state: DeadlineState, *, asks: bool) -> ListedDeadline:
    """Return a deadline of a stage that an approval is asked for, or that is called so and is none."""
    approval = Approval(RecipientRole.MANAGER)
    stage = Stage("quote", approve=approval) if asks else Stage("quote", deadlines=(approval.deadline,))
    standing = DeadlineStanding(approval.deadline, "quote", 3, 0, HOUR_MS, (0, HOUR_MS), "ann", approval.within, 0)
    life = Life(Occurrence(1, 0), (Spell(1, "ann", "east", 0),))
    spent = (TimeSpent(Whose(PartKind.OWNER, "ann"), 2 * HOUR_MS, 2 * HOUR_MS),)
    process = Process("sales", frozenset({Kind.LEAD}), (Stage("new"), stage), revision=1)
    return ListedDeadline("crm~L-1", process, life, standing, state, spent=spent)


def test_nobody_is_idle_where_an_approval_waits_for_who_decides() -> None:
    kind = deadlines.TimePart

    overdue, in_time = (listed(state, asks=False) for state in (DeadlineState.OVERDUE, DeadlineState.OPEN))
    asked = listed(DeadlineState.OVERDUE, asks=True)

    found = [deadline_message("demo", each) for each in (overdue, in_time, asked)]
    assert [each.cause for each in found] == [kind.KIND_OWNER, kind.KIND_UNSPECIFIED, kind.KIND_UNSPECIFIED]
    assert {each.parts[0].wall_duration.ToSeconds() for each in found} == {7200}
    assert not deadline_message("demo", asked._replace(spent=None)).HasField("parts_start_time")


def test_of_what_is_due_by_a_date_the_nights_are_no_cause() -> None:
    night = TimeSpent(Whose(PartKind.OUTSIDE_HOURS, "ann"), 9 * HOUR_MS, 9 * HOUR_MS)
    owner = TimeSpent(Whose(PartKind.OWNER, "ann"), 2 * HOUR_MS, 2 * HOUR_MS, 2 * HOUR_MS)
    late = listed(DeadlineState.MISSED, asks=False)._replace(spent=(night, owner))
    by_date = replace(late.standing.deadline, dated=DueDate(("end",)))
    dated = late._replace(standing=late.standing._replace(deadline=by_date))

    found = [deadline_message("demo", each).cause for each in (late, dated)]

    assert found == [deadlines.TimePart.KIND_OUTSIDE_HOURS, deadlines.TimePart.KIND_OWNER]
