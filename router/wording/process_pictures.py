"""A picture of a process: its stages, what may follow, what falls due in each and who is told. Mermaid, or SVG without
a library.

Texts come from whoever wrote the process: nothing in them is taken for a mark of the picture.

References
----------
.. [1] Mermaid, "Flowcharts – Basic Syntax", https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import escape

from router.process.definition.deadlines import Act, Deadline, DueDate
from router.process.definition.processes import Process, Stage
from router.process.definition.tasks import APPROVER, CSAT, NPS, OWNER, AnswerFollowUp, ChildTask
from router.process.definition.words import Bilingual
from router.rules.route import HANDLERS
from router.wording.languages import Language
from router.wording.phrases import STATES
from router.wording.process_phrases import ACTS, DEADLINES, PICTURES
from router.wording.processes import (
    approval_told,
    deadline_told,
    duration_told,
    of_told,
    on_the_wall,
    people_told,
    within_told,
)
from rules.durations import Duration

_MERMAID_MARKS = str.maketrans({mark: f"#{ord(mark)};" for mark in '#"<>&`;'})
_LEFT, _WIDTH, _BEND = 20, 620, 26
_LINE, _PAD, _GAP, _HEAD = 18, 10, 34, 40
_UNITS = 84
"""Widths of a letter that a line has room for; a Chinese character takes two."""
_STYLE = (
    "text{font:12px sans-serif;fill:#222}.title{font-weight:bold}.quiet{fill:#666}.stage{fill:#eaf2f8;stroke:#2471a3}"
    ".end{fill:#eafaf1;stroke:#1e8449}.way{fill:none;stroke:#555;marker-end:url(#tip)}"
)


class Box(NamedTuple):
    """A stage as it is drawn: its title, and the lines below."""

    title: str
    lines: tuple[str, ...]
    is_end: bool


def mermaid(process: Process, language: Language) -> str:
    """Draw a process as a Mermaid flowchart [1]_.

    Examples
    --------
    >>> from router.model.workitem import Kind
    >>> process = Process("p", frozenset({Kind.LEAD}), (Stage("new"), Stage("done")))
    >>> print(mermaid(process, Language.EN))
    ---
    title: "p"
    ---
    flowchart TD
      s0["new"]
      s1["done"]
      s0 --> s1
      note["Where a stage does not say what may follow, every later one may: drawn is the next."]
    <BLANKLINE>
    """
    # a title in JSON is one in YAML, whatever is in it
    lines = [
        "---",
        f"title: {json.dumps(_plain(_title(process.id, process.title, language)), ensure_ascii=False)}",
        "---",
        "flowchart TD",
    ]
    for place, box in enumerate(_boxes(process, language)):
        opening, closing = ("([", "])") if box.is_end else ("[", "]")
        label = "<br/>".join(_marked(line) for line in (box.title, *box.lines))
        lines.append(f'  s{place}{opening}"{label}"{closing}')
    lines += [f"  s{one} --> s{other}" for one, other in _ways(process)]
    if notes := _notes(process, language):
        lines.append(f'  note["{"<br/>".join(map(_marked, notes))}"]')
    return "\n".join([*lines, ""])


def _marked(text: str) -> str:
    return _plain(text).translate(_MERMAID_MARKS)


def svg(process: Process, language: Language) -> str:
    """Draw a process as SVG, its stages below each other."""
    boxes, top, places = list(_boxes(process, language)), _HEAD, list[tuple[int, int]]()
    parts = [_text(_LEFT, 24, _title(process.id, process.title, language), "title")]
    for box in boxes:
        wrapped = [part for line in box.lines for part in _wrapped(line)]
        height = 2 * _PAD + _LINE * (1 + len(wrapped))
        parts += _drawn(box, wrapped, top, height)
        places.append((top, top + height))
        top += height + _GAP
    ways = _ways(process)
    parts += [_way(places[one], places[other], one + 1 == other) for one, other in ways]
    for line in _notes(process, language):
        for part in _wrapped(line):
            parts.append(_text(_LEFT, top, part, "quiet"))
            top += _LINE
    width, height = _LEFT + _WIDTH + 3 * _BEND, top + _PAD
    opened = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    )
    tip = (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>'
    )
    ground = '<rect width="100%" height="100%" fill="#fff"/>'
    return "\n".join([opened, f"<style>{_STYLE}</style>", tip, ground, *parts, "</svg>\n"])


def _drawn(box: Box, lines: Sequence[str], top: int, height: int) -> Iterator[str]:
    kind, round_ = ("end", height // 3) if box.is_end else ("stage", 6)
    yield f'<rect class="{kind}" x="{_LEFT}" y="{top}" width="{_WIDTH}" height="{height}" rx="{round_}"/>'
    yield _text(_LEFT + 2 * _PAD, top + _PAD + 13, box.title, "title")
    for place, line in enumerate(lines, start=1):
        yield _text(_LEFT + 2 * _PAD, top + _PAD + 13 + _LINE * place, line)


def _way(one: tuple[int, int], other: tuple[int, int], is_next: bool) -> str:
    """Draw what may follow: straight down to the next, around at the right to any other."""
    if is_next:
        x = _LEFT + _WIDTH // 2
        return f'<path class="way" d="M{x} {one[1]}V{other[0]}"/>'
    edge, start, end = _LEFT + _WIDTH, sum(one) // 2, sum(other) // 2
    bend = edge + 2 * _BEND
    return f'<path class="way" d="M{edge} {start}C{bend} {start} {bend} {end} {edge} {end}"/>'


def _text(x: int, y: int, text: str, kind: str = "") -> str:
    styled = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}"{styled}>{escape(_plain(text))}</text>'


def _boxes(process: Process, language: Language) -> Iterator[Box]:
    for stage in process.stages:
        title, lines = _title(stage.id, stage.title, language), list(_lines(stage, language))
        yield Box(title, tuple(lines), stage.closes is not None)


def _lines(stage: Stage, language: Language) -> Iterator[str]:
    if stage.closes:
        yield PICTURES["closes"].say(language, state=STATES[stage.closes].say(language))
    if stage.required:
        fields = PICTURES["between"].say(language).join(stage.required)
        yield PICTURES["requires"].say(language, fields=fields)
    if stage.approve:
        yield approval_told(stage.approve, language)
    if stage.pool:
        yield PICTURES["routed"].say(language, pool=stage.pool)
    yield from (opening_told(task, language) for task in stage.open)
    yield from _due(stage.deadlines, language)


def opening_told(task: ChildTask, language: Language) -> str:
    """Say what a stage opens, of which pool, when, where and with what, until when, who never gets it, and whether that
    blocks.
    """
    facts = {"child": _title(task.id, task.title, language), "pool": task.pool, "each": task.each}
    told = PICTURES["opens each" if task.each else "opens"].say(language, **facts)
    if task.dated:
        told = _on_date(told, task.dated, language)
    if task.stage:
        told = PICTURES["opens in stage"].say(language, opens=told, stage=task.stage)
    if task.copied:
        fields = [
            PICTURES["as"].say(language, field=one, name=name) if one != name else one for name, one in task.copied
        ]
        told = PICTURES["opens with"].say(language, opens=told, fields=PICTURES["between"].say(language).join(fields))
    if task.within:
        told = PICTURES["opens within"].say(language, opens=told, within=duration_told(task.within, language))
    if task.exclude:
        whom = PICTURES["between"].say(language).join(_excluded(name, language) for name in task.exclude)
        told = PICTURES["opens excluding"].say(language, opens=told, whom=whom)
    return PICTURES["opens blocking"].say(language, opens=told) if task.blocks else told


def _on_date(opens: str, dated: DueDate, language: Language) -> str:
    """Say on which date what is opened is."""
    of = of_told(dated.of, language)
    if dated.before is None:
        return PICTURES["opens on"].say(language, opens=opens, of=of)
    before = within_told(on_the_wall(dated.before), language, "none opened")
    phrase = "opens before table" if dated.before.by else "opens before"
    return PICTURES[phrase].say(language, opens=opens, of=of, before=before)


def _excluded(name: str, language: Language) -> str:
    return PICTURES[name if name in (HANDLERS, OWNER, APPROVER) else "named"].say(language, field=name)


def _due(deadlines: Sequence[Deadline], language: Language) -> Iterator[str]:
    for deadline in deadlines:
        head, *steps = deadline_told(deadline, language)
        yield head
        yield from (f"· {step}" for step in steps)


def _notes(process: Process, language: Language) -> list[str]:
    """Return what is said of the process as a whole."""
    throughout = list(_due(process.deadlines, language))
    if throughout:
        throughout.insert(0, DEADLINES["of the process"].say(language))
    throughout += [ask_told(name, after, language) for name, after in process.surveys]
    for name, said in ((CSAT, process.csat), (NPS, process.nps)):
        throughout += answers_told(name, said, language) if said else ()
    if not process.kinds:
        throughout.insert(0, PICTURES["retired"].say(language))
    is_open = any(stage.following is None and not stage.closes for stage in process.stages[:-1])
    return throughout + ([PICTURES["any later"].say(language)] if is_open else [])


def ask_told(name: str, after: Duration, language: Language) -> str:
    """Say when a customer is asked, ``csat`` or ``nps``."""
    return PICTURES[f"ask {name}"].say(language, after=duration_told(after, language))


def answers_told(name: str, said: AnswerFollowUp, language: Language) -> Iterator[str]:
    """Say what follows from a bad answer of a customer."""
    does = ACTS[Act.NOTIFY].say(language, who=people_told(said.to, language))
    yield PICTURES[name].say(language, at_most=said.at_most, does=does)
    if said.open:
        yield f"· {opening_told(said.open, language)}"


def _ways(process: Process) -> list[tuple[int, int]]:
    """Return which stage may follow which, by their places; of those that do not say it the next one.

    Where the next one closes, all that close there: they end it one way or another.
    """
    names, ways = [stage.id for stage in process.stages], list[tuple[int, int]]()
    for place, stage in enumerate(process.stages):
        if stage.closes:
            continue
        if stage.following is not None:
            ways += [(place, names.index(name)) for name in stage.following if name != stage.id]
            continue
        for other in range(place + 1, len(names)):
            ways.append((place, other))
            if not process.stages[other].closes:
                break
    return ways


def _title(name: str, title: Bilingual, language: Language) -> str:
    said: str = getattr(title, language)
    return PICTURES["titled"].say(language, title=said, name=name) if said and said != name else name


def _plain(text: str) -> str:
    return " ".join(text.split())


def _wrapped(text: str) -> Iterator[str]:
    """Break a line where it would be too long: at a blank if there is one, in Chinese anywhere."""
    line, width, blank = "", 0, 0
    for char in _plain(text):
        line, width = line + char, width + _width(char)
        blank = len(line) if char == " " or _width(char) == 2 else blank
        if width > _UNITS:
            at = blank if 0 < blank < len(line) else len(line) - 1
            yield line[:at].rstrip()
            line = line[at:]
            width, blank = sum(map(_width, line)), 0
    if line:
        yield line


def _width(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
