"""Every text that a process is told with, in each language. What is in braces is filled in."""

from __future__ import annotations

from collections.abc import Mapping

from router.wording.phrases import Phrase

UNITS: Mapping[str, Phrase] = {
    "s": Phrase("{n} s", "{n}秒"),
    "m": Phrase("{n} min", "{n}分钟"),
    "h": Phrase("{n} h", "{n}小时"),
    "d": Phrase("{n} working d", "{n}个工作日"),
    "cd": Phrase("{n} d", "{n}个自然日"),
}
"""How long, by the unit of a duration."""

TABLES: Mapping[str, Phrase] = {
    "table": Phrase("by {field}: {cases}", "按{field}：{cases}"),
    "case": Phrase("{value} {duration}", "{value}为{duration}"),
    "else": Phrase("else {duration}", "其余{duration}"),
    "none": Phrase("{value} none", "{value}不设时限"),
    "else none": Phrase("else none", "其余不设时限"),
    "none opened": Phrase("{value} none", "{value}不创建"),
    "else none opened": Phrase("else none", "其余不创建"),
    "between": Phrase(", ", "，"),
}

DEADLINES: Mapping[str, Phrase] = {
    "deadline": Phrase(
        "{deadline}: {until} within {within} {since}, {clock}", "{deadline}：{since} {within}内{until}（{clock}）"
    ),
    "table": Phrase(
        "{deadline}: {until} in time {since}, {clock}; {within}", "{deadline}：{since}限时{until}（{clock}）；{within}"
    ),
    "dated": Phrase("{deadline}: {until} by {of}, {clock}", "{deadline}：不晚于{of}{until}（{clock}）"),
    "dated before": Phrase(
        "{deadline}: {until} {before} before {of}, {clock}", "{deadline}：不晚于{of}前{before}{until}（{clock}）"
    ),
    "dated table": Phrase(
        "{deadline}: {until} in time before {of}, {clock}; {before}",
        "{deadline}：在{of}之前限时{until}（{clock}）；{before}",
    ),
    "else of": Phrase("{field}, or else {others}", "{field}（如无则取{others}）"),
    "or": Phrase(" or ", "或"),
    "yearly": Phrase("each year", "每年一次"),
    "step": Phrase("{at}: {does}", "{at}：{does}"),
    "again": Phrase("{at}, and every {every}, {n} times in all: {does}", "{at}起每{every}一次，共{n}次：{does}"),
    "after": Phrase("after {duration}", "{duration}后"),
    "due": Phrase("when it is due", "到期时"),
    "before due": Phrase("{duration} before it is due", "到期前{duration}"),
    "after due": Phrase("{duration} after it was due", "到期后{duration}"),
    "of the process": Phrase("Throughout", "全程"),
    "between": Phrase(", ", "，"),
    "statutory": Phrase("statutory: nothing pauses it", "法定时限，不因暂停而顺延"),
    "pauses": Phrase("it pauses", "暂停期间不计时"),
    "runs on": Phrase("pauses do not stop it", "暂停期间照常计时"),
}

UNTIL: Mapping[str, Phrase] = {
    "attempt": Phrase("turn to the customer", "主动联系客户"),
    "contact": Phrase("talk with the customer", "与客户沟通上"),
    "customer": Phrase("hear from the customer", "收到客户回应"),
    "any": Phrase("do anything about it", "有任何跟进"),
    "note": Phrase("write down what there is to it", "填写跟进备注"),
    "answer": Phrase("answer the customer", "回复客户"),
    "stage": Phrase("leave the stage", "离开本阶段"),
    "completion": Phrase("close it", "办结"),
}
"""What ends a deadline in time."""

SINCE: Mapping[str, Phrase] = {
    "arrival": Phrase("after it came", "自进入系统起"),
    "assigned": Phrase("after its owner got it", "自分配给归属人起"),
    "entered": Phrase("after it entered the stage", "自进入本阶段起"),
    "last_inbound": Phrase("after a message that nobody answered", "自客户未获回复的消息起"),
    "last_outbound": Phrase("after the customer was turned to last", "自上次主动联系客户起"),
    "last_activity": Phrase("after the last activity", "自上次跟进起"),
}
"""What starts it."""

CLOCKS: Mapping[str, Phrase] = {
    "owner": Phrase("by the owner's hours", "按归属人工作时间"),
    "pool": Phrase("by the pool's hours", "按分配池工作时间"),
    "wall": Phrase("around the clock", "全天计时"),
}

ON_CLOSED: Mapping[str, Phrase] = {
    "before": Phrase("on a day off earlier", "遇休息时间提前"),
    "after": Phrase("on a day off later", "遇休息时间顺延"),
    "as_is": Phrase("on a day off too", "遇休息时间不变"),
}
"""Where what is due by a date moves to that nobody works at."""

ACTS: Mapping[str, Phrase] = {
    "remind": Phrase("remind the owner", "提醒归属人"),
    "notify": Phrase("tell {who}", "通知{who}"),
    "reassign": Phrase("give it to somebody else", "改派他人"),
    "raise_priority": Phrase("raise the priority by {by}", "优先级上调{by}"),
    "return": Phrase("return it to pool {pool}", "退回分配池{pool}"),
}
"""What a step does."""

ROLES: Mapping[str, Phrase] = {
    "owner": Phrase("the owner", "归属人"),
    "manager": Phrase("the manager", "主管"),
    "manager's manager": Phrase("the manager's manager", "主管的上级"),
    "pool managers": Phrase("the pool's managers", "分配池主管"),
}
"""Whom a step tells."""

TELLS: Mapping[str, Phrase] = {
    "channel": Phrase("channel {channel}", "渠道{channel}"),
    "at any hour": Phrase("{does}, at any hour", "{does}（不受免打扰时段限制）"),
}
"""What else a step says of whom it tells."""

APPROVALS: Mapping[str, Phrase] = {
    "always": Phrase("to be approved by {who} within {within}", "须{who}在{within}内批准"),
    "where": Phrase(
        "to be approved by {who} within {within} where {condition}", "{condition}时，须{who}在{within}内批准"
    ),
    "rejected": Phrase("{approval}; else it enters {stage}", "{approval}；不批准则进入{stage}"),
}
"""Who is to approve that a stage is entered."""

PICTURES: Mapping[str, Phrase] = {
    "titled": Phrase("{title} ({name})", "{title}（{name}）"),
    "requires": Phrase("requires {fields}", "必填：{fields}"),
    "between": Phrase(", ", "、"),
    "closes": Phrase("closes it: {state}", "结案：{state}"),
    "routed": Phrase("routed to pool {pool}, unless the owner is of it", "转入分配池{pool}（归属人已在池内则不变）"),
    "opens": Phrase("opens {child} in pool {pool}", "创建{child}，分配池{pool}"),
    "opens each": Phrase("opens {child} in pool {pool} for each of {each}", "按{each}逐个创建{child}，分配池{pool}"),
    "opens on": Phrase("{opens}, on {of}", "{opens}，在{of}当天创建"),
    "opens before": Phrase("{opens}, {before} before {of}", "{opens}，在{of}前{before}创建"),
    "opens before table": Phrase("{opens}, so long before {of}: {before}", "{opens}，在{of}之前创建，提前：{before}"),
    "opens in stage": Phrase("{opens}, in stage {stage}", "{opens}，直接进入阶段{stage}"),
    "opens with": Phrase("{opens}, with {fields}", "{opens}，带入{fields}"),
    "as": Phrase("{field} as {name}", "{field}（填入{name}）"),
    "opens within": Phrase("{opens}, within {within}", "{opens}，{within}内完成"),
    "opens excluding": Phrase("{opens}, never for {whom}", "{opens}，{whom}回避"),
    "handlers": Phrase("who had the work item", "负责过该工作项的人"),
    "owner": Phrase("its owner", "该工作项的归属人"),
    "approver": Phrase("who decided on its approvals", "审批过该工作项的人"),
    "named": Phrase("whom {field} names", "{field}所指的人"),
    "opens blocking": Phrase("{opens}: no later stage before it is closed", "{opens}：关闭后才能进入后面的阶段"),
    "ask csat": Phrase(
        "{after} behind its end the customer is asked how satisfied they are", "关闭{after}后向客户发送满意度调查"
    ),
    "ask nps": Phrase(
        "{after} behind its end the customer is asked how likely they would recommend us",
        "关闭{after}后向客户发送推荐意愿调查",
    ),
    "csat": Phrase("Satisfaction {at_most} or less (of 5): {does}", "满意度评分不高于{at_most}分（满分5分）：{does}"),
    "nps": Phrase(
        "Likelihood to recommend {at_most} or less (of 10): {does}", "推荐意愿评分不高于{at_most}分（满分10分）：{does}"
    ),
    "retired": Phrase("Retired: no work item enters it.", "已停用：不再有工作项进入。"),
    "any later": Phrase(
        "Where a stage does not say what may follow, every later one may: drawn is the next.",
        "阶段未写明后续时，其后各阶段均可进入，图中只画下一个。",
    ),
}
"""What a picture says beside deadlines."""

CHANGES: Mapping[str, Phrase] = {
    "first": Phrase(
        "Process {process}, revision {revision}, is new. Its stages: {stages}.",
        "新流程{process}（第{revision}版），阶段：{stages}。",
    ),
    "same": Phrase("Process {process}, revision {revision}: as it was.", "流程{process}第{revision}版：内容未变。"),
    "changed": Phrase("Process {process}, revision {revision}: {changes}.", "流程{process}第{revision}版：{changes}。"),
    "between": Phrase("; ", "；"),
    "stage new": Phrase("stage {stage} is new{said}", "新增阶段{stage}{said}"),
    "said": Phrase(" ({lines})", "（{lines}）"),
    "stage gone": Phrase("stage {stage} is no more", "取消阶段{stage}"),
    "in stage": Phrase("stage {stage}: {change}", "阶段{stage}：{change}"),
    "new": Phrase('added "{line}"', "新增“{line}”"),
    "gone": Phrase('removed "{line}"', "取消“{line}”"),
    "otherwise": Phrase('"{earlier}" is now "{line}"', "“{earlier}”改为“{line}”"),
    "title": Phrase("title {title}", "名称：{title}"),
    "guide": Phrase("guide: {guide}", "工作指引：{guide}"),
    "followed": Phrase("followed by {stages}", "后续阶段：{stages}"),
    "step": Phrase("{deadline}, {step}", "{deadline}，{step}"),
    "kinds": Phrase("for {kinds}", "适用类型：{kinds}"),
    "complaints": Phrase("what is in it is a complaint", "按投诉处理"),
    "severity": Phrase("{field} by {by}: {cases}", "{field}取决于{by}：{cases}"),
    "repeats": Phrase("it repeats another of the last {within}", "{within}内再次进来的算重复"),
    "repeats same": Phrase(
        "it repeats another of the last {within} with the same {same}", "{within}内{same}相同的算重复"
    ),
    "raises": Phrase("{repeats}, {field} goes up one: {order}", "{repeats}，{field}升一级：{order}"),
}
"""What a publication of a process changed."""

TIME_SPENT: Mapping[str, Phrase] = {
    "MET": Phrase(
        "Deadline {deadline} met after {length}: {parts}.", "时限{deadline}按时完成，历时{length}：{parts}。"
    ),
    "MISSED": Phrase(
        "Deadline {deadline} missed, after {length}: {parts}{because}.",
        "时限{deadline}未按时完成，历时{length}：{parts}{because}。",
    ),
    "MET at once": Phrase("Deadline {deadline} met at once.", "时限{deadline}当即完成。"),
    "MISSED at once": Phrase("Deadline {deadline} missed.", "时限{deadline}未按时完成。"),
    "because": Phrase("; cause: {cause}", "；主要原因：{cause}"),
    "between": Phrase(" + ", "，"),
}
"""How a deadline ended."""

MOVED: Mapping[str, Phrase] = {
    "moved": Phrase(
        "Deadline {deadline} is now due {due}; it was {earlier}.", "时限{deadline}改至{due}，原为{earlier}。"
    ),
    "begun": Phrase("Deadline {deadline} is due {due}.", "新增时限{deadline}：{due}。"),
    "ceased": Phrase("Deadline {deadline}, due {earlier}, is no more.", "时限{deadline}（原为{earlier}）不再适用。"),
}
"""How what a work item became moved a deadline."""

TIME_PARTS: Mapping[str, Phrase] = {
    "PAUSED": Phrase("{length} paused ({reason})", "暂停{length}（{reason}）"),
    "ON_LEAVE": Phrase("{length} on leave ({rep})", "{rep}休假{length}"),
    "OUTSIDE_HOURS": Phrase("{length} outside hours ({rep})", "非工作时间{length}（{rep}）"),
    "OUTSIDE_HOURS pool": Phrase("{length} outside hours (pool {pool})", "非工作时间{length}（分配池{pool}）"),
    "OUTSIDE_HOURS nobody": Phrase("{length} outside hours", "非工作时间{length}"),
    "WAITING": Phrase("{length} waiting for an owner", "等待分配{length}"),
    "EARLIER_OWNER": Phrase("{length} with {rep}", "前归属人{rep}{length}"),
    "OWNER": Phrase("{length} with {rep}", "当前归属人{rep}{length}"),
}
"""Where time went, by kind."""

CAUSES: Mapping[str, Phrase] = {
    "PAUSED": Phrase("paused", "暂停"),
    "ON_LEAVE": Phrase("owner on leave", "归属人休假"),
    "OUTSIDE_HOURS": Phrase("outside hours", "非工作时间"),
    "WAITING": Phrase("waiting for an owner", "等待分配"),
    "EARLIER_OWNER": Phrase("earlier owners", "前归属人未处理"),
    "OWNER": Phrase("owner idle", "归属人未处理"),
}
"""For what a deadline was missed, by the kind of part."""
