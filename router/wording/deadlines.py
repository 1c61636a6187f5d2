"""Steps of deadlines in words, composed from what their messages say."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fairlead.v1 import deadlines_pb2 as deadlines
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


def _listed(names: Iterable[str], language: Language, called: Callable[[str], str]) -> str:
    return PARTS["enumerated"].say(language).join(called(name.rpartition("/")[2]) for name in names)
