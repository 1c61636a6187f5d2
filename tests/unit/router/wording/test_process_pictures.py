"""Pictures of processes: all that is said of them is in them, in both languages, whatever people write."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from router.process.definition.processes import Process
from router.process.language.check import check_process
from router.wording.languages import Language
from router.wording.process_pictures import mermaid, svg
from router.wording.processes import deadline_told
from tests.fuzzing.seeds import PROCESS
from tests.unit.router.process.language.test_check import SALES

_NODE = re.compile(r'  (s\d+|note)(\[|\(\[)"[^"`;]*(#\d+;[^"`;]*)*"(\]|\]\))')
HOSTILE = """process: p
kinds: []
title: '</text><script>alert(1)</script> "x"; # y'
stages:
  - {id: new, title: 'a"] --> b["c\\n`d` <b>', next: [new, end], require: ['</svg>']}
  - {id: end, closes: CLOSED}
deadlines:
  - {id: d, within: {by: n, 1: 1h, else: 2d}, steps: [{at: 5m, do: notify, to: [mo, pool managers]}]}
"""


def drawn(source: str) -> Process:
    checked = check_process(source)
    assert checked.process is not None, checked.problems
    return checked.process


def texts(picture: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]


def test_a_picture_says_what_is_due_and_who_is_told() -> None:
    english, chinese = texts(svg(drawn(SALES), Language.EN)), texts(svg(drawn(SALES), Language.ZH))

    assert english[:7] == [
        "B2B sales (sales)",
        "New lead (new)",
        "First response (first-response): turn to the customer within 1 h after its owner got",
        "it, by the owner's hours",
        "· 50%: remind the owner",
        "· 100%: tell the manager",
        "· 200%: give it to somebody else",
    ]
    assert chinese[:7] == [
        "销售流程（sales）",
        "新线索（new）",
        "首次跟进（first-response）：自分配给归属人起 1 小时内主动联系客户（按归属人工作时间",
        "）",
        "· 50%：提醒归属人",
        "· 100%：通知主管",
        "· 200%：改派他人",
    ]
    assert "必填：budget" in chinese
    assert "结案：已转化" in chinese


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("source", [SALES, PROCESS, HOSTILE])
def test_whatever_people_write_is_text_and_nothing_else(source: str, language: Language) -> None:
    process = drawn(source)

    picture, diagram = svg(process, language), mermaid(process, language)

    assert {element.tag.partition("}")[2] for element in ElementTree.fromstring(picture).iter()} <= {
        "svg", "style", "defs", "marker", "path", "rect", "text",
    }  # fmt: skip
    nodes = [
        line
        for line in diagram.splitlines()
        if re.fullmatch(r'  (s\d+|note)(\[|\(\[)"[^"`;]*(#\d+;[^"`;]*)*"(\]|\]\))', line)
    ]
    ways = [line for line in diagram.splitlines() if re.fullmatch(r"  s\d+ --> s\d+", line)]
    assert len(diagram.splitlines()) == 4 + len(nodes) + len(ways)
    assert len([node for node in nodes if not node.startswith("  note")]) == len(process.stages)


def test_each_way_is_drawn_and_where_none_is_said_the_next() -> None:
    ways = re.findall(r"s\d+ --> s\d+", mermaid(drawn(SALES), Language.EN))
    said = re.findall(r"s\d+ --> s\d+", mermaid(drawn(PROCESS), Language.EN))

    assert ways == [f"s{n} --> s{other}" for n in range(5) for other in (n + 1, 6)]
    assert said == ["s0 --> s1", "s0 --> s2"]
    assert svg(drawn(SALES), Language.EN).count('class="way"') == len(ways)


def due_told(deadlines: str, language: Language) -> list[str]:
    """Return what a picture says beside the title of a stage with some deadlines."""
    process = drawn(f"process: p\nkinds: [LEAD]\nstages: [{{id: new, next: [], deadlines: [{deadlines}]}}]")
    return [line for deadline in process.first.deadlines for line in deadline_told(deadline, language)]


def test_a_picture_says_what_a_deadline_says_of_pauses() -> None:
    deadlines = (
        "{id: a, within: 1h, clock: wall, statutory: true}, {id: b, within: 1h, clock: wall, pauses: true},"
        "{id: c, within: 1h, clock: wall, pauses: false}"
    )

    assert [line.partition("around the clock")[2] for line in due_told(deadlines, Language.EN)] == [
        ", statutory: nothing pauses it", ", it pauses", ", pauses do not stop it",
    ]  # fmt: skip
    assert [line.partition("（")[2] for line in due_told(deadlines, Language.ZH)] == [
        "全天计时，法定时限，不因暂停而顺延）", "全天计时，暂停期间不计时）", "全天计时，暂停期间照常计时）",
    ]  # fmt: skip


def test_a_picture_says_by_which_date_something_is_due_and_how_often_a_step_is_done() -> None:
    deadlines = (
        "{id: a, of: end, before: 90d, on_closed: after, steps: [{before: 2d, do: remind}, {at: 100%, do: reassign}]},"
        "{id: b, of: end, clock: wall, yearly: true, until: contact},"
        "{id: c, of: end, before: {by: tier, A: 90d, else: 4h}, steps:"
        " [{after: 1h, every: 30m, at_most: 3, do: remind}]}"
    )

    assert due_told(deadlines, Language.EN) == [
        "a: leave the stage 90 d before end, by the owner's hours, on a day off later",
        "2 working d before it is due: remind the owner",
        "when it is due: give it to somebody else",
        "b: talk with the customer by end, around the clock, each year",
        "c: leave the stage in time before end, by the owner's hours, on a day off earlier; by tier: A 90 d, else 4 h",
        "1 h after it was due, and every 30 min, 3 times in all: remind the owner",
    ]
    assert due_told(deadlines, Language.ZH) == [
        "a：不晚于 end 前 90 个自然日离开本阶段（按归属人工作时间，遇休息时间顺延）",
        "到期前 2 个工作日：提醒归属人",
        "到期时：改派他人",
        "b：不晚于 end 与客户沟通上（全天计时，每年一次）",
        "c：在 end 之前限时离开本阶段（按归属人工作时间，遇休息时间提前）；按 tier：A 为 90 个自然日，其余 4 小时",
        "到期后 1 小时起每 30 分钟一次，共 3 次：提醒归属人",
    ]


def test_a_picture_says_who_approves_a_stage_where_and_what_if_not() -> None:
    source = (
        "process: p\nkinds: [LEAD]\nstages: [{id: new}, {id: quote, approve: {by: manager, within: 4h, on_reject: lost,"
        " when: {field: discount, op: gt, value: 0.1}}}, {id: won, approve: {by: mo}}, {id: lost, closes: CLOSED}]"
    )

    said = {language: [each for each in texts(svg(drawn(source), language)) if "to be" in each or "批准" in each]
            for language in Language}  # fmt: skip
    assert said == {
        Language.EN: [
            "to be approved by the manager within 4 h where discount is above 0.1; else it enters",
            "to be approved by mo within 1 working d",
        ],
        Language.ZH: [
            "discount 大于 0.1 时，须主管在 4 小时内批准；不批准则进入 lost", "须 mo 在 1 个工作日内批准",
        ],
    }  # fmt: skip


def test_a_picture_says_what_follows_from_a_bad_answer() -> None:
    source = (
        "process: p\nkinds: [TICKET]\nstages: [{id: new}, {id: done, closes: CLOSED}]\nsatisfaction: {csat: {at_most:"
        " 2, open: {id: call, pool: calls, within: 24h, clock: wall, exclude: handlers}},"
        " nps: {at_most: 6, notify: [mo, owner]}}"
    )

    said = {language: texts(svg(drawn(source), language))[-4:] for language in Language}

    assert said == {
        Language.EN: [
            "Satisfaction 2 or less (of 5): tell the manager",
            "· opens call in pool calls, within 24 h, never for who had the work item",
            "Likelihood to recommend 6 or less (of 10): tell mo, the owner",
            "Where a stage does not say what may follow, every later one may: drawn is the next.",
        ],
        Language.ZH: [
            "满意度评分不高于 2 分（满分5分）：通知主管",
            "· 创建 call，分配池 calls，24 小时内完成，负责过该工作项的人回避",
            "推荐意愿评分不高于 6 分（满分10分）：通知 mo、归属人",
            "阶段未写明后续时，其后各阶段均可进入，图中只画下一个。",
        ],
    }


def test_a_long_line_is_broken_and_nothing_of_it_lost() -> None:
    long = "很长" * 60
    source = f"process: p\nkinds: [LEAD]\nstages: [{{id: new, require: [{long}, {'word ' * 40}x]}}]"

    lines = texts(svg(drawn(source), Language.EN))

    assert max(map(len, lines)) <= 90
    assert "".join(lines).replace(" ", "").endswith((f"requires{long},{'word' * 40}x").replace(" ", ""))
