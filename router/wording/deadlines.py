"""Steps of deadlines, and pauses, in words, composed from what their messages say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo

from fairlead.v1 import deadlines_pb2 as deadlines
from fairlead.v1 import routing_pb2 as routing
from router.wording.instants import when
from router.wording.languages import Language
from router.wording.phrases import PARTS, TIMELINE
from router.wording.process_phrases import CAUSES, MOVED, TELLS, TIME_PARTS, TIME_SPENT, UNITS


def reached(step: deadlines.ReachedStep, language: Language, called: Callable[[str], str]) -> str:
    """Say what a step that was reached did.

    Parameters
    ----------
    called
        What a rep is called, by id.
    """
    act = deadlines.DeadlineStep.Act.Name(step.act).removeprefix("ACT_")
    on_leave, inactive = (_listed(reps, language, called) for reps in (step.on_leave, step.inactive))
    told = people(step.told, step.channels, language, called)
    away = "on leave or inactive" if on_leave and inactive else "on leave" if on_leave else "inactive"
    said = TIMELINE[f"reached {away}"].say(language, on_leave=on_leave, inactive=inactive)
    passed_over = said if on_leave or inactive else ""
    key = f"reached {act}" if told else f"reached {act} nobody"
    return TIMELINE[key].say(language, deadline=step.deadline, told=told, passed_over=passed_over)


def answer(
    entry: routing.TimelineEntry, language: Language, called: Callable[[str], str], titled: Callable[[str], str]
) -> str:
    """Say that it was asked whether a work item may enter a stage, or what was decided; or what a customer is asked, or
    answered.
    """
    if entry.WhichOneof("event") == "survey":
        return survey(entry.survey, language)
    if entry.WhichOneof("event") == "satisfaction":
        return satisfaction(entry.satisfaction, language, called)
    return _approval(entry, language, called, titled)


def _approval(
    entry: routing.TimelineEntry, language: Language, called: Callable[[str], str], titled: Callable[[str], str]
) -> str:
    if entry.WhichOneof("event") == "asked_stage":
        key = "asked by" if entry.actor else "asked"
        noted = _noted(entry.asked_note, language)
        return TIMELINE[key].say(language, stage=titled(entry.asked_stage), actor=entry.actor, note=noted)
    answer = entry.approval_answer
    note = _noted(answer.reason, language)
    rep = called(answer.rep.rpartition("/")[2])
    return TIMELINE["approved" if answer.approved else "rejected"].say(
        language, rep=rep, stage=titled(answer.stage), note=note
    )


def _noted(text: str, language: Language) -> str:
    """Put what somebody wrote in brackets, if anything."""
    return PARTS["note"].say(language, note=text) if text else ""


def satisfaction(answer: routing.SatisfactionAnswer, language: Language, called: Callable[[str], str]) -> str:
    """Say what a customer answered, and who was told of it."""
    name = answer.WhichOneof("answer") or ""
    note = _noted(answer.comment, language)
    said = TIMELINE[name].say(language, value=getattr(answer, name), note=note)
    if not answer.told and not answer.channels:
        return said
    told = TIMELINE["answer told"].say(language, told=people(answer.told, answer.channels, language, called))
    return f"{said}{' ' if language is Language.EN else ''}{told}"


def survey(survey: deadlines.Survey, language: Language) -> str:
    """Say that a customer is to be asked, or why they are spared.

    Examples
    --------
    >>> asked = deadlines.Survey(question=deadlines.Survey.QUESTION_CSAT)
    >>> survey(asked, Language.EN), survey(asked, Language.ZH)
    ('The customer is to be asked how satisfied they are.', '应向客户发送满意度调查。')
    """
    if survey.spared:
        why = deadlines.Survey.Spared.Name(survey.spared).removeprefix("SPARED_")
        return TIMELINE[f"spared {why}"].say(language, complaint=survey.complaint.rpartition("/")[2])
    return TIMELINE[f"survey {deadlines.Survey.Question.Name(survey.question).removeprefix('QUESTION_')}"].say(language)


def noted(entry: routing.TimelineEntry, zone: tzinfo, language: Language) -> str:
    """Say that deadlines are paused, or run again, or that a work item was migrated."""
    match entry.WhichOneof("event"):
        case "pause":
            return paused(entry.pause, entry.time.ToDatetime(UTC), zone, language)
        case "resumed":
            return resumed(entry.resumed, language)
    return _migrated(entry, language)


def paused(pause: routing.Pause, now: datetime, zone: tzinfo, language: Language) -> str:
    """Say that a work item is paused, at an instant, and which of its deadlines stand still."""
    until = when(pause.end_time.ToDatetime(UTC), now, zone, language)
    key, resting = "paused by" if pause.actor else "paused", "paused resting" if pause.deadlines else "paused nothing"
    said = [TIMELINE[key].say(language, reason=pause.reason, until=until, actor=pause.actor)]
    said.append(TIMELINE[resting].say(language, deadlines=_listed(pause.deadlines, language, str)))
    if pause.soon_after_customer:
        said.append(TIMELINE["paused soon"].say(language))
    return (" " if language is Language.EN else "").join(said)


def resumed(pause: routing.Pause, language: Language) -> str:
    """Say that a pause is over, and which deadlines run again."""
    said = [TIMELINE["resumed by" if pause.actor else "resumed"].say(language, actor=pause.actor)]
    if pause.deadlines:
        listed = _listed(pause.deadlines, language, str)
        said.append(TIMELINE["resumed running"].say(language, deadlines=listed))
    return (" " if language is Language.EN else "").join(said)


def _migrated(entry: routing.TimelineEntry, language: Language) -> str:
    """Say by which revision of its process a work item goes on, and by which it went."""
    migration = entry.migration
    return TIMELINE["migrated by" if entry.actor else "migrated"].say(
        language,
        actor=entry.actor,
        process=migration.process.rpartition("/")[2],
        stage=migration.stage,
        earlier=migration.earlier_process.rpartition("/")[2],
        earlier_stage=migration.earlier_stage,
    )


def moved(deadline: deadlines.MovedDeadline, now: datetime, zone: tzinfo, language: Language) -> str:
    """Say when a deadline is due now, and when it was, at an instant; nothing of what calendars do not know.

    Examples
    --------
    >>> deadline = deadlines.MovedDeadline(deadline="resolution")
    >>> deadline.due_time.FromJsonString("2026-10-09T10:00:00Z")
    >>> deadline.earlier_due_time.FromJsonString("2026-10-12T09:40:00Z")
    >>> now = datetime(2026, 10, 9, 8, tzinfo=UTC)
    >>> moved(deadline, now, UTC, Language.EN)
    'Deadline resolution is now due at 10:00; it was on Monday at 09:40.'
    >>> moved(deadline, now, UTC, Language.ZH)
    '时限 resolution 改至 10:00，原为周一 09:40。'
    """
    due, earlier = (
        when(getattr(deadline, field).ToDatetime(UTC), now, zone, language) if deadline.HasField(field) else ""
        for field in ("due_time", "earlier_due_time")
    )
    if not due and not earlier:
        return ""
    key = "moved" if due and earlier else "begun" if due else "ceased"
    return MOVED[key].say(language, deadline=deadline.deadline, due=due, earlier=earlier)


def ended(deadline: deadlines.Deadline, language: Language, called: Callable[[str], str]) -> str:
    """Say how a deadline ended, and where its time went.

    Parameters
    ----------
    called
        What a rep is called, by id.
    """
    state = deadlines.Deadline.State.Name(deadline.state).removeprefix("STATE_")
    if not deadline.parts:
        return TIME_SPENT[f"{state} at once"].say(language, deadline=deadline.deadline)
    whole_ms = sum(each.wall_duration.ToMilliseconds() for each in deadline.parts)
    cause = cause_told(deadline, language)
    return TIME_SPENT[state].say(
        language,
        deadline=deadline.deadline,
        length=time_told(whole_ms, language),
        parts=parts_told(deadline, language, called),
        because=TIME_SPENT["because"].say(language, cause=cause) if cause else "",
    )


def cause_told(deadline: deadlines.Deadline, language: Language) -> str:
    """Say for what a deadline was missed; empty where it was not."""
    return CAUSES[kind_of(deadline.cause)].say(language) if deadline.cause else ""


def parts_told(deadline: deadlines.Deadline, language: Language, called: Callable[[str], str]) -> str:
    """Say where the time of a deadline went."""
    told = (_part(each, language, called) for each in deadline.parts)
    return TIME_SPENT["between"].say(language).join(told)


def _part(part: deadlines.TimePart, language: Language, called: Callable[[str], str]) -> str:
    kind, length = kind_of(part.kind), time_told(part.wall_duration.ToMilliseconds(), language)
    rep, pool = called(part.rep.rpartition("/")[2]) if part.rep else "", part.pool.rpartition("/")[2]
    if kind == "OUTSIDE_HOURS" and not rep:
        kind += " pool" if pool else " nobody"
    return TIME_PARTS[kind].say(language, length=length, rep=rep, pool=pool, reason=part.reason)


def kind_of(kind: deadlines.TimePart.Kind) -> str:
    """Return the code of a kind of part, such as ``OUTSIDE_HOURS``."""
    return deadlines.TimePart.Kind.Name(kind).removeprefix("KIND_")


def time_told(milliseconds: int, language: Language) -> str:
    """Say how long something took, in hours, minutes and seconds; seconds only where there are any.

    Examples
    --------
    >>> [time_told(each * 1000, Language.EN) for each in (0, 59, 1500, 7200, 149_102)]
    ['0 s', '59 s', '25 min', '2 h 0 min', '41 h 25 min 2 s']
    """
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    units = [("h", hours), ("m", minutes)] if hours else [("m", minutes)] if minutes else []
    units += [("s", seconds)] if seconds or not units else []
    return " ".join(UNITS[unit].say(language, n=n) for unit, n in units)


def people(reps: Iterable[str], channels: Iterable[str], language: Language, called: Callable[[str], str]) -> str:
    """List reps by what they are called, and channels by their ids; names are resource names.

    Examples
    --------
    >>> people(["tenants/t/reps/mo"], ["tenants/t/channels/east-bot"], Language.EN, str)
    'mo, channel east-bot'
    >>> people(["tenants/t/reps/mo"], ["tenants/t/channels/east-bot"], Language.ZH, str)
    'mo、渠道 east-bot'
    """
    told = [called(name.rpartition("/")[2]) for name in reps]
    told += [TELLS["channel"].say(language, channel=name.rpartition("/")[2]) for name in channels]
    return PARTS["enumerated"].say(language).join(told)


def _listed(names: Iterable[str], language: Language, called: Callable[[str], str]) -> str:
    return PARTS["enumerated"].say(language).join(called(name.rpartition("/")[2]) for name in names)
