"""``fairlead deadlines``: what falls due of work items by their processes.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from fairlead.commands import connected
from fairlead.v1.deadlines_pb2 import Deadline, DeadlineStep
from router.cli.clocks import Clock
from router.cli.deadline_cells import (
    due_told,
    next_step,
    now_of,
    part_codes,
    state_told,
    step_told,
    tell_superseded,
    tell_where_time_went,
)
from router.cli.labels import label
from router.cli.lists import SHOWN, Cells, Listing, Names, enum_value, known_rep, listing_options, show, shown_time
from router.cli.openings import print_openings_of
from router.cli.words import called, last

STATES = click.Choice(["open", "overdue", "met", "missed", "ended"], case_sensitive=False)
COLUMNS: Cells = {
    "work_item": lambda each, _: last(each.work_item),
    "process": lambda each, _: last(each.process),
    "stage": lambda each, _: each.stage,
    "deadline": lambda each, _: each.deadline,
    "state": lambda each, _: enum_value(each, "state"),
    "owner": lambda each, _: last(each.owner),
    "owner_name": lambda each, names: called(each.owner, names.reps),
    "start_time": lambda each, _: shown_time(each.start_time),
    "due_time": lambda each, _: _time(each, "due_time"),
    "end_time": lambda each, _: _time(each, "end_time"),
    "earlier_due_time": lambda each, _: _time(each, "earlier_due_time"),
    "next_step": lambda each, _: enum_value(step, "act") if (step := next_step(each)) else "",
    "next_step_time": lambda each, _: _time(step, "due_time") if (step := next_step(each)) else "",
    "cause": lambda each, _: enum_value(each, "cause") if each.cause else "",
    "pause_end_time": lambda each, _: _time(each, "pause_end_time"),
    "pause_reason": lambda each, _: each.pause_reason,
    "parts_start_time": lambda each, _: _time(each, "parts_start_time"),
    "parts_seconds": lambda each, _: part_codes(each),
}


def _time(message: Deadline | DeadlineStep, field: str) -> str:
    return shown_time(getattr(message, field)) if message.HasField(field) else ""


@click.command()
@click.argument("item", default="", metavar="[ITEM]")
@click.option("--rep", default="", help="Only what this rep owns, by id or display name.")
@click.option("--state", type=STATES, help="Only what stands so; without ITEM: open or overdue.")
@click.option("--moved-by", type=click.IntRange(1), default=None, metavar="REV", help="Only what an edit moved.")
@listing_options()
def deadlines(
    item: str, rep: str, state: str | None, moved_by: int | None, count: int | None, csv_to: Path | None, as_json: bool,
    language: str, utc: bool, server: str, tenant: str,
) -> None:  # fmt: skip
    """Show what falls due by the processes that work items are in: overdue ones first, then by when they are due.

    Of ITEM, as source~external_id, all deadlines that it ever had are shown, in the order in which they began: open,
    overdue, met in time, missed, or ended before they were due, by another owner, another stage, or its end. Without
    ITEM those that run. The next step is what is done when its time comes, if nothing ends the deadline before. Of one
    that stands still it is said until when at the latest, and why: see fairlead pause.

    Below those of ITEM it is told which steps were late and superseded by later ones of the same deadline, where the
    time went, on the wall: paused, on leave, outside hours, waiting for an owner, with earlier owners, with the last;
    all parts add up; and what it is to open on a date. Of what is late also why: what took most of the time that the
    deadline counted; "owner idle" where that is its owner. In CSV files parts are codes, with whose and seconds.

    An edit of a calendar is a revision of the workforce, and says what it moved: --moved-by REV shows that again, with
    when it was due before. CSV and JSON have all times in UTC, and keep the service's order.

    \b
      $ fairlead deadlines
      $ fairlead deadlines crm~L-017 --language zh
      $ fairlead deadlines --rep li-na --state overdue --csv overdue.csv
      $ fairlead deadlines --moved-by 42
    """
    with connected(server, tenant) as client:
        names = Names.of(client, Clock.of(client, utc=utc), language)
        rep_id = known_rep(rep, names, "--rep") if rep else ""
        found: Iterable[Deadline] = client.list_deadlines(
            item, rep=rep_id, state=(state or "").upper(), moved_by=moved_by or 0
        )
        told = list[Deadline]()
        if not as_json and csv_to is None:
            found = list(found) if item else sorted(found, key=_urgency)
            told = found if item else []
        listing = Listing("deadlines", _table(now_of(client), was=bool(moved_by)), COLUMNS)
        show(found, listing, names, count, as_json, csv_to)
        tell_superseded(told[: count or SHOWN], names)
        tell_where_time_went(told[: count or SHOWN], names)
        if item and not as_json and csv_to is None:
            print_openings_of(client, item, names.clock, names.language)


def _table(now: datetime | None, *, was: bool) -> Cells:
    """Return what a table shows; ``was``: also when each was due before."""
    before: Cells = {"was due": _was_due} if was else {}
    return {
        "work item": COLUMNS["work_item"],
        "deadline": COLUMNS["deadline"],
        "stage": lambda each, names: each.stage or label("whole process", names.language),
        "owner": COLUMNS["owner_name"],
        **before,
        "due": lambda each, names: due_told(each, now, names),
        "next step": lambda each, names: step_told(next_step(each), names),
        "state": state_told,
    }


def _was_due(deadline: Deadline, names: Names) -> str:
    if not deadline.HasField("earlier_due_time"):
        return label("beyond known hours", names.language)
    return names.clock.shown(deadline.earlier_due_time)


def _urgency(deadline: Deadline) -> tuple[bool, bool, int, str]:
    """Return what stands first: overdue, then by when it is due, and at last what is due beyond the calendars."""
    is_known, due = deadline.HasField("due_time"), deadline.due_time
    is_overdue = deadline.state == Deadline.STATE_OVERDUE
    return not is_overdue, not is_known, due.ToNanoseconds(), deadline.work_item
