"""Steps of deadlines, and pauses, in words, composed from what their messages say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo

from fairlead.v1 import deadlines_pb2 as deadlines
from fairlead.v1 import routing_pb2 as routing
from router.wording.instants import when
from router.wording.languages import Language
from router.wording.phrases import PARTS, TIMELINE


def reached(step: deadlines.ReachedStep, language: Language, called: Callable[[str], str]) -> str:
    """Say what a step that was reached did.

    Parameters
    ----------
    called
        What a rep is called, by id.
    """
    act = deadlines.DeadlineStep.Act.Name(step.act).removeprefix("ACT_")
    told, on_leave = (_listed(names, language, called) for names in (step.told, step.on_leave))
    passed_over = TIMELINE["reached on leave"].say(language, reps=on_leave) if on_leave else ""
    key = f"reached {act}" if told else f"reached {act} nobody"
    return TIMELINE[key].say(language, deadline=step.deadline, told=told, passed_over=passed_over)


def paused(pause: routing.Pause, now: datetime, zone: tzinfo, language: Language) -> str:
    """Say that deadlines are paused, at an instant."""
    until = when(pause.end_time.ToDatetime(UTC), now, zone, language)
    key = "paused by" if pause.actor else "paused"
    said = TIMELINE[key].say(language, reason=pause.reason, until=until, actor=pause.actor)
    if not pause.soon_after_customer:
        return said
    return f"{said}{' ' if language is Language.EN else ''}{TIMELINE['paused soon'].say(language)}"


def _listed(names: Iterable[str], language: Language, called: Callable[[str], str]) -> str:
    return PARTS["enumerated"].say(language).join(called(name.rpartition("/")[2]) for name in names)
