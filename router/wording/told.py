"""Who is told of what, by which message: a table of every kind of event and every step, as docs show it.

``python -m router.wording.told FOLDER`` writes it anew, ``told.md`` and ``zh/told.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from router.model.decision import Decision
from router.model.events import (
    ActivityRecorded,
    Completed,
    Credited,
    Digested,
    Erased,
    Fired,
    Noted,
    OfferAnswered,
    PresenceChanged,
    ProcessPublished,
    RulesPublished,
    Settled,
    Updated,
    WorkforceChanged,
)
from router.wording.languages import Language
from router.wording.message_phrases import MESSAGE_TITLES, TOLD_PHRASES, MessageType
from router.wording.phrases import Phrase


class ToldRow(NamedTuple):
    """A row: by which kind of event, what it says, and by which message people are told of it; None: by none.

    What and who stand in ``TOLD_PHRASES`` under the two names.
    """

    event: type
    what: str
    who: str
    type: MessageType | None = None


TOLD: tuple[ToldRow, ...] = (
    ToldRow(Fired, "step remind", "owner", MessageType.REMINDER),
    ToldRow(Fired, "step notify", "named", MessageType.ESCALATION),
    ToldRow(Fired, "step raise_priority", "nobody"),
    ToldRow(Fired, "step reassign", "manager", MessageType.NOT_REASSIGNED),
    ToldRow(Fired, "step return", "manager", MessageType.NOT_REASSIGNED),
    ToldRow(Fired, "approval asked", "approvers", MessageType.APPROVAL_ASKED),
    ToldRow(Fired, "approval late", "above approvers", MessageType.APPROVAL_LATE),
    ToldRow(Fired, "next date", "owner", MessageType.NEXT_DATE),
    ToldRow(Fired, "next date missed", "manager", MessageType.NEXT_DATE_MISSED),
    ToldRow(Noted, "approved", "owner but decider", MessageType.APPROVED),
    ToldRow(Noted, "rejected", "owner but decider", MessageType.REJECTED),
    ToldRow(Noted, "bad csat", "named", MessageType.BAD_CSAT),
    ToldRow(Noted, "bad nps", "named", MessageType.BAD_NPS),
    ToldRow(Noted, "survey csat", "customers", MessageType.SURVEY_CSAT),
    ToldRow(Noted, "survey nps", "customers", MessageType.SURVEY_NPS),
    ToldRow(Noted, "other notes", "timeline"),
    ToldRow(Decision, "given", "new owner", MessageType.GIVEN),
    ToldRow(Decision, "taken", "earlier owner", MessageType.TAKEN),
    ToldRow(Decision, "escalated", "manager", MessageType.MOVED),
    ToldRow(Decision, "other decisions", "answer"),
    ToldRow(OfferAnswered, "set away", "rep", MessageType.SET_AWAY),
    ToldRow(OfferAnswered, "offer taken", "others offered", MessageType.OFFER_TAKEN),
    ToldRow(OfferAnswered, "other answers", "answer"),
    ToldRow(Digested, "list day", "rep", MessageType.LIST_DAY),
    ToldRow(Digested, "list holidays", "rep or manager", MessageType.LIST_HOLIDAYS),
    ToldRow(Digested, "list tomorrow", "manager of people", MessageType.LIST_TOMORROW),
    ToldRow(ProcessPublished, "process new", "everybody", MessageType.PROCESS_NEW),
    ToldRow(ProcessPublished, "process changed", "everybody", MessageType.PROCESS_CHANGED),
    ToldRow(ProcessPublished, "process retired", "everybody", MessageType.PROCESS_RETIRED),
    ToldRow(Updated, "updated", "timeline"),
    ToldRow(ActivityRecorded, "activity", "timeline"),
    ToldRow(Completed, "completed", "timeline"),
    ToldRow(Erased, "erased", "timeline"),
    ToldRow(Settled, "ledger", "nobody"),
    ToldRow(Credited, "ledger", "nobody"),
    ToldRow(WorkforceChanged, "workforce", "nobody"),
    ToldRow(RulesPublished, "rules", "nobody"),
    ToldRow(PresenceChanged, "presence", "nobody"),
)
"""Every kind of event, and what of it people are told."""


def titles_of(kind: MessageType) -> list[Phrase]:
    """Return the titles of a message, in the ways in which it may be told."""
    return [phrase for key, phrase in MESSAGE_TITLES.items() if key == kind or key.startswith(f"{kind} ")]


def told_page(language: Language) -> str:
    """Return the page, as docs hold it."""
    beside = "[English](../told.md)" if language is Language.ZH else "[中文](zh/told.md)"
    head = [TOLD_PHRASES["title"].say(language), "", beside, "", TOLD_PHRASES["page"].say(language), ""]
    return "\n".join([*head, *_table(language), ""])


def _table(language: Language) -> Iterator[str]:
    yield TOLD_PHRASES["columns"].say(language)
    yield "|---|---|---|---|---|"
    for row in TOLD:
        what, who = (TOLD_PHRASES[name].say(language) for name in (row.what, row.who))
        name = f"`{row.type}`" if row.type else "-"
        english, chinese = (_titles(row.type, each) for each in Language)
        yield f"| {what} | {who} | {name} | {english} | {chinese} |"


def _titles(kind: MessageType | None, language: Language) -> str:
    if kind is None:
        return "-"
    return "<br>".join(getattr(phrase, language) for phrase in titles_of(kind))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for language, name in ((Language.EN, "told.md"), (Language.ZH, "zh/told.md")):
        (folder / name).write_text(told_page(language), encoding="utf-8")
