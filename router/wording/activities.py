"""Activities, next dates and timelines in words, composed from what their messages say, which is masked before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from router.process.definition.words import Bilingual
from router.wording.deadlines import answer, ended, moved, noted, reached
from router.wording.instants import when
from router.wording.languages import Language
from router.wording.offers import answered
from router.wording.phrases import ACTIVITIES, NEXT_DATES, PARTS, STATES, TIMELINE, UNATTRIBUTED
from router.wording.updates import told

CHILD_STATES = ("ASSIGNED", "OFFERED", "QUEUED", "UNROUTED")
"""How a child may stand that was opened."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE_S = 60


def tell_entry(
    entry: routing.TimelineEntry,
    zone: tzinfo,
    language: Language,
    called: Callable[[str], str] = str,
    titled: Callable[[str], str] = str,
) -> None:
    """Write into an entry what it says in words; times by the clocks of a zone, reps as they are ``called``, and stages
    as they are ``titled``.
    """
    kind = entry.WhichOneof("event")
    match kind:
        case "decision":
            entry.words = entry.decision.explanation + _held_since(entry.decision, zone, language)
        case "activity":
            entry.words = _activity(entry.activity, entry.time.ToDatetime(UTC), zone, language)
        case "closed":
            state = routing.WorkItem.State.Name(entry.closed).removeprefix("STATE_")
            key = "withdrawn" if entry.withdrawn else "closed"
            entry.words = TIMELINE[key].say(language, state=STATES[state].say(language))
        case "update":
            entry.words = told(entry.update, language, titled)
        case "reminder":
            entry.words = TIMELINE[f"reminder {entry.reminder}"].say(language)
        case "erased":
            entry.words = TIMELINE["erased"].say(language)
        case "reached_step":
            entry.words = reached(entry.reached_step, language, called)
        case "pause" | "resumed" | "migration":
            entry.words = noted(entry, zone, language)
        case "offer_answer":
            entry.words = answered(entry.offer_answer, language)
        case "asked_stage" | "approval_answer" | "satisfaction" | "survey":
            entry.words = answer(entry, language, called, titled)
    sentences = [entry.words, *(ended(each, language, called) for each in entry.ended_deadlines)]
    sentences += [moved(each, entry.time.ToDatetime(UTC), zone, language) for each in entry.moved_deadlines]
    entry.words = (" " if language is Language.EN else "").join(filter(None, sentences))


def _held_since(decision: decisions.Decision, zone: tzinfo, language: Language) -> str:
    """Say since when somebody has had what was imported; nothing of any other decision."""
    if not decision.HasField("assigned_time"):
        return ""
    since = decision.assigned_time.ToDatetime(UTC).astimezone(zone)
    return TIMELINE["held since"].say(language, time=f"{since:%Y-%m-%d %H:%M}")


def tell_child(
    entry: routing.TimelineEntry, title: Bilingual, language: Language, called: Callable[[str], str] = str
) -> None:
    """Write into an entry about a child what it says in words; it goes by its title, or else by its id."""
    child = entry.child
    state = routing.WorkItem.State.Name(child.state).removeprefix("STATE_")
    key = "child withdrawn" if entry.withdrawn else f"child {state}" if state in CHILD_STATES else "child closed"
    facts = {
        "child": (title.zh if language is Language.ZH else title.en) or child.entry or child.stage.partition("~")[2]
    }
    facts |= {
        "rep": called(child.owner.rpartition("/")[2]),
        "state": STATES[state].say(language) if key == "child closed" else "",
    }
    entry.words = TIMELINE[key].say(language, **facts)


def tell_next_date(
    date: activities.NextDate, now_ms: int, zone: tzinfo, language: Language, *, has_manager: bool
) -> None:
    """Write into a next date what it says in words, at an instant in milliseconds since 1970.

    Whether the owner has a manager says whom the second reminder is told to be for.
    """
    now = _EPOCH + timedelta(milliseconds=now_ms)
    key = activities.NextDate.Status.Name(date.status).removeprefix("STATUS_")
    sentences = [NEXT_DATES[key].say(language, when=when(date.next_time.ToDatetime(UTC), now, zone, language))]
    if date.reminders:
        told = when(date.reminder_time.ToDatetime(UTC), now, zone, language)
        reminder = f"reminder {date.reminders}"
        sentences.append(NEXT_DATES[reminder if has_manager else f"{reminder} alone"].say(language, when=told))
    date.words = (" " if language is Language.EN else "").join(sentences)


def _activity(activity: activities.Activity, recorded: datetime, zone: tzinfo, language: Language) -> str:
    sentences = [_done(activity, language)]
    occurred = activity.occur_time.ToDatetime(UTC)
    if recorded - occurred >= timedelta(seconds=_MINUTE_S):
        sentences.append(TIMELINE["occurred"].say(language, when=when(occurred, recorded, zone, language)))
    if activity.HasField("next_time"):
        date = when(activity.next_time.ToDatetime(UTC), recorded, zone, language)
        sentences.append(TIMELINE["next"].say(language, when=date))
    return (" " if language is Language.EN else "").join(sentences)


def _done(activity: activities.Activity, language: Language) -> str:
    kind = activities.Activity.Kind.Name(activity.kind).removeprefix("KIND_")
    direction = activities.Activity.Direction.Name(activity.direction).removeprefix("DIRECTION_")
    key = kind if kind == "NOTE" else f"{kind} {direction}"
    rep, lasted = activity.rep_display_name or activity.rep.rpartition("/")[2], _lasted(activity, language)
    return (
        ACTIVITIES[key].say(language, rep=rep, lasted=lasted) if rep else UNATTRIBUTED[key].say(language, lasted=lasted)
    )


def _lasted(activity: activities.Activity, language: Language) -> str:
    seconds = activity.duration.seconds
    if not activity.HasField("duration"):
        return ""
    minutes, rest = divmod(seconds, _MINUTE_S)
    if not minutes:
        return PARTS["seconds"].say(language, seconds=rest)
    return PARTS["minutes and seconds" if rest else "minutes"].say(language, minutes=minutes, seconds=rest)
