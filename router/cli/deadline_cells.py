"""What the commands show of deadlines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import click
import grpc

from fairlead.client import FairleadClient, FairleadError
from fairlead.v1.deadlines_pb2 import Deadline, DeadlineStep, TimePart
from router.cli.labels import label
from router.cli.lists import Names, enum_value
from router.cli.words import called, last
from router.wording.deadlines import cause_told, kind_of, parts_told
from router.wording.languages import Language

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def now_of(client: FairleadClient) -> datetime | None:
    """Return the service's time, which may be a simulated one; None for who may not ask."""
    try:
        return client.get_tenant().current_time.ToDatetime(UTC)
    except FairleadError as error:
        if error.code is not grpc.StatusCode.PERMISSION_DENIED:
            raise
        return None


def due_told(deadline: Deadline, now: datetime | None, names: Names) -> str:
    """Say when a deadline is due, and of one that runs how long that is from now, or ago; ``now`` None: not known."""
    if not deadline.HasField("due_time"):
        return label("beyond known hours", names.language)
    time = names.clock.shown(deadline.due_time)
    if now is None or deadline.HasField("end_time"):
        return time
    ahead = deadline.due_time.ToDatetime(UTC) - now
    key = "due in" if ahead > timedelta() else "due since"
    return label(key, names.language, time=time, length=length_told(abs(ahead), names.language))


def length_told(length: timedelta, language: Language) -> str:
    """Say how long something is, in its two largest units.

    Examples
    --------
    >>> [length_told(timedelta(seconds=each), Language.EN) for each in (59, 3599, 3600, 90_000)]
    ['less than 1 min', '59 min', '1 h 0 min', '1 d 1 h']
    """
    minutes = length // timedelta(minutes=1)
    if length >= _DAY:
        return label("days", language, days=length // _DAY, hours=length % _DAY // _HOUR)
    if length >= _HOUR:
        return label("hours", language, hours=minutes // 60, minutes=minutes % 60)
    return label("some minutes" if minutes else "less than a minute", language, minutes=minutes)


def next_step(deadline: Deadline) -> DeadlineStep | None:
    """Return what is done next of a deadline that runs: the first step with none of its kind done at or behind it.

    Of several that tell somebody and were overdue together the last alone was done. None: there is no more to do.
    """
    if deadline.HasField("end_time"):
        return None
    done = {_gives(step): place for place, step in enumerate(deadline.steps) if step.HasField("fire_time")}
    return next((step for place, step in enumerate(deadline.steps) if place > done.get(_gives(step), -1)), None)


def _gives(step: DeadlineStep) -> bool:
    return step.act not in (DeadlineStep.ACT_REMIND, DeadlineStep.ACT_NOTIFY)


def step_told(step: DeadlineStep | None, names: Names) -> str:
    """Say what a step does, and when; empty for none."""
    if step is None:
        return ""
    act = label(DeadlineStep.Act.Name(step.act), names.language)
    time = names.clock.shown(step.due_time) if step.HasField("due_time") else "-"
    return label("step at", names.language, act=act, time=time)


def state_told(deadline: Deadline, names: Names) -> str:
    """Say how a deadline stands, and of one that stands still until when at the latest, and why."""
    state = enum_value(deadline, "state")
    if not deadline.HasField("pause_end_time"):
        return state
    until = names.clock.shown(deadline.pause_end_time)
    return label("state paused", names.language, state=state, until=until, reason=deadline.pause_reason)


def tell_where_time_went(deadlines: Iterable[Deadline], names: Names) -> None:
    """Print where the time of deadlines went, and for what it was missed, a line for each that took any."""
    lines = [_spent_told(each, names) for each in deadlines if each.parts]
    if lines:
        click.echo("\n".join([label("where time went", names.language), *lines]))


def tell_superseded(deadlines: Iterable[Deadline], names: Names) -> None:
    """Print which steps were never done, for a later one was done without them, a line for each deadline."""
    language, lines = names.language, list[str]()
    for each in deadlines:
        if steps := [step_told(step, names) for step in each.steps if step.superseded]:
            listed = label("between steps", language).join(steps)
            lines.append(label("superseded steps", language, deadline=each.deadline, steps=listed))
    if lines:
        click.echo("\n".join([label("superseded", names.language), *lines]))


def _spent_told(deadline: Deadline, names: Names) -> str:
    tenant, language = deadline.work_item.partition("/workItems/")[0], names.language
    parts = parts_told(deadline, language, lambda rep: called(f"{tenant}/reps/{rep}", names.reps))
    key = "time went" if not deadline.cause else "time went because"
    cause = cause_told(deadline, language)
    return label(key, language, deadline=deadline.deadline, parts=parts, cause=cause)


def part_codes(deadline: Deadline) -> str:
    """Write where the time of a deadline went for programs: by kind, of whom, or why, how many seconds.

    Examples
    --------
    >>> part = TimePart(kind=TimePart.KIND_OWNER, rep="tenants/demo/reps/li-na", wall_duration=timedelta(minutes=25))
    >>> part_codes(Deadline(parts=[part]))
    'OWNER li-na 1500.000'
    """
    codes = (
        (kind_of(part.kind), last(part.rep or part.pool) or part.reason, f"{_seconds(part):.3f}")
        for part in deadline.parts
    )
    return "; ".join(" ".join(filter(None, code)) for code in codes)


def _seconds(part: TimePart) -> float:
    return part.wall_duration.ToMilliseconds() / 1000
