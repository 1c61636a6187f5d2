"""What the commands write around a decision's own words: titles, headings, the heads of tables."""

from __future__ import annotations

from collections.abc import Mapping

from router.wording.languages import Language
from router.wording.phrases import Phrase

LABELS: Mapping[str, Phrase] = {
    "leave": Phrase("{rep} is on leave from {start} to {end} ({zone})", "{rep} 休假：{start} 至 {end}（{zone}）"),
    "leave covered": Phrase(
        "{rep} is on leave from {start} to {end} ({zone}); {stand_in} stands in",
        "{rep} 休假：{start} 至 {end}（{zone}），由 {stand_in} 代理",
    ),
    "leave passed on": Phrase(
        "{rep} is on leave from {start} to {end} ({zone}); {stand_in} stands in, in place of {substitute}",
        "{rep} 休假：{start} 至 {end}（{zone}），由 {stand_in} 代替 {substitute} 代理",
    ),
    "leave of nobody": Phrase(
        "{rep} is on leave from {start} to {end} ({zone}); nobody can stand in, {substitute} is named",
        "{rep} 休假：{start} 至 {end}（{zone}），代理人是 {substitute}，但无人能代理",
    ),
    "kept": Phrase(
        "Work items that are not with whom they would be by the leaves of today: {count}",
        "没有按休假安排移交的工作项：{count} 个",
    ),
    "title": Phrase("Decision {number}: {item} → ", "决策 {number}：{item} → "),
    "item": Phrase("{name} ({called})", "{name}（{called}）"),
    "nobody": Phrase("nobody", "无人"),
    "whoever is first": Phrase("whoever is first", "抢单，先接先得"),
    "to accept": Phrase("{rep}, to be accepted", "{rep}（待接单）"),
    "not answered": Phrase("Nobody has answered it yet.", "尚未接单。"),
    "never": Phrase("never", "不限时"),
    "offers open": Phrase("offers to answer: {count}; {times}", "待接派单 {count} 条；{times}"),
    "nothing offered": Phrase("nothing is offered", "没有待接的派单"),
    "away by lapses": Phrase(
        "away since {time}: {lapses} offers in a row have lapsed, the last of {work_item}",
        "自 {time} 起暂离：连续 {lapses} 次超时未接单，最近一条是 {work_item}",
    ),
    "decided": Phrase(
        "decided {instant} UTC by rules {rules}, workforce {workforce}; epoch {epoch}",
        "决策于 {instant}（协调世界时），规则集版本 {rules}，人员版本 {workforce}；归属版次 {epoch}",
    ),
    "rule": Phrase("Rule {rule}", "规则 {rule}"),
    "matched too": Phrase(" (matched too: {rules})", "（同时命中：{rules}）"),
    "matches everything": Phrase("matches everything", "匹配全部"),
    "no rule matched": Phrase("no rule matched", "没有规则命中"),
    "steps": Phrase("Steps of the route", "路由步骤"),
    "step": Phrase("{place}. {step}: {ending}", "{place}. {step}：{ending}"),
    "candidates": Phrase("Candidates", "候选人"),
    "rep": Phrase("rep", "销售"),
    "deficit": Phrase("deficit", "差额"),
    "share": Phrase("+ share", "+ 本次应得"),
    "claim": Phrase("= claim", "= 累计应得"),
    "after": Phrase("after", "分配后差额"),
    "score": Phrase("score", "偏好分"),
    "chosen": Phrase("chosen", "选中"),
    "semicolon": Phrase("; ", "；"),
    "times of": Phrase("times of {zone}", "时间按 {zone}"),
    "more members": Phrase("{count} more members, ", "另有成员 {count} 人，"),
    "outside": Phrase("{count} reps not in the pool", "不在分配池内的销售 {count} 人"),
    "not looked at": Phrase("{rep} was not looked at; there were: {others}", "候选人中没有 {rep}；当时有：{others}"),
    "caps": Phrase("{count} uses of caps; times of {zone}", "上限使用情况 {count} 项；时间按 {zone}"),
    "whose": Phrase("whose", "归属"),
    "cap": Phrase("cap", "上限"),
    "counted rep": Phrase("counted", "计数对象"),
    "limit": Phrase("limit", "限制"),
    "used": Phrase("used", "已用"),
    "lifts": Phrase("lifts", "恢复时间"),
    "whose pool": Phrase("pool {name}", "分配池 {name}"),
    "whose rep": Phrase("rep {name}", "销售 {name}"),
    "whole pool": Phrase("whole pool", "整个分配池"),
    "MEASURE_OPEN": Phrase("{limit} open", "在手 {limit} 条"),
    "MEASURE_UNWORKED": Phrase("{limit} not worked on", "未跟进 {limit} 条"),
    "MEASURE_COUNT": Phrase("{limit} work items", "{limit} 条"),
    "MEASURE_UNITS": Phrase("{limit} units", "{limit} 单位"),
    "MEASURE_VALUE": Phrase("{limit} of value", "金额 {limit}"),
    "minutes": Phrase("{count} minutes: ", " {count} 分钟 "),
    "evenly": Phrase("evenly", "均匀"),
    "comma": Phrase(", ", "，"),
    "lifts MEASURE_OPEN": Phrase("when one is closed or moved", "有条目关闭或转出后"),
    "lifts MEASURE_UNWORKED": Phrase("when one is worked on or gone", "有条目跟进、关闭或转出后"),
    "lifts never": Phrase("not by time", "不随时间恢复"),
    "why": Phrase("{refused}: {reason}  [{code}]", "{refused}：{reason}  [{code}]"),
}

HEADINGS: Mapping[str, Phrase] = {
    english: Phrase(english, chinese)
    for english, chinese in {
        "decision": "决策",
        "time": "时间",
        "work item": "工作项",
        "first came": "首次收到",
        "kind": "类型",
        "source": "来源",
        "state": "状态",
        "outcome": "结果",
        "owner": "归属人",
        "rep": "销售",
        "pool": "分配池",
        "rule": "规则",
        "cause": "起因",
        "waits for": "在等什么",
        "offered to": "派给",
        "offer": "派单号",
        "value": "金额",
        "lapses": "超时时间",
        "has open": "待接数",
        "until": "等到",
    }.items()
}
"""What stands above the columns of lists."""


def label(key: str, language: Language, **facts: object) -> str:
    """Write one."""
    return LABELS[key].say(language, **facts)
