"""Every text that a decision is told with, in each language. What is in braces is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from fairlead.wording import filled
from router.wording.languages import Language


class Phrase(NamedTuple):
    """One text in every language; its fields are called as languages are."""

    en: str
    zh: str

    def say(self, language: Language, **facts: object) -> str:
        """Fill it in.

        In Chinese a space stands between what is filled in and the characters beside it, where it begins or ends with
        another writing's letter, a digit, a sign, a quote or a bracket: no template holds that space. In English
        ``{s}`` is what behind a ``count`` or ``limit`` makes a plural.

        Examples
        --------
        >>> accepted = Phrase("{rep} accepted it.", "{rep}已接单。")
        >>> accepted.say(Language.ZH, rep="李娜"), accepted.say(Language.ZH, rep="li-na")
        ('李娜已接单。', 'li-na 已接单。')
        >>> [Phrase("{count} rep{s}", "销售{count}人").say(Language.EN, count=count) for count in (1, 2)]
        ['1 rep', '2 reps']
        """
        text: str = getattr(self, language)
        if language is Language.ZH:
            return filled(text, facts)
        return text.format(**facts, s="" if str(facts.get("count", facts.get("limit"))) == "1" else "s")


REFUSED: Mapping[str, Phrase] = {
    "NOT_A_MEMBER": Phrase("not in the pool", "不在分配池内"),
    "INACTIVE": Phrase("inactive", "已停用"),
    "CONFLICT": Phrase("recused", "需回避"),
    "OUTSIDE_HOURS": Phrase("outside working hours", "不在上班时间"),
    "ON_LEAVE": Phrase("on leave", "休假中"),
    "TERRITORY": Phrase("outside the territory", "不负责该区域"),
    "INDUSTRY": Phrase("without the industry", "不负责该行业"),
    "SKILL": Phrase("without the skill", "缺少所需技能"),
    "LANGUAGE": Phrase("without the language", "不会该语言"),
    "ATTRIBUTE": Phrase("not as required in {field}", "不符合{field}的要求"),
    "ALREADY_TRIED": Phrase("had it before", "此前已负责过"),
    "AT_CAPACITY": Phrase("at capacity", "已达容量上限"),
    "AWAY": Phrase("away", "暂离"),
    "REACHED_CAP": Phrase("cap reached", "已达上限"),
    "CREDIT_SHARE": Phrase("at their share after leave", "休假补偿已达份额上限"),
    "OFFERS_OPEN": Phrase("with offers to answer", "还有派单待接"),
    "OFFER_REFUSED": Phrase("refused it before", "此前拒单或超时未接"),
}
"""What refuses somebody, in general, by the reason's code."""

COUNTED: Mapping[str, Phrase] = {
    **REFUSED,
    "INDUSTRY": REFUSED["INDUSTRY"]._replace(en="lack the industry"),
    "SKILL": REFUSED["SKILL"]._replace(en="lack the skill"),
    "LANGUAGE": REFUSED["LANGUAGE"]._replace(en="lack the language"),
    "ATTRIBUTE": REFUSED["ATTRIBUTE"]._replace(en="lack {field}"),
}
"""The same of several people."""

REASONS: Mapping[str, Phrase] = {
    "NOT_A_MEMBER rep": Phrase("the step names {required}", "该步骤指定{required}"),
    "NOT_A_MEMBER pool": Phrase("not a member of pool {required}", "不是分配池{required}的成员"),
    "INACTIVE": Phrase("inactive", "已停用"),
    "CONFLICT": Phrase("recused: {field} is {required}", "需回避：{field}为{required}"),
    "CONFLICT handlers": Phrase("recused: had it before", "需回避：此前负责过"),
    "CONFLICT parent.handlers": Phrase("recused: had its parent", "需回避：负责过上级工作项"),
    "CONFLICT parent.owner": Phrase("recused: owned its parent", "需回避：上级工作项由其负责"),
    "CONFLICT parent.approver": Phrase("recused: decided on an approval of its parent", "需回避：审批过上级工作项"),
    "CONFLICT parent": Phrase("recused: {field} of its parent names them", "需回避：上级工作项的{field}指到此人"),
    "OUTSIDE_HOURS": REFUSED["OUTSIDE_HOURS"],
    "ON_LEAVE": REFUSED["ON_LEAVE"],
    "ALREADY_TRIED": Phrase("had it before", "此前已负责过"),
    "AT_CAPACITY": Phrase("holds {actual} open, {required} at most", "已有{actual}条在手，上限{required}条"),
    "AWAY": Phrase("away", "暂离"),
    "REACHED_CAP": Phrase("{window}cap reached: {actual} of {required}", "已达{window}上限{actual}/{required}"),
    "CREDIT_SHARE": Phrase(
        "credited for leave, and got {actual} of the pool's last 100, {required} at most",
        "休假补偿期间，分配池最近 100 条中已得{actual}条，上限{required}条",
    ),
    "OFFERS_OPEN": Phrase(
        "with offers to answer: {actual}, {required} at most", "还有派单待接：{actual}条，上限{required}条"
    ),
    "OFFER_REFUSED": Phrase("refused it before ({actual}×)", "此前拒单或超时未接（{actual}次）"),
}
"""The same with the values, by code; of NOT_A_MEMBER, of handlers and of what a parent
has by code and field. Where an attribute was
compared, see below.
"""

LIFTS: Mapping[str, Phrase] = {
    "OUTSIDE_HOURS": Phrase("{reason}, back {when}", "{reason}，{when}上班"),
    "ON_LEAVE": Phrase("{reason}, back {when}", "{reason}，{when}返岗"),
    "AWAY": Phrase("{reason}, back {when}", "{reason}，{when}回来"),
    "REACHED_CAP": Phrase("{reason}, again {when}", "{reason}，{when}起恢复"),
}
"""A reason that time ends, with the instant, by code."""

WINDOWS: Mapping[str, Phrase] = {
    "": Phrase("open-work ", "在手"),
    "HOUR": Phrase("hourly ", "每小时"),
    "DAY": Phrase("daily ", "每日"),
    "WEEK": Phrase("weekly ", "每周"),
    "MONTH": Phrase("monthly ", "每月"),
    "ROLLING": Phrase("rolling ", "滚动窗口"),
}
"""Windows of caps, in front of the cap."""

WHEN: Mapping[str, Phrase] = {
    "that day": Phrase("at {time}", "{time}"),
    "that week": Phrase("on {day} at {time}", "{day} {time}"),
    "later": Phrase("on {date} at {time}", "{date} {time}"),
}
"""An instant, told on the day itself, within six days, and later."""

DAYS: Mapping[str, Phrase] = {
    "MONDAY": Phrase("Monday", "周一"),
    "TUESDAY": Phrase("Tuesday", "周二"),
    "WEDNESDAY": Phrase("Wednesday", "周三"),
    "THURSDAY": Phrase("Thursday", "周四"),
    "FRIDAY": Phrase("Friday", "周五"),
    "SATURDAY": Phrase("Saturday", "周六"),
    "SUNDAY": Phrase("Sunday", "周日"),
}
"""The days of the week, called as calendars do."""

REQUIREMENTS: Mapping[str, Phrase] = {
    "covers": Phrase("{field} {actual}: must cover {required}", "{field}为{actual}，须覆盖{required}"),
    "has": Phrase("{field} {actual}: must have {required}", "{field}为{actual}，须包含{required}"),
    "has_all": Phrase("{field} {actual}: must have all of {required}", "{field}为{actual}，须同时包含{required}"),
    "has_any": Phrase("{field} {actual}: must have one of {required}", "{field}为{actual}，须包含{required}之一"),
    "eq": Phrase("{field} {actual}: must be {required}", "{field}为{actual}，须等于{required}"),
    "ne": Phrase("{field} {actual}: must not be {required}", "{field}为{actual}，不得为{required}"),
    "gt": Phrase("{field} {actual}: must be above {required}", "{field}为{actual}，须大于{required}"),
    "gte": Phrase("{field} {actual}: must be at least {required}", "{field}为{actual}，不得小于{required}"),
    "lt": Phrase("{field} {actual}: must be below {required}", "{field}为{actual}，须小于{required}"),
    "lte": Phrase("{field} {actual}: must be at most {required}", "{field}为{actual}，不得大于{required}"),
}
"""What a requirement asks of a rep's attribute, by its operator."""

COMPARISONS: Mapping[str, Phrase] = {
    "eq": Phrase("{field} is {expected}", "{field}等于{expected}"),
    "ne": Phrase("{field} is not {expected}", "{field}不等于{expected}"),
    "gt": Phrase("{field} is above {expected}", "{field}大于{expected}"),
    "gte": Phrase("{field} is at least {expected}", "{field}不小于{expected}"),
    "lt": Phrase("{field} is below {expected}", "{field}小于{expected}"),
    "lte": Phrase("{field} is at most {expected}", "{field}不大于{expected}"),
    "between": Phrase("{field} is in the range {expected}", "{field}在{expected}范围内"),
    "in": Phrase("{field} is one of {expected}", "{field}是{expected}之一"),
    "not_in": Phrase("{field} is none of {expected}", "{field}不是{expected}中的任何一个"),
    "has_any": Phrase("{field} has one of {expected}", "{field}包含{expected}之一"),
    "has_all": Phrase("{field} has all of {expected}", "{field}同时包含{expected}"),
    "contains": Phrase("{field} contains {expected}", "{field}含有{expected}"),
    "starts_with": Phrase("{field} starts with {expected}", "{field}以{expected}开头"),
    "percent": Phrase("{field} falls into the share {expected}", "{field}落入分流{expected}"),
    "within": Phrase("{field} lies within {expected}", "{field}位于{expected}之内"),
    "exists": Phrase("{field} is given", "{field}已填写"),
    "missing": Phrase("{field} is missing", "{field}未填写"),
}
"""What a rule asks of a work item's field, by the operator of its condition."""

MET: Mapping[str, Phrase] = {
    "value": Phrase("it is {actual}", "实际为{actual}"),
    "missing": Phrase("it is missing", "实际未填写"),
    "erased": Phrase("it is erased", "该值已删除"),
}
"""What a comparison met."""

STATES: Mapping[str, Phrase] = {
    "CONVERTED": Phrase("converted", "已转化"),
    "DISQUALIFIED": Phrase("disqualified", "已判为无效"),
    "CLOSED": Phrase("closed", "已关闭"),
}
"""States that are no longer open."""

DECIDED: Mapping[str, Phrase] = {
    "only": Phrase("Nobody else was eligible.", "没有其他合格人选。"),
    "largest": Phrase(
        "Largest claim: {claim:.2f} leads, before {next} with {next_claim:.2f}.",
        "累计应得最多：{claim:.2f}条，其次{next} {next_claim:.2f}条。",
    ),
    "equal": Phrase(
        "Equal claims of {claim:.2f} leads with {next}: the turn rotates.",
        "与{next}累计应得相同（{claim:.2f}条），轮流分配。",
    ),
    "band": Phrase(
        "Claim {claim:.2f} against {next}'s {next_claim:.2f}, close enough for preferences: score {score} to {other}.",
        "累计应得{claim:.2f}条，{next} {next_claim:.2f}条，差距在容许范围内，按偏好取胜：{score}分对{other}分。",
    ),
}
"""What made the choice, see ``figures.relation``."""

WAYS: Mapping[str, Phrase] = {
    "WAY_APART": Phrase("It entered the ledger apart: nobody's deficit moved.", "本条单独入账，任何人的差额都不变。"),
    "WAY_OVERRIDE": Phrase(
        "The ledger was charged as for any other; what that disturbs is measured.",
        "本条照常入账，由此产生的扰动另行计量。",
    ),
}
"""In which way it entered the ledger, where the ledger did not choose: where it did, the claims say it."""

LOST: Mapping[str, Phrase] = {
    "largest": Phrase(
        "{short:.2f} leads short; without it {name} rises to {after}.",
        "差{short:.2f}条；未分到本条，{name}的差额变为{after}。",
    ),
    "equal": Phrase(
        "Equal claims: among equals the turn rotates from lead to lead.", "累计应得相同：同等条件下逐条轮流。"
    ),
    "band": Phrase(
        "Close enough for the pool's band: preferences decided, score {score} to {other}.",
        "差距在分配池容许范围内：按偏好决定，{score}分对{other}分。",
    ),
}
"""The same, told to who did not get it."""

AWAITED: Mapping[str, Phrase] = {
    "AWAITED_HOURS": Phrase(
        "It had waited until {rep}'s working hours began.", "此前一直在等待，{rep}上班后得以分配。"
    ),
    "AWAITED_LEAVE": Phrase("It had waited until {rep}'s leave ended.", "此前一直在等待，{rep}休假结束后得以分配。"),
    "AWAITED_RETURN": Phrase("It had waited until {rep} was back.", "此前一直在等待，{rep}回来后得以分配。"),
    "AWAITED_CAP": Phrase("It had waited until a cap lifted.", "此前一直在等待，上限恢复后得以分配。"),
    "AWAITED_ROOM": Phrase("It had waited until {rep} had room.", "此前一直在等待，{rep}有空余后得以分配。"),
    "AWAITED_WORKFORCE": Phrase(
        "It had waited until reps, pools or calendars were changed.",
        "此前一直在等待，人员、分配池或日历变更后得以分配。",
    ),
    "AWAITED_RULES": Phrase("It had waited until the rules were changed.", "此前一直在等待，规则变更后得以分配。"),
    "AWAITED_ANSWER": Phrase("The offer before came to nothing.", "上一次派出后没有人接下。"),
}
"""What a work item had waited for."""

AWAITED_BY_MANY: Mapping[str, Phrase] = {
    "AWAITED_HOURS": Phrase(
        "It had waited until the working hours began of somebody who may accept it.",
        "此前一直在等待，有可抢单的人上班后得以派出。",
    ),
    "AWAITED_LEAVE": Phrase(
        "It had waited until the leave ended of somebody who may accept it.",
        "此前一直在等待，有可抢单的人休假结束后得以派出。",
    ),
    "AWAITED_RETURN": Phrase(
        "It had waited until somebody who may accept it was back.", "此前一直在等待，有可抢单的人回来后得以派出。"
    ),
    "AWAITED_ROOM": Phrase(
        "It had waited until somebody who may accept it had room.", "此前一直在等待，有可抢单的人腾出空余后得以派出。"
    ),
}
"""The same of what is offered to many, where that names whom it was given to."""

ACTIVITIES: Mapping[str, Phrase] = {
    "CALL OUTBOUND": Phrase("{rep} called the customer{lasted}.", "{rep}致电客户{lasted}。"),
    "CALL INBOUND": Phrase("The customer called; {rep} took the call{lasted}.", "客户来电，由{rep}接听{lasted}。"),
    "CALL INTERNAL": Phrase("{rep} made an internal call{lasted}.", "{rep}与内部同事通话{lasted}。"),
    "VISIT OUTBOUND": Phrase("{rep} went to see the customer{lasted}.", "{rep}上门拜访客户{lasted}。"),
    "VISIT INBOUND": Phrase("The customer came; {rep} received them{lasted}.", "客户来访，由{rep}接待{lasted}。"),
    "VISIT INTERNAL": Phrase("{rep} went to see colleagues{lasted}.", "{rep}走访了内部同事{lasted}。"),
    "MEETING OUTBOUND": Phrase("{rep} met the customer{lasted}.", "{rep}与客户会面{lasted}。"),
    "MEETING INBOUND": Phrase(
        "{rep} met the customer, who had asked for it{lasted}.", "应客户之约，{rep}与客户会面{lasted}。"
    ),
    "MEETING INTERNAL": Phrase("{rep} held an internal meeting{lasted}.", "{rep}召开内部会议{lasted}。"),
    "MESSAGE OUTBOUND": Phrase("{rep} sent the customer a message.", "{rep}给客户发了消息。"),
    "MESSAGE INBOUND": Phrase("The customer sent a message; {rep} received it.", "客户发来消息，由{rep}收到。"),
    "MESSAGE INTERNAL": Phrase("{rep} sent an internal message.", "{rep}发了内部消息。"),
    "EMAIL OUTBOUND": Phrase("{rep} sent the customer an e-mail.", "{rep}给客户发了邮件。"),
    "EMAIL INBOUND": Phrase("The customer sent an e-mail; {rep} received it.", "客户发来邮件，由{rep}收到。"),
    "EMAIL INTERNAL": Phrase("{rep} sent an internal e-mail.", "{rep}发了内部邮件。"),
    "NOTE": Phrase("Note by {rep}.", "{rep}写了备注。"),
}
"""What a rep did, by kind and direction."""

UNATTRIBUTED: Mapping[str, Phrase] = {
    "CALL OUTBOUND": Phrase("Call to the customer{lasted}; no rep is recorded.", "致电客户{lasted}，未记录经办人。"),
    "CALL INBOUND": Phrase("The customer called{lasted}; no rep is recorded.", "客户来电{lasted}，未记录接听人。"),
    "CALL INTERNAL": Phrase("Internal call{lasted}; no rep is recorded.", "内部通话{lasted}，未记录经办人。"),
    "VISIT OUTBOUND": Phrase(
        "Visit to the customer{lasted}; no rep is recorded.", "上门拜访客户{lasted}，未记录经办人。"
    ),
    "VISIT INBOUND": Phrase("The customer came{lasted}; no rep is recorded.", "客户来访{lasted}，未记录接待人。"),
    "VISIT INTERNAL": Phrase("Internal visit{lasted}; no rep is recorded.", "内部走访{lasted}，未记录经办人。"),
    "MEETING OUTBOUND": Phrase(
        "Meeting with the customer{lasted}; no rep is recorded.", "与客户会面{lasted}，未记录经办人。"
    ),
    "MEETING INBOUND": Phrase(
        "Meeting that the customer had asked for{lasted}; no rep is recorded.",
        "应客户之约会面{lasted}，未记录经办人。",
    ),
    "MEETING INTERNAL": Phrase("Internal meeting{lasted}; no rep is recorded.", "内部会议{lasted}，未记录经办人。"),
    "MESSAGE OUTBOUND": Phrase("Message to the customer; no rep is recorded.", "已给客户发送消息，未记录发送人。"),
    "MESSAGE INBOUND": Phrase("The customer sent a message.", "客户发来消息。"),
    "MESSAGE INTERNAL": Phrase("Internal message; no rep is recorded.", "内部消息，未记录发送人。"),
    "EMAIL OUTBOUND": Phrase("E-mail to the customer; no rep is recorded.", "已给客户发送邮件，未记录发送人。"),
    "EMAIL INBOUND": Phrase("The customer sent an e-mail.", "客户发来邮件。"),
    "EMAIL INTERNAL": Phrase("Internal e-mail; no rep is recorded.", "内部邮件，未记录发送人。"),
    "NOTE": Phrase("Note; no rep is recorded.", "备注，未记录填写人。"),
}
"""What was done by no rep: a service account, say, records it and names none."""

KEPT: Mapping[str, Phrase] = {
    "INACTIVE": Phrase("whoever is to get it is inactive", "应接手的人已停用"),
    "ON_LEAVE": Phrase("the substitute is on leave, and nobody stands in for them", "代理人也在休假，又没有人代理"),
    "CIRCLE": Phrase("the substitutes stand in for one another", "代理关系循环"),
    "CONFLICT": Phrase("the route recuses whoever is to get it", "应接手的人需回避"),
    "UNREADABLE": Phrase("the rules of today cannot read it", "现行规则无法读取"),
    "GIVEN": Phrase(
        "it was given to them, or they accepted it, while they were on leave", "休假期间专门交给其本人，或由其本人接下"
    ),
}
"""Why a work item stays where it is although somebody went on leave, or is back."""

NEXT_DATES: Mapping[str, Phrase] = {
    "DUE": Phrase("To be followed up {when}.", "下次跟进时间：{when}。"),
    "OVERDUE": Phrase("Overdue: it was to be followed up {when}.", "已逾期，原定{when}跟进。"),
    "reminder 1": Phrase("The owner's reminder fell due {when}.", "提醒归属人：{when}。"),
    "reminder 1 alone": Phrase("The owner's reminder fell due {when}.", "提醒归属人：{when}。"),
    "reminder 2": Phrase("The manager's reminder fell due {when}.", "提醒主管：{when}。"),
    "reminder 2 alone": Phrase(
        "A second reminder fell due {when}, and there is no manager to remind.",
        "第二次提醒：{when}，没有主管可以提醒。",
    ),
}
"""How a next date stands, and what fell due of it; ``alone``: the owner has no manager."""

TIMELINE: Mapping[str, Phrase] = {
    "held since": Phrase(" They have had it since {time}.", "自{time}起由其负责。"),
    "closed": Phrase("It is {state}.", "该工作项{state}。"),
    "withdrawn": Phrase("It is closed by itself, for its parent was reopened.", "上级工作项重新打开，自动关闭。"),
    "child ASSIGNED": Phrase("Child {child} is opened: {rep}.", "创建子任务“{child}”，归属{rep}。"),
    "child OFFERED": Phrase("Child {child} is opened, and offered.", "创建子任务“{child}”，已派单待接。"),
    "child QUEUED": Phrase("Child {child} is opened, and waits.", "创建子任务“{child}”，暂时无人可接。"),
    "child UNROUTED": Phrase("Child {child} is opened, and is nobody's.", "创建子任务“{child}”，无人可接。"),
    "child closed": Phrase("Child {child} is {state}.", "子任务“{child}”{state}。"),
    "child withdrawn": Phrase(
        "Child {child} is closed by itself, for this was reopened.", "工作项重新打开，子任务“{child}”自动关闭。"
    ),
    "reminder 1": Phrase("The next date is reached: the owner's reminder.", "已到跟进时间：提醒归属人。"),
    "reminder 2": Phrase(
        "A working day after the next date nobody has followed up: a reminder for the manager, if there is a manager.",
        "过了跟进时间一个工作日仍未跟进：提醒主管（如有）。",
    ),
    "erased": Phrase("What was personal in it was erased.", "其中的个人信息已删除。"),
    "updated": Phrase("Updated: {changes}.", "信息更新：{changes}。"),
    "updated by": Phrase("Updated by {actor}: {changes}.", "{actor}更新了信息：{changes}。"),
    "advanced": Phrase("It entered stage {stage}{note}{changes}.", "进入阶段{stage}{note}{changes}。"),
    "advanced by": Phrase(
        "{actor} had it enter stage {stage}{note}{changes}.", "{actor}将其推进到阶段{stage}{note}{changes}。"
    ),
    "ACCEPTED": Phrase("{rep} accepted it.", "{rep}已接单。"),
    "DECLINED": Phrase("{rep} declined it{note}.", "{rep}拒单{note}。"),
    "LAPSED": Phrase("{rep} did not answer in time: the offer lapsed.", "{rep}超时未接单，派单失效。"),
    "LAPSED many": Phrase("Nobody accepted it in time: the offer lapsed.", "超时无人抢单，本次抢单结束。"),
    "set away": Phrase(
        "{lapses} in a row have lapsed: {rep} is set away.", "{rep}连续{lapses}次超时未接单，已设为暂离。"
    ),
    "RESCINDED": Phrase("The offer to {rep} was rescinded{because}.", "已撤回给{rep}的派单{because}。"),
    "RESCINDED many": Phrase("The offer to many was rescinded{because}.", "已撤回抢单{because}。"),
    "reached REMIND": Phrase(
        "Deadline {deadline}: {told} to be reminded{passed_over}.", "时限{deadline}：应提醒{told}{passed_over}。"
    ),
    "reached REMIND nobody": Phrase(
        "Deadline {deadline}: there was nobody to remind.", "时限{deadline}：到提醒时间，但没有可提醒的人。"
    ),
    "reached NOTIFY": Phrase(
        "Deadline {deadline}: {told} to be told{passed_over}.", "时限{deadline}：应通知{told}{passed_over}。"
    ),
    "reached NOTIFY nobody": Phrase(
        "Deadline {deadline}: there was nobody to tell.", "时限{deadline}：到通知时间，但没有可通知的人。"
    ),
    "reached REASSIGN": Phrase(
        "Deadline {deadline}: it stays with its owner, for nobody else could have it or it was moved twice already;"
        " {told} to be told{passed_over}.",
        "时限{deadline}：无人可接手，或已转派两次，仍由归属人处理；应通知{told}{passed_over}。",
    ),
    "reached REASSIGN nobody": Phrase(
        "Deadline {deadline}: it stays with its owner, for nobody else could have it or it was moved twice already;"
        " there was nobody to tell.",
        "时限{deadline}：无人可接手，或已转派两次，仍由归属人处理；没有可通知的主管。",
    ),
    "paused": Phrase("Paused, {reason}; the pause ends {until} at the latest.", "已暂停（{reason}），最迟至{until}。"),
    "paused by": Phrase(
        "{actor} paused it, {reason}; the pause ends {until} at the latest.",
        "{actor}将其暂停（{reason}），最迟至{until}。",
    ),
    "paused resting": Phrase("Standing still: {deadlines}.", "停表的时限：{deadlines}。"),
    "paused nothing": Phrase(
        "No deadline stands still: of those that run now none pauses.", "目前计时的时限都不停表。"
    ),
    "paused soon": Phrase(
        "The customer had been heard from less than ten minutes before.", "注意：此前十分钟内客户刚有消息。"
    ),
    "resumed": Phrase("The pause is over.", "暂停结束。"),
    "resumed by": Phrase("{actor} ended the pause.", "{actor}结束了暂停。"),
    "resumed running": Phrase("Running again: {deadlines}.", "恢复计时的时限：{deadlines}。"),
    "migrated": Phrase(
        "It goes on by {process}, in stage {stage}; it went by {earlier}, in stage {earlier_stage}.",
        "改用流程版本{process}（阶段{stage}），原为{earlier}（阶段{earlier_stage}）。",
    ),
    "migrated by": Phrase(
        "{actor} migrated it: it goes on by {process}, in stage {stage}; it went by {earlier}, in stage"
        " {earlier_stage}.",
        "{actor}将其改用流程版本{process}（阶段{stage}），原为{earlier}（阶段{earlier_stage}）。",
    ),
    "asked": Phrase("It was asked whether it may enter stage {stage}{note}.", "申请进入阶段{stage}{note}，待审批。"),
    "asked by": Phrase(
        "{actor} asked whether it may enter stage {stage}{note}.", "{actor}申请进入阶段{stage}{note}，待审批。"
    ),
    "approved": Phrase("{rep} approved that it enters stage {stage}{note}.", "{rep}批准进入阶段{stage}{note}。"),
    "rejected": Phrase(
        "{rep} rejected that it enters stage {stage}{note}.", "{rep}驳回了进入阶段{stage}的申请{note}。"
    ),
    "csat": Phrase("Satisfaction: {value} of 5{note}.", "客户满意度评分：{value}分（满分5分）{note}。"),
    "nps": Phrase(
        "How likely they would recommend us: {value} of 10{note}.", "客户推荐意愿评分：{value}分（满分10分）{note}。"
    ),
    "answer told": Phrase("{told} to be told.", "应通知{told}。"),
    "survey CSAT": Phrase("The customer is to be asked how satisfied they are.", "应向客户发送满意度调查。"),
    "survey NPS": Phrase(
        "The customer is to be asked how likely they would recommend us.", "应向客户发送推荐意愿调查。"
    ),
    "spared RECENT": Phrase(
        "The customer is not asked how likely they would recommend us: they were, or answered, within the last 90"
        " days.",
        "不向客户发送推荐意愿调查：90天内已经调查过或答复过。",
    ),
    "spared COMPLAINT": Phrase(
        "The customer is not asked how likely they would recommend us: they have a complaint open, {complaint}.",
        "不向客户发送推荐意愿调查：客户有未结的投诉{complaint}。",
    ),
    "spared UNKNOWN": Phrase(
        "The customer is not asked how likely they would recommend us: nobody can say who they are.",
        "不向客户发送推荐意愿调查：无法确定客户是谁。",
    ),
    "reached RETURN": Phrase(
        "Deadline {deadline}: it stays with its owner, for nobody of the pool could have it or it was moved twice"
        " already; {told} to be told{passed_over}.",
        "时限{deadline}：分配池内无人可接手，或已转派两次，仍由归属人处理；应通知{told}{passed_over}。",
    ),
    "reached RETURN nobody": Phrase(
        "Deadline {deadline}: it stays with its owner, for nobody of the pool could have it or it was moved twice"
        " already; there was nobody to tell.",
        "时限{deadline}：分配池内无人可接手，或已转派两次，仍由归属人处理；没有可通知的主管。",
    ),
    "reached RAISE_PRIORITY nobody": Phrase(
        "Deadline {deadline}: its priority was the highest already.", "时限{deadline}：优先级已是最高，不再上调。"
    ),
    "raised": Phrase("Deadline {deadline}: {changes}.", "时限{deadline}已到：{changes}。"),
    "reached on leave": Phrase(" instead of {on_leave}, on leave", "（{on_leave}休假，改为通知其上级）"),
    "reached inactive": Phrase(" instead of {inactive}, inactive", "（{inactive}已停用，改为通知其上级）"),
    "reached on leave or inactive": Phrase(
        " instead of {on_leave}, on leave, and {inactive}, inactive",
        "（{on_leave}休假，{inactive}已停用，改为通知其上级）",
    ),
    "occurred": Phrase("It occurred {when}.", "实际发生时间：{when}。"),
    "next": Phrase("Next follow-up {when}.", "下次跟进时间：{when}。"),
}
"""What happened to a work item, beside decisions."""

RESCINDED: Mapping[str, Phrase] = {
    "BECAUSE_COMPLETED": Phrase(": the work item was closed", "（工作项已关闭）"),
    "BECAUSE_UPDATED": Phrase(": the work item was updated", "（信息有更新）"),
    "BECAUSE_REASSIGNED": Phrase(": the work item was reassigned", "（重新分配）"),
    "BECAUSE_OVERRIDE": Phrase(": somebody was named for it", "（已由人工指派）"),
    "BECAUSE_SETTLED": Phrase(": somebody left the pool, or it was deleted", "（分配池有人离开，或分配池已删除）"),
    "BECAUSE_LEFT": Phrase(": a rep was deactivated or deleted", "（有销售停用或删除）"),
}
"""Because of what an offer was rescinded."""

SENTENCES: Mapping[str, Phrase] = {
    "repeats": Phrase("It repeats {item}.", "与该客户此前的{item}重复。"),
    "raised": Phrase(
        "Raised from {before} to {after}: it repeats {item}.",
        "严重程度由{before}升为{after}：与该客户此前的{item}重复。",
    ),
    "owner": Phrase("Rule {rule}, pool {pool}: {rep}.", "规则{rule}，分配池{pool}：{rep}。"),
    "owner alone": Phrase("Rule {rule} names {rep}.", "规则{rule}指定{rep}。"),
    "offered": Phrase("Rule {rule}, pool {pool}: offered to {rep}.", "规则{rule}，分配池{pool}：派单给{rep}，待接单。"),
    "OFFERED": Phrase("Rule {rule}: offered to many; the first to accept has it.", "规则{rule}：开放抢单，先接先得。"),
    "child owner": Phrase("Child of {parent}, pool {pool}: {rep}.", "{parent}的子任务，分配池{pool}：{rep}。"),
    "child owner alone": Phrase("Child of {parent}: {rep}.", "{parent}的子任务：{rep}。"),
    "child offered": Phrase(
        "Child of {parent}, pool {pool}: offered to {rep}.", "{parent}的子任务，分配池{pool}：派单给{rep}，待接单。"
    ),
    "child OFFERED": Phrase(
        "Child of {parent}: offered to many; the first to accept has it.", "{parent}的子任务：开放抢单，先接先得。"
    ),
    "child stays": Phrase(
        "Child of {parent}: nobody else can take it, so it stays where it is.",
        "{parent}的子任务：没有其他人可接，归属不变。",
    ),
    "child WAITING": Phrase(
        "Child of {parent}: nobody can take it now, so it waits.", "{parent}的子任务：目前无人可接，进入等待。"
    ),
    "child UNROUTED": Phrase(
        "Child of {parent}: nobody can take it, and nothing further is declared.",
        "{parent}的子任务：无人可接，也没有其他安排。",
    ),
    "OPENED": Phrase("It was opened as its parent entered a stage.", "上级工作项进入阶段时自动创建。"),
    "offered already": Phrase(
        "It is offered already, by decision {number}.", "该工作项已派出，尚未接单（决策{number}）。"
    ),
    "offer counts": Phrase(
        "The offer counts at once, as if it were accepted; should it be declined, lapse or be rescinded, it never was.",
        "派单即入账，视同已接；拒单、超时或撤回，则原样退回。",
    ),
    "never lapses": Phrase(
        "It never lapses: the calendar has less working time in three years than the timeout of its pool.",
        "永不超时：日历三年里的上班时间还不够分配池设的超时时间。",
    ),
    "broadcast counts": Phrase(
        "Nothing counts before somebody accepts it.", "有人抢到之前，不入账，也不占容量和上限。"
    ),
    "routed owner": Phrase("Its process routes it to pool {named}: {rep}.", "按流程转入分配池{named}：{rep}。"),
    "routed owner alone": Phrase("Its process routes it to pool {named}: {rep}.", "按流程转入分配池{named}：{rep}。"),
    "routed offered": Phrase(
        "Its process routes it to pool {named}: offered to {rep}.", "按流程转入分配池{named}：派单给{rep}，待接单。"
    ),
    "routed OFFERED": Phrase(
        "Its process routes it to pool {named}: offered to many; the first to accept has it.",
        "按流程转入分配池{named}：开放抢单，先接先得。",
    ),
    "routed stays": Phrase(
        "Its process routes it to pool {named}: nobody there can take it, so it stays where it is.",
        "按流程应转入分配池{named}：池内无人可接，归属不变。",
    ),
    "routed WAITING": Phrase(
        "Its process routes it to pool {named}: nobody can take it now, so it waits.",
        "按流程转入分配池{named}：目前无人可接，进入等待。",
    ),
    "routed UNROUTED": Phrase(
        "Its process routes it to pool {named}: nobody can take it, and nothing further is declared.",
        "按流程转入分配池{named}：无人可接，也没有其他安排。",
    ),
    "routed escalated": Phrase(
        "It was not attended to in time. Its process routes it to pool {named}: {rep} has it now.",
        "未在时限内处理，按流程转入分配池{named}，由{rep}接手。",
    ),
    "child escalated": Phrase(
        "It was not attended to in time. Child of {parent}, pool {pool}: {rep} has it now.",
        "未在时限内处理，{parent}的子任务在分配池{pool}内转派给{rep}。",
    ),
    "override": Phrase("A person named {rep}{note}.", "由人工指定{rep}{note}。"),
    "stays": Phrase(
        "Rule {rule}: nobody else can take it, so it stays where it is.", "规则{rule}：没有其他人可接，归属不变。"
    ),
    "WAITING": Phrase("Rule {rule}: nobody can take it now, so it waits.", "规则{rule}：目前无人可接，进入等待。"),
    "UNROUTED": Phrase(
        "Rule {rule}: nobody can take it, and nothing further is declared.", "规则{rule}：无人可接，也没有其他安排。"
    ),
    "UPDATED": Phrase("It was decided anew because it was updated.", "因信息更新，本次重新决定归属。"),
    "REASSIGNED": Phrase(
        "It was routed again, leaving out who had it before.", "本次为重新分配，此前的归属人不再参与。"
    ),
    "ESCALATED": Phrase(
        "A deadline had it routed again, leaving out who had it before.", "因时限规定重新分配，此前的归属人不再参与。"
    ),
    "escalated": Phrase(
        "It was not attended to in time. Rule {rule}, pool {pool}: {rep} has it now.",
        "未在时限内处理，按规则{rule}、分配池{pool}转派给{rep}。",
    ),
    "kept": Phrase(
        "It was not attended to in time, and given away often enough: {rep}, the manager, keeps it.",
        "未在时限内处理，且转派次数已满，由主管{rep}接手。",
    ),
    "WOKEN": Phrase("It had waited, and a change made room.", "此前一直在等待，因情况变化得以分配。"),
    "reopened": Phrase("Reopened{note}: {rep}.", "重新打开{note}，归属{rep}。"),
    "imported": Phrase("Imported as {rep}'s.", "导入时归属{rep}。"),
    "covered": Phrase("{rep} stands in for {covered}, who is on leave.", "{covered}休假，由{rep}代理。"),
    "cover ended": Phrase("The cover has ended: it is {rep}'s again.", "代理结束，交还{rep}。"),
    "existing": Phrase("It has an owner already, by decision {number}.", "该工作项已有归属人（决策{number}）。"),
    "owner inactive": Phrase("The owner is no longer active.", "该归属人已停用。"),
    "closed": Phrase("It is {state}, and stays so unless it is reopened.", "该工作项{state}，除非重新打开，不再变动。"),
    "differs": Phrase(
        "It was sent with other data, which was not taken: {differences}.",
        "本次数据与原有数据不同，未予采纳：{differences}。",
    ),
    "erased": Phrase(
        "Of {fields} the stored value is erased: nobody can say whether it differs.",
        "{fields}的原有数据已删除，无法判断是否不同。",
    ),
    "contact owner": Phrase(
        "{rep} is at work {when}: contact can be expected from then on.", "{rep}将于{when}上班，届时联系。"
    ),
    "contact WAITING": Phrase("Somebody who can take it comes on duty {when}.", "{when}起有人上班，届时接手。"),
    "not official": Phrase("Days after {date} are not official yet.", "{date}之后的安排尚未公布。"),
    "steps": Phrase("Steps: {steps}.", "步骤：{steps}。"),
    "refused": Phrase("{eligible} of {members} eligible{reasons}.", "{members}人中{eligible}人合格{reasons}。"),
    "contact due": Phrase("Contact is due {when}.", "联系时限：{when}。"),
    "got it": Phrase("{name} got it.", "{name}分到了这一条。"),
    "is offered it": Phrase("It was offered to {name}.", "这一条派给了{name}。"),
    "may accept it": Phrase("{name} could accept it.", "{name}可以抢这一条。"),
    "refused one": Phrase("{name} could not have had it:", "{name}不能接这一条："),
    "eligible one": Phrase("{name} was eligible.", "{name}是合格人选。"),
    "claim": Phrase(
        "{name}: deficit {deficit} + share {share:.2f} = claim {claim:.2f}",
        "{name}：差额{deficit} + 本次应得{share:.2f} = 累计应得{claim:.2f}",
    ),
}
"""Whole sentences, and the lines beneath them."""

PARTS: Mapping[str, Phrase] = {
    "seconds": Phrase(" ({seconds} s)", "（{seconds}秒）"),
    "minutes": Phrase(" ({minutes} min)", "（{minutes}分钟）"),
    "minutes and seconds": Phrase(" ({minutes} min {seconds} s)", "（{minutes}分{seconds}秒）"),
    "nobody": Phrase(" (nobody)", "（无人）"),
    "nobody alone": Phrase("nobody", "无人"),
    "none": Phrase("(none)", "无"),
    "note": Phrase(" ({note})", "（{note}）"),
    "count": Phrase("{count} {refused}", "{count}人{refused}"),
    "earliest": Phrase("{counted} (again {when} at the earliest)", "{counted}（{when}起陆续恢复）"),
    "listed": Phrase(": {list}", "：{list}"),
    "in stage": Phrase("It stands in stage {stage}.", "现处于阶段{stage}。"),
    "comma": Phrase(", ", "，"),
    "enumerated": Phrase(", ", "、"),
    "not updated": Phrase("It is so already: nothing is written.", "与现有信息相同，未作改动。"),
    "owner changed": Phrase("Owner: {before} → {after}, pool {pool}.", "归属人：{before} → {after}，分配池{pool}。"),
    "offered to": Phrase("It is offered to {rep}, pool {pool}.", "派单给{rep}，待接单，分配池{pool}。"),
    "offered to many": Phrase("It is offered to many, pool {pool}.", "开放抢单，分配池{pool}。"),
    "owner stays": Phrase("The owner stays: {owner}.", "归属人不变：{owner}。"),
    "field value": Phrase("value", "金额"),
    "field priority": Phrase("priority", "优先级"),
    "changed": Phrase("{field} from {before} to {after}", "{field}由{before}改为{after}"),
    "set": Phrase("{field} {after} (was not given)", "{field}填为{after}"),
    "taken out": Phrase("{field} taken out (was {before})", "{field}已清空（原为{before}）"),
    "changed and erased": Phrase("{field} (erased)", "{field}（值已删除）"),
    "difference": Phrase("{field} (stored {stored}, sent {sent})", "{field}（原为{stored}，本次为{sent}）"),
    "met": Phrase("{comparison}: {met}", "{comparison}；{met}"),
    "pool": Phrase("pool {name}", "分配池{name}"),
    "rep": Phrase("rep {name}", "指定{name}"),
    "without": Phrase("without {fields}", "不限{fields}"),
    "widened": Phrase("{field} widened", "放宽{field}"),
    "hours": Phrase("hours do not count", "不看上班时间"),
    "elsewhere": Phrase("{when} ({zone})", "当地时间（{zone}）{when}"),
    "unofficial": Phrase(
        "{reason} (days after {date} are not official yet)", "{reason}（{date}之后的放假安排尚未公布）"
    ),
    "summary": Phrase("{eligible}/{members} reps{reasons}", "{eligible}/{members}人合格{reasons}"),
    "missing pool": Phrase("0/0 reps: there is no pool {pool}", "0/0 人合格：没有分配池{pool}"),
    "names nobody": Phrase("the route names nobody", "该路由没有指定任何人"),
}
"""What sentences are made of."""
