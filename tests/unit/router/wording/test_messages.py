"""What people are told by messages: every variant of what there is to tell, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from router.deadlines.given import TOLD_CAUSES, GivenItem, SetAway, TakenOffer
from router.deadlines.notices import About, AskedCustomer, ChangedProcess, EntryTitles, Notice, ReachedDate
from router.deadlines.reached import BadAnswer, DecidedStage, GivingStep, Reached
from router.deadlines.recipients import Recipients
from router.model.decision import Cause, Decision, DecisionInputs, Outcome, StepOfDeadline
from router.model.digests import DigestEntry, DigestKind, MadeDigest
from router.model.events import ANSWERS, Digested, Event, Fired, Note, Noted
from router.model.workitem import Kind, WorkItem
from router.process.definition.deadlines import GIVING, Act, Deadline, DeadlineStep, Until
from router.process.definition.processes import Process, Stage
from router.process.definition.tasks import APPROVAL, CSAT, NPS, AnswerFollowUp, Approval, ChildTask
from router.process.definition.words import Bilingual
from router.process.due.due_steps import NamedStep
from router.process.life.asks import Ask
from router.process.revisions.differences import differences
from router.wording.languages import Language
from router.wording.message_phrases import MESSAGE_LINES, MESSAGE_REASONS, MESSAGE_TITLES, TOLD_PHRASES, MessageType
from router.wording.messages import MOST_LISTED, kind_of, message
from router.wording.own_titles import LINE_NAMES, line_templates, title_templates
from router.wording.told import TOLD, titles_of, told_page
from rules.durations import Duration, DurationTable

DOCS = Path(__file__).parents[4] / "docs"
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = int(datetime(2026, 10, 9, 6, tzinfo=UTC).timestamp() * 1000)
DUE = NOW + 3_600_000
ITEM = "crm~L-1"
NAMES = {"ann": "安娜", "bo": "李博", "mo": "莫老师"}
CALL = Deadline(
    "call", DurationTable(Duration(2, "h")), until=Until.ATTEMPT, title=Bilingual("first response", "首次响应")
)
NEW = Stage("new", Bilingual("new leads", "新线索"), deadlines=(CALL,))
QUOTE = Stage("quote", Bilingual("quote", "报价"), approve=Approval("mo", on_reject="new"))
SALES = Process("sales", frozenset({Kind.LEAD}), (NEW, QUOTE), Bilingual("sales", "销售"), revision=2)
ASK = Ask(7, NOW, "quote", "ann", "east", "office")
PHONE = "13800000000"


def fired(step: int = 1) -> Fired:
    return Fired(9, ITEM, "due/1/new/call", 1, step, NOW, NOW, workforce=1)


def reached(act: Act, owner: str = "ann", *, loud: bool = False) -> Reached:
    step = DeadlineStep(Fraction(1), act, ignores_quiet_hours=loud)
    return Reached(fired(), SALES, NamedStep("new", CALL, step), Recipients(("mo",)), owner)


def approval(step: int) -> Reached:
    deadline = Approval("mo").deadline
    return Reached(fired(step), SALES, NamedStep("quote", deadline, deadline.steps[0]), Recipients(("mo",)), "ann", ASK)


def noted(note: Note, value: int = 0) -> Noted:
    return Noted(9, ITEM, Kind.LEAD, "ann", "east", 8, note, "mo", value, NOW, text=f"calls {PHONE}")


def given(cause: Cause, outcome: Outcome = Outcome.ASSIGNED, *, before: str = "ann", named: str = "") -> GivenItem:
    item = WorkItem(Kind.LEAD, "crm", "L-1", {"phone": PHONE})
    escalates = StepOfDeadline("act/1/new/call", 1) if cause is Cause.ESCALATED else None
    head = DecisionInputs(item, cause, 1, 1, (), (), named=named, covered="mo", escalates=escalates)
    rep = "bo" if outcome in (Outcome.ASSIGNED, Outcome.OFFERED) else ""
    decision = Decision(
        9, ITEM, Kind.LEAD, outcome, rep, "east", 2, 0, (), None, "", 8, NOW, head, freed=before
    )  # fmt: skip
    step = GivingStep(SALES, NamedStep("new", CALL, DeadlineStep(Fraction(2), Act.REASSIGN)))
    return GivenItem(decision, step if escalates else None, Recipients(("bo", "ann")))


def digest(kind: DigestKind, count: int = 3) -> Digested:
    entries = [DigestEntry(ITEM, "new", "call", DUE), DigestEntry("crm~L-2", "", "", DUE)]
    entries += [DigestEntry(f"crm~T-{place}", "", "whole", DUE) for place in range(count - 2)]
    return Digested(9, MadeDigest("ann", kind, NOW, count, tuple(entries)), 1, 0, 0, NOW)


def answer(note: Note) -> BadAnswer:
    task = ChildTask("call-back", Kind.TASK, "east", Bilingual("call back", "回访"))
    return BadAnswer(noted(note, 2), SALES, AnswerFollowUp(6, open=task), Recipients(("mo",)), "ann")


def everything() -> Iterator[tuple[About, str]]:
    """Yield all that people may be told, each with whom: every variant of what, step, act, cause and kind."""
    for act in Act:
        if act is not Act.RAISE_PRIORITY:
            yield from ((reached(act, owner), rep) for owner in ("ann", "") for rep in ("ann", "mo", ""))
    yield from ((approval(step), "mo") for step in (1, 2))
    yield from ((ReachedDate(ITEM, step, owner), "mo") for step in (1, 2) for owner in ("ann", ""))
    for cause in TOLD_CAUSES:
        for outcome in (Outcome.ASSIGNED, Outcome.OFFERED, Outcome.WAITING, Outcome.UNROUTED):
            yield from ((given(cause, outcome), rep) for rep in ("bo", "ann", "mo"))
        yield given(cause, before=""), "mo"
        yield given(cause, named="bo"), "bo"
    yield from ((DecidedStage(noted(note), SALES, QUOTE, Recipients(("ann",))), "ann")
                for note in (Note.APPROVED, Note.REJECTED))  # fmt: skip
    yield from ((answer(note), "mo") for note in ANSWERS)
    yield from ((AskedCustomer(ITEM, question, PHONE), "") for question in (CSAT, NPS))
    yield from ((digest(kind), "ann") for kind in DigestKind)
    for process in (SALES, Process("sales", frozenset(), (NEW,), SALES.title, revision=3)):
        yield from ((ChangedProcess(process, differences(before, process), before), "ann") for before in (None, SALES))
    yield SetAway(ITEM, "ann", 3), "ann"
    yield TakenOffer(ITEM, "bo"), "ann"


def notices() -> Iterator[tuple[Notice, str]]:
    there = Recipients(("ann",), ("mo",), ("bo",))
    for about, rep in everything():
        for due_ms in (None, DUE, NOW) if isinstance(about, Reached) else (None,):
            titles = {}
            if isinstance(about, Digested):
                titles = {about.made.entries[0]: EntryTitles(NEW.title, CALL.title)}
            yield Notice(9, NOW, there, about, due_ms, titles), rep


def told(notice: Notice, rep: str, language: Language) -> list[str]:
    said = message(notice, rep, language, SHANGHAI, lambda rep: NAMES[rep], now_ms=NOW)
    return [said.title, *said.lines]


def test_every_variant_of_what_there_is_to_tell_is_tried_here() -> None:
    tried = [about for about, _ in everything()]

    assert {type(about) for about in tried} == set(get_args(About))
    acts = {about.step.step.act for about in tried if isinstance(about, Reached)}
    assert acts == set(Act) - {Act.RAISE_PRIORITY}
    assert {about.made.kind for about in tried if isinstance(about, Digested)} == set(DigestKind)
    assert {kind_of(notice, rep).type for notice, rep in notices()} == set(MessageType)


def test_each_is_told_in_both_languages_and_in_chinese_by_chinese_words_alone() -> None:
    ids = re.compile(r"crm~\S-\d+|LEAD|sales|quote|new|call|whole|ann|bo|mo")
    for notice, rep in notices():
        english, chinese = (told(notice, rep, language) for language in Language)
        assert len(english) == len(chinese)
        assert not set(english) & set(chinese)
        for text in chinese:
            assert re.search(r"[A-Za-z]", ids.sub("", text)) is None, text


def test_with_our_titles_as_a_tenants_own_the_same_is_told_and_with_others_theirs() -> None:
    theirs = dict.fromkeys([*MESSAGE_TITLES, *LINE_NAMES], "theirs")
    for notice, rep in notices():
        for language in Language:
            ours = message(notice, rep, language, SHANGHAI, itemed=lambda item: f"of {item}")
            own = title_templates(language) | line_templates(language)
            assert message(notice, rep, language, SHANGHAI, itemed=lambda item: f"of {item}", own=own) == ours
            other = message(notice, rep, language, SHANGHAI, own=theirs)
            assert (other.title, len(other.lines)) == ("theirs", len(ours.lines))
            assert not {MESSAGE_LINES[key].en for key in ("take over", "stays", "nothing to do")} & {*other.lines}


def test_none_holds_an_attribute_nor_what_somebody_wrote() -> None:
    for notice, rep in notices():
        for language in Language:
            assert PHONE not in str(message(notice, rep, language, SHANGHAI))


def test_every_template_is_used_by_something_that_is_told() -> None:
    titles = {told(notice, rep, Language.EN)[0] for notice, rep in notices()}
    forms = [re.escape(phrase.en) for phrase in MESSAGE_TITLES.values()]
    patterns = [re.compile(re.sub(r"\\\{\w+\\\}", ".+", form)) for form in forms]

    assert [pattern.pattern for pattern in patterns if not any(map(pattern.fullmatch, titles))] == []
    assert set(MESSAGE_REASONS) == {*map(str, TOLD_CAUSES), "ESCALATED kept"}


def test_the_table_has_every_kind_of_event_and_every_message_and_its_docs_are_as_it_is() -> None:
    assert {row.event for row in TOLD} == set(get_args(Event))
    assert {row.type for row in TOLD} - {None} == set(MessageType)
    assert {f"step {act}" for act in Act} <= {row.what for row in TOLD}
    assert all(titles_of(kind) for kind in MessageType)
    assert {*(row.what for row in TOLD), *(row.who for row in TOLD), "title", "page", "columns"} == set(TOLD_PHRASES)
    assert (DOCS / "told.md").read_text("utf-8") == told_page(Language.EN)
    assert (DOCS / "zh" / "told.md").read_text("utf-8") == told_page(Language.ZH)


def test_a_reminder_says_what_is_due_until_when_and_what_to_do_now() -> None:
    notice = Notice(9, NOW, Recipients(("ann",)), reached(Act.REMIND), DUE)

    assert told(notice, "ann", Language.EN) == [
        "Due at 15:00: first response, crm~L-1",
        "Owner: 安娜.",
        "Stage: new leads.",
        "Due at 15:00.",
        "To do: turn to the customer.",
    ]
    assert told(notice, "ann", Language.ZH) == [
        "crm~L-1：“首次响应”15:00 到期",
        "归属人：安娜。",
        "阶段：新线索。",
        "到期时间：15:00。",
        "请主动联系客户。",
    ]


def test_a_time_by_utc_says_so_for_nobodys_clock_shows_it() -> None:
    notice = Notice(9, NOW, Recipients(("ann",)), reached(Act.REMIND), DUE)

    utc, etc = (message(notice, "ann", Language.EN, ZoneInfo(name), now_ms=NOW) for name in ("UTC", "Etc/UTC"))
    chinese = message(notice, "ann", Language.ZH, ZoneInfo("UTC"), now_ms=NOW)
    british = message(notice, "ann", Language.EN, ZoneInfo("Africa/Abidjan"), now_ms=NOW)

    assert utc == etc
    assert (utc.title, utc.lines[2]) == ("Due at 07:00 UTC: first response, crm~L-1", "Due at 07:00 UTC.")
    assert (chinese.title, chinese.lines[2]) == ("crm~L-1：“首次响应”07:00 UTC 到期", "到期时间：07:00 UTC。")
    assert british.lines[2] == "Due at 07:00."


def test_an_escalation_names_whose_it_is_and_who_is_on_leave() -> None:
    notice = Notice(9, NOW, Recipients(("mo",), ("bo",)), reached(Act.NOTIFY), NOW)

    assert told(notice, "mo", Language.ZH) == [
        "crm~L-1：安娜的“首次响应”已逾期（14:00 到期）",
        "归属人：安娜。",
        "阶段：新线索。",
        "到期时间：14:00。",
        "请督促安娜处理（主动联系客户），或改派他人。",
        "休假中：李博。",
    ]


def test_what_waited_for_the_morning_says_the_day() -> None:
    notice = Notice(9, NOW, Recipients(("ann",)), reached(Act.REMIND), DUE)

    said = message(notice, "ann", Language.EN, SHANGHAI, now_ms=NOW + 18 * 3_600_000)

    assert said.title == "Overdue: first response, crm~L-1, was due on 2026-10-09 at 15:00"


@pytest.mark.parametrize(
    ("rep", "type_", "title"),
    [
        ("bo", MessageType.GIVEN, "crm~L-1 is yours now"),
        ("ann", MessageType.TAKEN, "crm~L-1 is not yours any more"),
        ("mo", MessageType.MOVED, "crm~L-1 went from 安娜 to 李博"),
    ],
)
def test_a_reassignment_says_to_each_what_it_is_to_them(rep: str, type_: MessageType, title: str) -> None:
    notice = Notice(9, NOW, Recipients(("bo", "ann", "mo")), given(Cause.ESCALATED))

    said = message(notice, rep, Language.EN, SHANGHAI, lambda rep: NAMES[rep])

    assert (said.type, said.title, said.item_id) == (type_, title, ITEM)
    assert "Why: first response was not done in time." in said.lines


def test_a_long_list_is_cut_and_says_how_many_more_there_are() -> None:
    notice = Notice(9, NOW, Recipients(("ann",)), digest(DigestKind.DAY, 50))

    said = message(notice, "ann", Language.EN, SHANGHAI)

    assert said.title == "Due today: 50"
    assert len(said.lines) == MOST_LISTED + 1
    assert said.lines[-1] == "And 30 more."


def test_only_a_step_that_says_so_is_sent_at_any_hour() -> None:
    loud = Notice(9, NOW, Recipients(("mo",)), reached(Act.NOTIFY, loud=True))

    assert message(loud, "mo", Language.EN, SHANGHAI).ignores_quiet_hours
    assert [kind_of(notice, rep).ignores_quiet_hours for notice, rep in notices()].count(True) == 0


def test_an_approval_has_no_other_deadline_called_so() -> None:
    assert approval(1).step.deadline.id == APPROVAL
    assert {act for act in GIVING if kind_of(Notice(9, NOW, Recipients(()), reached(act)), "mo").type
            is MessageType.NOT_REASSIGNED} == GIVING  # fmt: skip
