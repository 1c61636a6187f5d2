"""Activities, next dates and timelines in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import deadlines_pb2 as deadlines
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from router.process.definition.words import Bilingual
from router.wording.activities import tell_child, tell_entry, tell_next_date
from router.wording.languages import Language
from router.wording.phrases import ACTIVITIES, NEXT_DATES, RESCINDED, TIMELINE, UNATTRIBUTED

CALL = activities.Activity.KIND_CALL
OUT, IN = activities.Activity.DIRECTION_OUTBOUND, activities.Activity.DIRECTION_INBOUND


def at(day: int, hour: int) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(datetime(2026, 11, day, hour, tzinfo=UTC))
    return stamp


def told(language: Language, **event: object) -> str:
    entry = routing.TimelineEntry(time=at(27, 10), **event)  # type: ignore[arg-type]  # one of its events
    tell_entry(entry, UTC, language)
    return entry.words


def both(**event: object) -> tuple[str, str]:
    return told(Language.EN, **event), told(Language.ZH, **event)


def test_a_call_is_told_with_who_how_long_and_what_is_next() -> None:
    call = activities.Activity(
        kind=CALL, direction=OUT, rep="tenants/t/reps/li", rep_display_name="李娜", occur_time=at(27, 10),
        duration={"seconds": 185}, next_time=at(30, 9), outcome="no answer",
    )  # fmt: skip

    assert both(activity=call) == (
        "李娜 called the customer (3 min 5 s). Next follow-up on Monday at 09:00.",
        "李娜致电客户（3 分 5 秒）。下次跟进时间：周一 09:00。",
    )


def test_what_was_recorded_later_is_told_with_when_it_occurred() -> None:
    call = activities.Activity(kind=CALL, direction=IN, rep="tenants/t/reps/li", occur_time=at(27, 8))

    assert both(activity=call) == (
        "The customer called; li took the call. It occurred at 08:00.",
        "客户来电，由 li 接听。实际发生时间：08:00。",
    )


def test_of_what_was_imported_it_is_told_since_when_somebody_has_had_it() -> None:
    imported = decisions.Decision(explanation="Imported.", assigned_time=at(5, 9))

    assert both(decision=imported) == (
        "Imported. They have had it since 2026-11-05 09:00.",
        "Imported.自 2026-11-05 09:00 起由其负责。",
    )
    assert told(Language.EN, decision=decisions.Decision(explanation="Routed.")) == "Routed."


def test_whoever_is_hidden_stays_hidden_in_words() -> None:
    hidden = activities.Activity(
        kind=CALL, direction=OUT, rep="tenants/t/reps/li", rep_display_name="***", occur_time=at(27, 10)
    )

    assert both(activity=hidden) == ("*** called the customer.", "***致电客户。")


KINDS = activities.Activity.Kind.keys()[1:]
DIRECTIONS = activities.Activity.Direction.keys()[1:]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_who_acted_is_named_and_where_nobody_did_nobody_is_made_up(kind: str, direction: str) -> None:
    what: dict[str, Any] = {"kind": kind, "direction": direction, "occur_time": at(27, 10)}
    by_rep, by_nobody = activities.Activity(**what, rep_display_name="李娜"), activities.Activity(**what)

    assert all("李娜" in words for words in both(activity=by_rep))
    english, chinese = both(activity=by_nobody)
    assert not re.search("nobody|system|系统|自动|人工", f"{english} {chinese}", re.IGNORECASE)
    assert not re.search(r"^[;，]|\b(by|from|with|to) ?[.;(]|由[，。（]", f"{english} {chinese}")
    is_of_the_customers = direction == "DIRECTION_INBOUND" and kind != "KIND_NOTE"
    assert ("customer" in english.lower(), "客户" in chinese) == (
        (kind != "KIND_NOTE" and direction != "DIRECTION_INTERNAL"),
    ) * 2
    assert is_of_the_customers or ("no rep is recorded" in english and "未记录" in chinese)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"closed": routing.WorkItem.STATE_CONVERTED}, ("It is converted.", "该工作项已转化。")),
        ({"reminder": 1}, ("The next date is reached: the owner's reminder.", "已到跟进时间：提醒归属人。")),
        (
            {"reminder": 2},
            (
                "A working day after the next date nobody has followed up:"
                " a reminder for the manager, if there is a manager.",
                "过了跟进时间一个工作日仍未跟进：提醒主管（如有）。",
            ),
        ),
        (
            {"asked_stage": "quote", "asked_note": "老客户", "actor": "mo"},
            ("mo asked whether it may enter stage quote (老客户).", "mo 申请进入阶段 quote（老客户），待审批。"),
        ),
        ({"erased": True}, ("What was personal in it was erased.", "其中的个人信息已删除。")),
    ],
)
def test_what_else_happened_is_told(event: dict[str, object], words: tuple[str, str]) -> None:
    assert both(**event) == words


LI: Mapping[str, Any] = {"rep": "tenants/t/reps/li", "rep_display_name": "李娜"}
ANSWER, BECAUSE = routing.OfferAnswer.Answer, routing.OfferAnswer.Because


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"answer": ANSWER.ANSWER_ACCEPTED, **LI}, ("李娜 accepted it.", "李娜已接单。")),
        (
            {"answer": ANSWER.ANSWER_DECLINED, "reason": "满了", **LI},
            ("李娜 declined it (满了).", "李娜拒单（满了）。"),
        ),
        ({"answer": ANSWER.ANSWER_DECLINED, "reason": "***", **LI}, ("李娜 declined it (***).", "李娜拒单（***）。")),
        ({"answer": ANSWER.ANSWER_DECLINED, "rep": LI["rep"]}, ("li declined it.", "li 拒单。")),
        (
            {"answer": ANSWER.ANSWER_LAPSED, "lapses": 3, "set_away": True, **LI},
            (
                "李娜 did not answer in time: the offer lapsed. 3 in a row have lapsed: 李娜 is set away.",
                "李娜超时未接单，派单失效。李娜连续 3 次超时未接单，已设为暂离。",
            ),
        ),
        (
            {"answer": ANSWER.ANSWER_LAPSED},
            ("Nobody accepted it in time: the offer lapsed.", "超时无人抢单，本次抢单结束。"),
        ),
        (
            {"answer": ANSWER.ANSWER_RESCINDED, "because": BECAUSE.BECAUSE_COMPLETED, **LI},
            ("The offer to 李娜 was rescinded: the work item was closed.", "已撤回给李娜的派单（工作项已关闭）。"),
        ),
        (
            {"answer": ANSWER.ANSWER_RESCINDED, "because": BECAUSE.BECAUSE_SETTLED},
            (
                "The offer to many was rescinded: somebody left the pool, or it was deleted.",
                "已撤回抢单（分配池有人离开，或分配池已删除）。",
            ),
        ),
        ({"answer": ANSWER.ANSWER_RESCINDED, **LI}, ("The offer to 李娜 was rescinded.", "已撤回给李娜的派单。")),
    ],
)
def test_what_became_of_an_offer_is_told(answer: dict[str, object], words: tuple[str, str]) -> None:
    assert both(offer_answer=routing.OfferAnswer(offer=7, **answer)) == words  # type: ignore[arg-type]


def test_there_are_words_for_every_answer() -> None:
    for answer in ANSWER.keys()[1:]:
        told_of = both(offer_answer=routing.OfferAnswer(answer=answer, **LI))

        assert all("李娜" in words for words in told_of)
    assert [*RESCINDED] == BECAUSE.keys()[1:]


def test_a_date_is_told_as_due_or_overdue_with_the_last_reminder() -> None:
    date = activities.NextDate(
        next_time=at(26, 9), status=activities.NextDate.STATUS_OVERDUE, reminders=2, reminder_time=at(27, 9)
    )
    now_ms = at(27, 10).ToMilliseconds()

    words = [_words(date, now_ms, language, has_manager=has) for has in (True, False) for language in Language]

    overdue, chinese = (
        "Overdue: it was to be followed up on 2026-11-26 at 09:00.",
        "已逾期，原定 2026-11-26 09:00 跟进。",
    )
    assert words == [
        f"{overdue} The manager's reminder fell due at 09:00.",
        f"{chinese}提醒主管：09:00。",
        f"{overdue} A second reminder fell due at 09:00, and there is no manager to remind.",
        f"{chinese}第二次提醒：09:00，没有主管可以提醒。",
    ]


def _words(date: activities.NextDate, now_ms: int, language: Language, *, has_manager: bool) -> str:
    tell_next_date(date, now_ms, UTC, language, has_manager=has_manager)
    return date.words


@pytest.mark.parametrize(
    ("state", "withdrawn", "said"),
    [
        ("ASSIGNED", False, ("Child Call-back is opened: Wu.", "创建子任务“回访”，归属 Wu。")),
        ("QUEUED", False, ("Child Call-back is opened, and waits.", "创建子任务“回访”，暂时无人可接。")),
        ("CLOSED", False, ("Child Call-back is closed.", "子任务“回访”已关闭。")),
        (
            "CLOSED", True,
            ("Child Call-back is closed by itself, for this was reopened.", "工作项重新打开，子任务“回访”自动关闭。"),
        ),
    ],
)  # fmt: skip
def test_of_a_child_its_parent_tells_that_it_was_opened_and_closed(
    state: str, withdrawn: bool, said: tuple[str, str]
) -> None:
    child = routing.WorkItem.Child(stage="solved~call-back", state=f"STATE_{state}", owner="tenants/t/reps/wu")
    entry = routing.TimelineEntry(child=child, withdrawn=withdrawn)
    words = list[str]()
    for language in Language:
        tell_child(entry, Bilingual("Call-back", "回访"), language, {"wu": "Wu"}.__getitem__)
        words.append(entry.words)

    assert tuple(words) == said
    tell_child(entry, Bilingual(), Language.EN, {"wu": "Wu"}.__getitem__)
    assert "Child call-back is" in entry.words


def test_there_are_words_for_every_kind_and_direction_and_they_are_chinese_in_chinese() -> None:
    kinds = [name.removeprefix("KIND_") for name in KINDS]
    directions = [name.removeprefix("DIRECTION_") for name in DIRECTIONS]
    expected = {f"{kind} {direction}" for kind in kinds for direction in directions if kind != "NOTE"} | {"NOTE"}

    assert {*ACTIVITIES} == {*UNATTRIBUTED} == expected
    for phrase in (*ACTIVITIES.values(), *UNATTRIBUTED.values(), *NEXT_DATES.values(), *TIMELINE.values()):
        assert phrase.en != phrase.zh
        assert not re.search("[a-z]", re.sub(r"\{\w+\}", "", phrase.zh))


@pytest.mark.parametrize(
    ("on_leave", "inactive", "en", "zh"),
    [
        ([], [], "", ""),
        (["r/陈洁"], [], " instead of 陈洁, on leave", "（陈洁休假，改为通知其上级）"),
        ([], ["r/李娜"], " instead of 李娜, inactive", "（李娜已停用，改为通知其上级）"),
        (
            ["r/陈洁"], ["r/李娜"],
            " instead of 陈洁, on leave, and 李娜, inactive", "（陈洁休假，李娜已停用，改为通知其上级）",
        ),
    ],
)  # fmt: skip
def test_who_was_passed_over_is_told_as_what_they_are(
    on_leave: list[str], inactive: list[str], en: str, zh: str
) -> None:
    step = deadlines.ReachedStep(
        deadline="更新", act=deadlines.DeadlineStep.ACT_NOTIFY, told=["r/王芳"], on_leave=on_leave, inactive=inactive
    )

    assert both(reached_step=step) == (f"Deadline 更新: 王芳 to be told{en}.", f"时限更新：应通知王芳{zh}。")


def test_who_migrated_a_work_item_is_named_with_from_where_to_where() -> None:
    migration = deadlines.RevisionChange(
        earlier_process="tenants/t/processes/sales@1", earlier_stage="quote", process="tenants/t/processes/sales@2",
        stage="offer",
    )  # fmt: skip

    assert both(migration=migration, actor="mo") == (
        "mo migrated it: it goes on by sales@2, in stage offer; it went by sales@1, in stage quote.",
        "mo 将其改用流程版本 sales@2（阶段 offer），原为 sales@1（阶段 quote）。",
    )
