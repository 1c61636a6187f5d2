"""What a publication of a process changed, in words: what is new, what is no more, and what is otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from router.process.arrival.repeats import Repeats
from router.process.arrival.severity import SeverityTable
from router.process.definition.deadlines import Deadline
from router.process.definition.processes import Process, Stage
from router.process.definition.tasks import CSAT, NPS
from router.process.definition.words import Bilingual
from router.wording.languages import Language
from router.wording.phrases import STATES
from router.wording.process_phrases import CHANGES, PICTURES, TABLES
from router.wording.process_pictures import answers_told, ask_told, opening_told
from router.wording.processes import approval_told, deadline_told, duration_told

_Lines = Mapping[tuple[str, str], str]
"""What is said of a stage, or of a whole process: by what it is of, and which line of that; empty: the one that it goes
with.
"""


def publication_told(before: Process | None, after: Process, language: Language) -> str:
    """Tell in a sentence what a revision of a process changed.

    Parameters
    ----------
    before
        The revision before it; None: there was none.

    Examples
    --------
    >>> one, other = (Process("p", frozenset(), (Stage("new", required=fields),)) for fields in ((), ("budget",)))
    >>> publication_told(one, other, Language.EN)
    'Process p, revision 0: stage new: added "requires budget".'
    >>> publication_told(None, one, Language.EN), publication_told(one, one, Language.ZH)
    ('Process p, revision 0, is new. Its stages: new.', '流程 p 第 0 版：内容未变。')
    """
    facts = {"process": after.id, "revision": after.revision}
    if before is None:
        return CHANGES["first"].say(language, **facts, stages=_listed(after.by_id, language))
    changes = CHANGES["between"].say(language).join(_changes(before, after, language))
    return CHANGES["changed" if changes else "same"].say(language, **facts, changes=changes)


def _changes(before: Process, after: Process, language: Language) -> Iterator[str]:
    yield from _otherwise(_of_process(before, language), _of_process(after, language), language)
    for stage in after.stages:
        lines = _of_stage(stage, language)
        if earlier := before.by_id.get(stage.id):
            for change in _otherwise(_of_stage(earlier, language), lines, language):
                yield CHANGES["in stage"].say(language, stage=stage.id, change=change)
        else:
            said = CHANGES["between"].say(language).join(lines.values())
            said = CHANGES["said"].say(language, lines=said) if said else ""
            yield CHANGES["stage new"].say(language, stage=stage.id, said=said)
    for stage in before.stages:
        if stage.id not in after.by_id:
            yield CHANGES["stage gone"].say(language, stage=stage.id)


def _otherwise(before: _Lines, after: _Lines, language: Language) -> Iterator[str]:
    """Tell what is otherwise: of what is no more as a whole one line alone."""
    for key, line in after.items():
        earlier = before.get(key)
        if earlier is None:
            yield CHANGES["new"].say(language, line=line)
        elif earlier != line:
            yield CHANGES["otherwise"].say(language, earlier=earlier, line=line)
    for key, line in before.items():
        whole = (key[0], "")
        if key not in after and (key == whole or whole not in before or whole in after):
            yield CHANGES["gone"].say(language, line=line)


def _of_process(process: Process, language: Language) -> _Lines:
    lines = dict(_titles(process.title, language))
    kinds = _listed(sorted(process.kinds), language)
    lines["kinds", ""] = CHANGES["kinds"].say(language, kinds=kinds) if kinds else PICTURES["retired"].say(language)
    if process.complaints:
        lines["complaints", ""] = CHANGES["complaints"].say(language)
    if process.severity:
        lines["severity", ""] = _severity_told(process.severity, language)
    if process.repeats:
        lines["repeats", ""] = _repeats_told(process.repeats, language)
    lines |= {(f"ask {name}", ""): ask_told(name, after, language) for name, after in process.surveys}
    for name, said in ((CSAT, process.csat), (NPS, process.nps)):
        for place, line in enumerate(answers_told(name, said, language) if said else ()):
            lines[name, str(place or "")] = line
    return lines | dict(_of_deadlines(process.deadlines, language))


def _severity_told(table: SeverityTable, language: Language) -> str:
    cases = [
        TABLES["case"].say(language, value="/".join(map(str, case.values)), duration=case.severity)
        for case in table.cases
    ]
    if table.otherwise:
        cases.append(TABLES["else"].say(language, duration=table.otherwise))
    told = TABLES["between"].say(language).join(cases)
    return CHANGES["severity"].say(language, field=table.field, by=_listed(table.by, language), cases=told)


def _repeats_told(repeats: Repeats, language: Language) -> str:
    within, same = duration_told(repeats.within, language), _listed(repeats.same, language)
    told = CHANGES["repeats same" if same else "repeats"].say(language, within=within, same=same)
    if not repeats.raises:
        return told
    order = " < ".join(repeats.raises.order)
    return CHANGES["raises"].say(language, repeats=told, field=repeats.raises.field, order=order)


def _of_stage(stage: Stage, language: Language) -> _Lines:
    lines = dict(_titles(stage.title, language))
    if guide := getattr(stage.guide, language):
        lines["guide", ""] = CHANGES["guide"].say(language, guide=" ".join(guide.split()))
    if stage.closes:
        lines["closes", ""] = PICTURES["closes"].say(language, state=STATES[stage.closes].say(language))
    if stage.required:
        lines["require", ""] = PICTURES["requires"].say(language, fields=_listed(stage.required, language))
    if stage.following:
        lines["next", ""] = CHANGES["followed"].say(language, stages=_listed(stage.following, language))
    if stage.approve:
        lines["approve", ""] = approval_told(stage.approve, language)
    if stage.pool:
        lines["pool", ""] = PICTURES["routed"].say(language, pool=stage.pool)
    lines |= {("open", task.id): opening_told(task, language) for task in stage.open}
    return lines | dict(_of_deadlines(stage.deadlines, language))


def _titles(title: Bilingual, language: Language) -> Iterator[tuple[tuple[str, str], str]]:
    if said := getattr(title, language):
        yield ("title", ""), CHANGES["title"].say(language, title=said)


def _of_deadlines(deadlines: Sequence[Deadline], language: Language) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the lines of deadlines; steps by what they do, and the how manyth of these each is."""
    for deadline in deadlines:
        head, *steps = deadline_told(deadline, language)
        name, acts = f"deadline {deadline.id}", Counter[str]()
        yield (name, ""), head
        for step, told in zip(deadline.steps, steps, strict=True):
            acts[step.act] += 1
            line = CHANGES["step"].say(language, deadline=deadline.id, step=told)
            yield (name, f"{step.act} {acts[step.act]}"), line


def _listed(names: Sequence[str] | Mapping[str, object], language: Language) -> str:
    return PICTURES["between"].say(language).join(names)
