"""What a publication changed, in both languages."""

from __future__ import annotations

from dataclasses import replace

from router.process.definition.processes import Process
from router.process.language.check import check_process
from router.wording.languages import Language
from router.wording.process_changes import publication_told

BEFORE = """
process: care
title: {en: Care, zh: 服务}
kinds: [TICKET]
severity: {field: severity, by: [impact], table: {high: P1}, else: P2}
satisfaction: {csat: {at_most: 2}}
deadlines: [{id: resolution, within: 2d, from: arrival, until: completion, statutory: true}]
stages:
  - id: new
    guide: {en: Call back., zh: 先回电。}
    deadlines:
      - {id: first-response, within: 1h, from: assigned, until: attempt, steps: [{at: 50%, do: remind}]}
      - {id: update, within: 4h, from: last_outbound, until: attempt, steps: [{at: 100%, do: remind}]}
  - {id: asked, require: [cause]}
  - {id: done, require: [cause], closes: CLOSED}
"""
AFTER = (
    BEFORE.replace("within: 1h", "within: 2h")
    .replace("[{at: 50%, do: remind}]", "[{at: 50%, do: remind}, {at: 100%, do: notify, to: manager}]")
    .replace(
        "      - {id: update, within: 4h, from: last_outbound, until: attempt, steps: [{at: 100%, do: remind}]}\n", ""
    )
    .replace("{id: asked, require: [cause]}", "{id: checked, require: [cause], pool: legal}")
    .replace("done, require: [cause]", "done, require: [cause, remedy]")
    .replace("table: {high: P1}, else: P2", "table: {high: P1}, else: P3")
    .replace("Call back.", "Listen.").replace("先回电。", "先听完。")
    .replace("at_most: 2", "at_most: 3, ask: {after: 1h}")
    .replace("kinds: [TICKET]", "kinds: [TICKET, LEAD]\nrepeats: {same: class, within: 30cd}")
)  # fmt: skip
ENGLISH = (
    '"for TICKET" is now "for LEAD, TICKET"',
    '"severity by impact: high P1, else P2" is now "severity by impact: high P1, else P3"',
    'added "it repeats another of the last 30 d with the same class"',
    'added "1 h behind its end the customer is asked how satisfied they are"',
    '"Satisfaction 2 or less (of 5): tell the manager" is now "Satisfaction 3 or less (of 5): tell the manager"',
    'stage new: "guide: Call back." is now "guide: Listen."',
    'stage new: "first-response: turn to the customer within 1 h after its owner got it, by the owner\'s hours" is now'
    ' "first-response: turn to the customer within 2 h after its owner got it, by the owner\'s hours"',
    'stage new: added "first-response, 100%: tell the manager"',
    'stage new: removed "update: turn to the customer within 4 h after the customer was turned to last, by the'
    " owner's hours\"",
    "stage checked is new (requires cause; routed to pool legal, unless the owner is of it)",
    'stage done: "requires cause" is now "requires cause, remedy"',
    "stage asked is no more",
)
CHINESE = (
    "“适用类型：TICKET”改为“适用类型：LEAD、TICKET”",
    "“severity 取决于 impact：high 为 P1，其余 P2”改为“severity 取决于 impact：high 为 P1，其余 P3”",
    "新增“30 个自然日内 class 相同的算重复”",
    "新增“关闭 1 小时后向客户发送满意度调查”",
    "“满意度评分不高于 2 分（满分5分）：通知主管”改为“满意度评分不高于 3 分（满分5分）：通知主管”",
    "阶段 new：“工作指引：先回电。”改为“工作指引：先听完。”",
    "阶段 new：“first-response：自分配给归属人起 1 小时内主动联系客户（按归属人工作时间）”改为"
    "“first-response：自分配给归属人起 2 小时内主动联系客户（按归属人工作时间）”",
    "阶段 new：新增“first-response，100%：通知主管”",
    "阶段 new：取消“update：自上次主动联系客户起 4 小时内主动联系客户（按归属人工作时间）”",
    "新增阶段 checked（必填：cause；转入分配池 legal（归属人已在池内则不变））",
    "阶段 done：“必填：cause”改为“必填：cause、remedy”",
    "取消阶段 asked",
)


def process_of(source: str, revision: int) -> Process:
    checked = check_process(source)
    assert checked.process is not None, checked.problems
    return replace(checked.process, revision=revision)


def test_a_publication_says_what_is_new_what_is_no_more_and_what_is_otherwise_from_what_to_what() -> None:
    before, after = process_of(BEFORE, 1), process_of(AFTER, 2)

    en, zh = (publication_told(before, after, language) for language in (Language.EN, Language.ZH))

    assert en == f"Process care, revision 2: {'; '.join(ENGLISH)}."
    assert zh == f"流程 care 第 2 版：{'；'.join(CHINESE)}。"


def test_what_is_new_or_as_it_was_says_so() -> None:
    before, after = process_of(BEFORE, 1), process_of(BEFORE, 2)

    told = [publication_told(earlier, after, language) for earlier in (None, before) for language in Language]

    assert told == [
        "Process care, revision 2, is new. Its stages: new, asked, done.",
        "新流程 care（第 2 版），阶段：new、asked、done。",
        "Process care, revision 2: as it was.",
        "流程 care 第 2 版：内容未变。",
    ]
