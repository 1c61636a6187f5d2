"""What the commands write around a decision's own words: titles, headings, the heads of tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click
from rich.table import Column

from router.wording.languages import Language
from router.wording.phrases import Phrase

language_option = click.option(
    "--language",
    type=click.Choice([each.value for each in Language]),
    default=Language.EN.value,
    show_default=True,
    help="Of all that is told.",
)
"""The option that says in which language a command tells what it tells; what the service refuses is told in English."""

LABELS: Mapping[str, Phrase] = {
    "leave": Phrase("{rep} is on leave from {start} to {end} ({zone})", "{rep}休假：{start}至{end}（{zone}）"),
    "leave covered": Phrase(
        "{rep} is on leave from {start} to {end} ({zone}); {stand_in} stands in",
        "{rep}休假：{start}至{end}（{zone}），由{stand_in}代理",
    ),
    "leave passed on": Phrase(
        "{rep} is on leave from {start} to {end} ({zone}); {stand_in} stands in, in place of {substitute}",
        "{rep}休假：{start}至{end}（{zone}），由{stand_in}代替{substitute}代理",
    ),
    "leave of nobody": Phrase(
        "{rep} is on leave from {start} to {end} ({zone}); nobody can stand in, {substitute} is named",
        "{rep}休假：{start}至{end}（{zone}），代理人是{substitute}，但无人能代理",
    ),
    "kept": Phrase(
        "Work items that are not with whom they would be by the leaves of today: {count}",
        "没有按休假安排移交的工作项：{count}个",
    ),
    "title": Phrase("Decision {number}: {item} → ", "决策{number}：{item} → "),
    "item": Phrase("{name} ({called})", "{name}（{called}）"),
    "nobody": Phrase("nobody", "无人"),
    "one entry": Phrase(
        "{field}: {entry} is one entry; separate entries by ;", "{field}：{entry}是一项；多项之间用分号分隔"
    ),
    "whoever is first": Phrase("whoever is first", "抢单，先接先得"),
    "to accept": Phrase("{rep}, to be accepted", "{rep}（待接单）"),
    "not answered": Phrase("Nobody has answered it yet.", "尚未接单。"),
    "never": Phrase("never", "不限时"),
    "offers open": Phrase("offers to answer: {count}; {times}", "待接派单{count}条；{times}"),
    "more offers": Phrase(
        "and {count} more, which are told as these are answered", "另有{count}条，答复前面的之后再列出"
    ),
    "nothing offered": Phrase("nothing is offered", "没有待接的派单"),
    "away by lapses": Phrase(
        "away since {time}: {lapses} offers in a row have lapsed, the last of {work_item}",
        "自{time}起暂离：连续{lapses}次超时未接单，最近一条是{work_item}",
    ),
    "decided": Phrase(
        "decided {instant} UTC by rules {rules}, workforce {workforce}; epoch {epoch}",
        "决策于{instant}（协调世界时），规则集版本{rules}，人员版本{workforce}；归属版次{epoch}",
    ),
    "rule": Phrase("Rule {rule}", "规则{rule}"),
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
    "times of": Phrase("times of {zone}", "时间按{zone}"),
    "more members": Phrase("{count} more members, ", "另有成员{count}人，"),
    "outside": Phrase("{count} reps not in the pool", "不在分配池内的销售{count}人"),
    "not looked at": Phrase("{rep} was not looked at; there were: {others}", "候选人中没有{rep}；当时有：{others}"),
    "caps": Phrase("{count} uses of caps; times of {zone}", "上限使用情况{count}项；时间按{zone}"),
    "whose": Phrase("whose", "归属"),
    "cap": Phrase("cap", "上限"),
    "counted rep": Phrase("counted", "计数对象"),
    "limit": Phrase("limit", "限制"),
    "used": Phrase("used", "已用"),
    "lifts": Phrase("lifts", "恢复时间"),
    "whose pool": Phrase("pool {name}", "分配池{name}"),
    "whose rep": Phrase("rep {name}", "销售{name}"),
    "whole pool": Phrase("whole pool", "整个分配池"),
    "MEASURE_OPEN": Phrase("{limit} open", "在手{limit}条"),
    "MEASURE_UNWORKED": Phrase("{limit} not worked on", "未跟进{limit}条"),
    "MEASURE_COUNT": Phrase("{limit} work items", "{limit}条"),
    "MEASURE_UNITS": Phrase("{limit} units", "{limit}单位"),
    "MEASURE_VALUE": Phrase("{limit} of value", "金额{limit}"),
    "minutes": Phrase("{count} minutes: ", " {count}分钟 "),
    "evenly": Phrase("evenly", "均匀"),
    "comma": Phrase(", ", "，"),
    "lifts MEASURE_OPEN": Phrase("when one is closed or moved", "有条目关闭或转出后"),
    "lifts MEASURE_UNWORKED": Phrase("when one is worked on or gone", "有条目跟进、关闭或转出后"),
    "lifts never": Phrase("not by time", "不随时间恢复"),
    "why": Phrase("{refused}: {reason}  [{code}]", "{refused}：{reason}  [{code}]"),
    "several are called so": Phrase(
        "{name} is the name of several, {ids}: say which, by id", "{name}有重名：{ids}；请用编号指明"
    ),
    "no rep now": Phrase("there is no rep {name} now", "目前没有销售{name}"),
    "no pool now": Phrase("there is no pool {name} now", "目前没有分配池{name}"),
    "nearest": Phrase("; the nearest is {name}", "；最接近的是{name}"),
    "decisions": Phrase("decisions", "决策"),
    "work items": Phrase("work items", "工作项"),
    "number of decisions": Phrase("{count:,} decisions", "决策{count:,}条"),
    "number of work items": Phrase("{count:,} work items", "工作项{count:,}条"),
    "written": Phrase("{what} written", "已写出：{what}"),
    "written into": Phrase("{what} in {file}", "已写入{file}：{what}"),
    "reassigning": Phrase("reassigning", "正在转派"),
    "no decisions": Phrase("no decisions", "没有决策"),
    "no work items": Phrase("no work items", "没有工作项"),
    "more": Phrase("there are more: {count}, or {file} for all", "还有更多：用{count}调整条数，或用{file}导出全部"),
    "to follow up": Phrase("{count} to follow up on {date}; {times}", "{date}待跟进{count}条；{times}"),
    "of a deadline": Phrase("deadline {deadline}", "时限{deadline}"),
    "deadline due": Phrase("deadline {deadline}: {due}", "时限{deadline}：{due}"),
    "stage guide": Phrase("Stage {stage}: {guide}", "阶段{stage}：{guide}"),
    "child of": Phrase("of {parent}", "上级：{parent}"),
    "open work": Phrase("{count} open; {times}", "在手{count}条；{times}"),
    "not with all": Phrase("{date}: not with {every}, which has every date", "{date}不能与{every}同用，后者不分日期"),
    "yes": Phrase("yes", "是"),
    "no": Phrase("no", "否"),
    "timeline": Phrase("{item}; {times}", "{item}；{times}"),
    "absences": Phrase("{count} absences; {times}", "请假{count}条；{times}"),
    "away": Phrase("{count} away; {times}", "暂离{count}人；{times}"),
    "until back": Phrase("they are back", "本人返岗"),
    "no instant": Phrase("{text}; allowed: a date {date}, or a time {time}", "{text}；应为日期{date}或时间{time}"),
    "beyond calendars": Phrase("{text}: beyond what calendars hold", "{text}：超出日历所及的范围"),
    "no length": Phrase(
        "{text}; allowed: a length such as {seconds}, {minutes} or {hours}",
        "{text}；应为时长，如{seconds}、{minutes}、{hours}",
    ),
    "recorded": Phrase("{item}: {evidence}", "{item}：{evidence}"),
    "next follow-up": Phrase("; next follow-up {when} ({zone})", "；下次跟进时间{when}（{zone}）"),
    "only tried": Phrase(" Nothing is written.", "未写入。"),
    "nothing is written": Phrase("; nothing is written", "；未写入"),
    "no evidence": Phrase("recorded, no evidence", "已记录，不构成凭据"),
    "EVIDENCE_ATTEMPT": Phrase("ATTEMPT", "联系过"),
    "EVIDENCE_CONTACT": Phrase("CONTACT", "已沟通"),
    "EVIDENCE_CUSTOMER": Phrase("CUSTOMER", "客户主动联系"),
    "deadlines": Phrase("deadlines", "时限"),
    "number of deadlines": Phrase("{count:,} deadlines", "时限{count:,}条"),
    "no deadlines": Phrase("no deadlines", "没有时限"),
    "whole process": Phrase("throughout", "全程"),
    "due in": Phrase("{time} (in {length})", "{time}（还有{length}）"),
    "due since": Phrase("{time} ({length} ago)", "{time}（已过{length}）"),
    "days": Phrase("{days} d {hours} h", "{days}天{hours}小时"),
    "hours": Phrase("{hours} h {minutes} min", "{hours}小时{minutes}分钟"),
    "some minutes": Phrase("{minutes} min", "{minutes}分钟"),
    "less than a minute": Phrase("less than 1 min", "不到1分钟"),
    "no deadline": Phrase("none", "无"),
    "beyond known hours": Phrase("beyond what the calendars know", "超出日历所及的范围"),
    "state paused": Phrase("{state}, paused until {until}: {reason}", "{state}，停表至{until}：{reason}"),
    "step at": Phrase("{act} {time}", "{time}{act}"),
    "ACT_REMIND": Phrase("remind", "提醒"),
    "ACT_NOTIFY": Phrase("tell", "通知"),
    "ACT_REASSIGN": Phrase("give to somebody else", "改派他人"),
    "ACT_RAISE_PRIORITY": Phrase("raise the priority", "上调优先级"),
    "ACT_RETURN": Phrase("return to a pool", "退回分配池"),
    "superseded": Phrase("Superseded, and never done:", "已被后面的步骤取代，不再做："),
    "superseded steps": Phrase("  {deadline}: {steps}", "  {deadline}：{steps}"),
    "between steps": Phrase(", ", "，"),
    "where time went": Phrase("Where the time went:", "时间去向："),
    "time went": Phrase("  {deadline}: {parts}", "  {deadline}：{parts}"),
    "time went because": Phrase("  {deadline}: {parts}; cause: {cause}", "  {deadline}：{parts}；主要原因：{cause}"),
    "moved deadlines": Phrase("It moved deadlines: {count:,}; {times}", "变动的时限：{count:,}条；{times}"),
    "moved deadline": Phrase("{item} {deadline}: {before} → {after}", "{item} {deadline}：{before} → {after}"),
    "to open": Phrase("It is to open; {times}", "到期会创建；{times}"),
    "opening": Phrase("{child}: {time}", "{child}：{time}"),
    "opening in stage": Phrase("{child}, in stage {stage}: {time}", "{child}，进入阶段{stage}：{time}"),
    "revisions moved": Phrase(
        "which deadlines revisions {first} to {last} moved: {command}", "版本{first}至{last}变动了哪些时限：{command}"
    ),
    "approvals": Phrase("approvals", "待审批"),
    "number of approvals": Phrase("{count:,} approvals", "待审批{count:,}条"),
    "no approvals": Phrase("no approvals", "没有待审批"),
    "digests": Phrase("lists of what falls due", "到期清单"),
    "number of digests": Phrase("{count:,} lists of what falls due", "到期清单{count:,}份"),
    "no digests": Phrase("nobody was told of any list", "没有通知过到期清单"),
    "surveys": Phrase("customers to be asked", "待发送的调查"),
    "number of surveys": Phrase("{count:,} customers to be asked", "待发送的调查{count:,}份"),
    "no surveys": Phrase("nobody is to be asked", "没有待发送的调查"),
    "figures": Phrase("figures", "指标"),
    "number of figures": Phrase("{count:,} figures", "指标{count:,}项"),
    "in no process": Phrase("none", "无流程"),
    "no figures": Phrase("there is nothing to be counted", "没有可统计的"),
    "figure csat response": Phrase("response rate, satisfaction", "满意度应答率"),
    "figure nps response": Phrase("response rate, recommendation", "推荐意愿应答率"),
    "figure csat": Phrase("satisfied: 4 or 5 of 5", "满意率（4分和5分）"),
    "figure nps": Phrase("would recommend: NPS", "净推荐值"),
    "figure coverage": Phrase("call-backs that reached the customer", "回访覆盖率"),
    "figure complete open": Phrase("{field} filled, open in {stage}", "{field}已填写，在办，阶段{stage}"),
    "figure complete closed": Phrase("{field} filled, closed in {stage}", "{field}已填写，已关闭，阶段{stage}"),
    "percent": Phrase("{share} %", "{share}%"),
    "percent of few": Phrase("({share} %)", "（{share}%）"),
    "few points": Phrase("({share})", "（{share}）"),
    "question CSAT": Phrase("satisfaction", "满意度"),
    "question NPS": Phrase("recommendation", "推荐意愿"),
    "list DAY": Phrase("of the day", "当日到期"),
    "list HOLIDAYS": Phrase("before holidays", "假期到期"),
    "list TOMORROW": Phrase("late tomorrow", "明日将逾期"),
    "next date": Phrase("next date", "下次跟进"),
    "and more": Phrase("and {count:,} more", "另有{count:,}条"),
    "told nobody": Phrase("nobody", "无人"),
    "to be approved": Phrase(
        "{item}: entering stage {stage} is to be approved by {reps}, until {due}.",
        "{item}：进入阶段{stage}须审批，审批人{reps}，截止{due}。",
    ),
    "nobody may approve": Phrase(
        "{item}: entering stage {stage} is to be approved, until {due}, and nobody is there who may: set a manager of"
        " its owner or pool.",
        "{item}：进入阶段{stage}须审批，截止{due}，但没有人可以审批：请设置归属人的主管或分配池主管。",
    ),
    "approved": Phrase("{item}: approved; it is in stage {stage}.", "{item}：已批准，目前在阶段{stage}。"),
    "rejected": Phrase("{item}: rejected; it is in stage {stage}.", "{item}：已驳回，目前在阶段{stage}。"),
    "all that moved": Phrase("all of them: {command}", "全部列出：{command}"),
    "accepted": Phrase("{item}: offer {number} accepted; {owned}", "{item}：已接受{number}号派单；{owned}"),
    "owned": Phrase("{rep} owns it, epoch {epoch}", "归属{rep}，归属版次{epoch}"),
    "declined": Phrase(
        "{item}: offer {number} declined; it is offered anew", "{item}：已拒绝{number}号派单，将重新派出"
    ),
    "declined by one": Phrase(
        "{item}: offer {number} declined; others have it still", "{item}：已拒绝{number}号派单，其他人仍可抢单"
    ),
    "not offered": Phrase("{item} is not offered: it is {state}", "{item}没有待接的派单，状态为{state}"),
    "not offered but owned": Phrase(
        "{item} is not offered: it is {state}, {owner}'s", "{item}没有待接的派单，状态为{state}，归属{owner}"
    ),
    "who gets them": Phrase("say who gets them: {named}, or {chosen}", "请指明由谁接手：{named}或{chosen}"),
    "which of them": Phrase(
        "say which: {named}, or {filter}, with which {csv} goes alone",
        "请指明转派哪些：{named}，或者{filter}；{csv}只能与后者同用",
    ),
    "moved": Phrase(
        "{moved:,} reassigned,{offered} {stay:,} stay, {refused:,} refused",
        "转派{moved:,}条，{offered}保持不变{stay:,}条，拒绝{refused:,}条",
    ),
    "would be moved": Phrase(
        "{moved:,} would be reassigned,{offered} {stay:,} stay, {refused:,} refused",
        "试算：转派{moved:,}条，{offered}保持不变{stay:,}条，拒绝{refused:,}条",
    ),
    "goes on": Phrase("the work goes on: {show}; {cancel} ends it", "任务仍在进行：{show}查看，{cancel}结束"),
    "nobody else": Phrase("nobody else can take it", "没有别人能接"),
    "is recused": Phrase("{rep} is recused by {fields}  [{code}]", "{rep}需回避：{fields}  [{code}]"),
    "is inactive": Phrase("{rep} is inactive", "{rep}已停用"),
    "is at capacity": Phrase("{rep} is at capacity", "{rep}已达容量上限"),
    "of item": Phrase("{item}: {what}", "{item}：{what}"),
    "refused because": Phrase("{item}: {why}", "{item}：{why}"),
    "more in file": Phrase("and {count:,} more: {option} writes each", "另有{count:,}条：用{option}逐条写出"),
    "moved by offer": Phrase(" {count:,} offered,", "派单{count:,}条，"),
    "changed since found": Phrase(
        "it changed since it was found, and is left as it is: {owner} has it now",
        "找到之后有过变动，没有转派：现归{owner}",
    ),
    "changed since found, nobody's": Phrase(
        "it changed since it was found, and is left as it is: nobody has it now",
        "找到之后有过变动，没有转派：现无归属人",
    ),
    "each in file": Phrase("what became of each is in {file}", "每一条的结果见{file}"),
    "nothing to change": Phrase("nothing is to be changed: say {options}", "没有要改的内容：请写明{options}"),
    "given twice": Phrase("{name}: is given more than once in {options}", "{name}在{options}中写了不止一次"),
    "no pair": Phrase("{pair}: must be {form}, e.g. {example}", "{pair}：应写成{form}，例如{example}"),
    "no number": Phrase("{pair}: must be a number, with a decimal point if any", "{pair}：应为数字，小数用小数点"),
    "no day": Phrase(
        "{pair}: must be a date, or a time, that reads in one way alone: year, month and day",
        "{pair}：应为日期或时间，按年月日写，不能有两种读法",
    ),
    "no truth": Phrase("{pair}: must be {true} or {false}", "{pair}：应为{true}或{false}"),
}

HEADINGS: Mapping[str, Phrase] = {
    english: Phrase(english, chinese)
    for english, chinese in {
        "decision": "决策",
        "time": "时间",
        "work item": "工作项",
        "question": "调查",
        "customer": "客户",
        "process": "流程",
        "figure": "指标",
        "share": "比率",
        "counted": "数量",
        "asked since": "应发送时间",
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
        "when": "何时",
        "what": "内容",
        "worked": "已跟进",
        "event": "事件",
        "by": "操作人",
        "absence": "请假编号",
        "from": "开始",
        "back": "返岗",
        "substitute": "代理人",
        "reason": "原因",
        "away until": "暂离至",
        "name": "姓名",
        "got": "分到",
        "deadline": "时限",
        "stage": "阶段",
        "due": "到期",
        "was due": "原到期",
        "next step": "下一步",
        "approvers": "审批人",
        "note": "备注",
        "asked": "申请时间",
        "list": "清单",
        "told": "通知",
    }.items()
}
"""What stands above the columns of lists."""


def headings(names: Iterable[str], language: Language) -> list[Column]:
    """Write those of a table."""
    return folding(HEADINGS[name].say(language) for name in names)


def folding(texts: Iterable[str]) -> list[Column]:
    """Return columns that lose nothing where Chinese, which has no blanks, does not fit in them."""
    return [Column(text, overflow="fold") for text in texts]


def label(key: str, language: Language, **facts: object) -> str:
    """Write one."""
    return LABELS[key].say(language, **facts)
