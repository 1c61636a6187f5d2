"""How large a process is as a whole: what each of its parts may hold, all of them together may not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from router.process.definition.limits import MAX_ALL_DEADLINES, MAX_ALL_STEPS, MAX_ALL_TEXT
from router.process.language.forms import DeadlineForm, ProcessForm
from rules.forms import Form
from rules.report import Report


def check_size(form: ProcessForm, report: Report) -> None:
    """See that a process as a whole is not too large to be shown to anybody."""
    deadlines = list(all_deadlines(form))
    steps = sum(step.at_most or 1 for deadline in deadlines for step in deadline.steps)
    characters = sum(
        map(len, _texts([form.process, form.title, form.stages, form.deadlines, form.severity, form.repeats]))
    )
    for found, most, what in (
        (len(deadlines), MAX_ALL_DEADLINES, "deadlines, those of its stages included"),
        (steps, MAX_ALL_STEPS, "steps in all its deadlines, each as often as it is done"),
        (characters, MAX_ALL_TEXT, "characters in all that it says, its tests apart"),
    ):
        if found > most:
            report.error(("stages",), f"the process has {found:,} {what}; at most {most:,} are allowed")


def all_deadlines(form: ProcessForm) -> Iterator[DeadlineForm]:
    """Yield the deadlines of a process and of its stages."""
    return chain(form.deadlines, *(stage.deadlines for stage in form.stages))


def _texts(value: object) -> Iterator[str]:
    """Yield every text that somebody wrote, keys of tables included.

    Examples
    --------
    >>> list(_texts([{"by": "severity", 1: "30m"}, 7]))
    ['by', 'severity', '1', '30m']
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, Form):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name))
    elif isinstance(value, Mapping):
        for key, held in value.items():
            yield str(key)
            yield from _texts(held)
    elif isinstance(value, list):
        for held in value:
            yield from _texts(held)
