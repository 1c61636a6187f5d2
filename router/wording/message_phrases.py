"""Every text that people are told with by messages, in each language. What is in braces is filled in.

They name work items by id, stages, deadlines and processes by title, reps as they are called, and times: no attribute
of a work item, and nothing that somebody wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from router.wording.phrases import Phrase


class MessageType(StrEnum):
    """What a message tells."""

    REMINDER = "reminder"
    ESCALATION = "escalation"
    NOT_REASSIGNED = "not_reassigned"
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_LATE = "approval_late"
    APPROVED = "approved"
    REJECTED = "rejected"
    NEXT_DATE = "next_date"
    NEXT_DATE_MISSED = "next_date_missed"
    GIVEN = "given"
    TAKEN = "taken"
    MOVED = "moved"
    SET_AWAY = "set_away"
    OFFER_TAKEN = "offer_taken"
    BAD_CSAT = "bad_csat"
    BAD_NPS = "bad_nps"
    SURVEY_CSAT = "survey_csat"
    SURVEY_NPS = "survey_nps"
    LIST_DAY = "list_day"
    LIST_HOLIDAYS = "list_holidays"
    LIST_TOMORROW = "list_tomorrow"
    PROCESS_NEW = "process_new"
    PROCESS_CHANGED = "process_changed"
    PROCESS_RETIRED = "process_retired"


MESSAGE_TITLES: Mapping[str, Phrase] = {
    "reminder": Phrase("Due {when}: {deadline}, {item}", "{item}：“{deadline}”{when}到期"),
    "reminder overdue": Phrase(
        "Overdue: {deadline}, {item}, was due {when}", "{item}：“{deadline}”已逾期（{when}到期）"
    ),
    "reminder undated": Phrase("Not done yet: {deadline}, {item}", "{item}：“{deadline}”尚未完成"),
    "escalation": Phrase(
        "Due {when} and not done yet: {deadline}, {item}, {owner}", "{item}：“{deadline}”{when}到期，{owner}尚未完成"
    ),
    "escalation overdue": Phrase(
        "Overdue: {deadline}, {item}, {owner}, was due {when}", "{item}：{owner}的“{deadline}”已逾期（{when}到期）"
    ),
    "escalation undated": Phrase("Not done yet: {deadline}, {item}, {owner}", "{item}：{owner}的“{deadline}”尚未完成"),
    "not_reassigned": Phrase(
        "{item} stays with {owner}: nobody else could have it", "{item}仍由{owner}负责：没有其他人可以接手"
    ),
    "approval_asked": Phrase("To approve: {item} is to enter {stage}", "待审批：{item}申请进入“{stage}”"),
    "approval_late": Phrase("Nobody has decided: {item} is to enter {stage}", "审批超时：{item}申请进入“{stage}”"),
    "approved": Phrase("Approved: {item} enters {stage}", "已批准：{item}进入“{stage}”"),
    "rejected": Phrase("Rejected: {item} does not enter {stage}", "已驳回：{item}不进入“{stage}”"),
    "next_date": Phrase("Time to follow up {item}", "{item}已到下次跟进时间"),
    "next_date_missed": Phrase("{owner} has not followed up {item}", "{item}到期未跟进，归属人{owner}"),
    "given": Phrase("{item} is yours now", "{item}现由您负责"),
    "taken": Phrase("{item} is not yours any more", "{item}不再由您负责"),
    "moved": Phrase("{item} went from {before} to {owner}", "{item}已由{before}转给{owner}"),
    "moved from nobody": Phrase("{item} went to {owner}", "{item}已分配给{owner}"),
    "moved to nobody": Phrase("{item} was taken from {before}", "{item}已从{before}名下转出"),
    "set_away": Phrase("You are set away", "您已被设为暂离"),
    "offer_taken": Phrase("{item} is taken: {rep} was faster", "{item}已被{rep}抢先接单"),
    "bad_csat": Phrase("A customer is not satisfied: {value} of 5, {item}", "客户不满意：{item}，{value}分（满分5分）"),
    "bad_nps": Phrase(
        "A customer would hardly recommend us: {value} of 10, {item}", "客户推荐意愿低：{item}，{value}分（满分10分）"
    ),
    "survey_csat": Phrase("To ask the customer of {item}: how satisfied they are", "{item}：应向客户发送满意度调查"),
    "survey_nps": Phrase(
        "To ask the customer of {item}: how likely they would recommend us", "{item}：应向客户发送推荐意愿调查"
    ),
    "list_day": Phrase("Due today: {count}", "今日待办{count}项"),
    "list_holidays": Phrase("Due while you are closed: {count}", "放假期间到期{count}项"),
    "list_tomorrow": Phrase("Late by tomorrow evening: {count}", "到明天下班前将逾期{count}项"),
    "process_new": Phrase("New process: {process}", "新流程：{process}"),
    "process_changed": Phrase("Changed process: {process}", "流程有变化：{process}"),
    "process_retired": Phrase("Process out of use: {process}", "流程停用：{process}"),
}
"""The titles, by what is told, and how."""

MESSAGE_LINES: Mapping[str, Phrase] = {
    "owner": Phrase("Owner: {owner}.", "归属人：{owner}。"),
    "last owner": Phrase("Owner, now or last: {owner}.", "当前或最后的归属人：{owner}。"),
    "no owner": Phrase("It is nobody's.", "目前没有归属人。"),
    "stage": Phrase("Stage: {stage}.", "阶段：{stage}。"),
    "due": Phrase("Due {when}.", "到期时间：{when}。"),
    "on leave": Phrase("On leave: {reps}.", "休假中：{reps}。"),
    "inactive": Phrase("Not working here any more: {reps}.", "已停用：{reps}。"),
    "do it": Phrase("To do: {until}.", "请{until}。"),
    "see to it": Phrase(
        "To do: see that {owner} does it ({until}), or give it to somebody else.",
        "请督促{owner}处理（{until}），或改派他人。",
    ),
    "give it": Phrase("To do: give it to somebody ({until}).", "请安排人员负责（{until}）。"),
    "nobody else": Phrase(
        "{deadline} was to give it to somebody else: nobody is free, or that was done twice already.",
        "“{deadline}”已到转给他人的时间，但没有其他人可接，或已转过两次。",
    ),
    "asked by": Phrase("Asked for {owner}.", "申请人：{owner}。"),
    "decide": Phrase("To do: approve it, or reject it with a reason.", "请批准，或写明原因后驳回。"),
    "decide late": Phrase(
        "To do: decide it yourself, or see that whoever is asked does.", "请直接审批，或督促审批人尽快处理。"
    ),
    "decided by": Phrase("Decided by {rep}.", "审批人：{rep}。"),
    "goes on": Phrase("It goes on in stage {stage}.", "退回阶段“{stage}”。"),
    "stays": Phrase("It stays where it is.", "仍在原阶段。"),
    "reason": Phrase("The reason stands in its timeline.", "原因见时间线。"),
    "follow up": Phrase("To do: follow up, and set the next date.", "请跟进，并填写下次跟进时间。"),
    "follow up late": Phrase(
        "The next date was a working day ago. To do: see that {owner} follows up, or give it to somebody else.",
        "下次跟进时间已过一个工作日。请督促{owner}跟进，或改派他人。",
    ),
    "follow up nobody": Phrase(
        "The next date was a working day ago. To do: give it to somebody.",
        "下次跟进时间已过一个工作日。请安排人员负责。",
    ),
    "before": Phrase("Until now: {before}.", "原归属人：{before}。"),
    "now": Phrase("Owner now: {owner}.", "现归属人：{owner}。"),
    "offered": Phrase("It is offered to others.", "已派给他人，待接单。"),
    "waits": Phrase("It waits until somebody can have it.", "暂时无人可接，等待分配。"),
    "take over": Phrase("To do: look at it, and go on with it.", "请查看并接手跟进。"),
    "lapsed": Phrase(
        "You let {lapses} offers in a row lapse, the last of {item}.", "您连续{lapses}次超时未接单，最近一次是{item}。"
    ),
    "come back": Phrase(
        "To do: say that you are back; until then you are offered nothing.", "请恢复在岗，在此之前不再给您派单。"
    ),
    "nothing to do": Phrase("There is nothing to do.", "您无需处理。"),
    "opened": Phrase("Opened for it: {child}.", "已创建：{child}。"),
    "find out": Phrase("To do: find out why, and speak with the customer.", "请了解原因，并与客户沟通。"),
    "others ask": Phrase(
        "The system that sends surveys does it; Fairlead sends nothing to customers.",
        "由发送调查的系统负责，本系统不直接联系客户。",
    ),
    "entry": Phrase("{item}: {deadline}, stage {stage}, {when}", "{item}：{deadline}（阶段{stage}），{when}"),
    "entry whole": Phrase("{item}: {deadline}, {when}", "{item}：{deadline}，{when}"),
    "entry next": Phrase("{item}: follow up, {when}", "{item}：跟进，{when}"),
    "more": Phrase("And {count} more.", "另有{count}项。"),
    "from now": Phrase(
        "It holds for what comes from now on; what is open goes on as it began.",
        "之后进来的按此执行，已在办的仍按原来的版本。",
    ),
}
"""The lines beneath."""

MESSAGE_REASONS: Mapping[str, Phrase] = {
    "REASSIGNED": Phrase("Why: somebody had it given to somebody else.", "原因：人工改派。"),
    "OVERRIDE": Phrase("Why: somebody gave it to a person by name.", "原因：人工指定归属人。"),
    "UPDATED": Phrase("Why: what is known of it changed, and it is for others by that.", "原因：信息更新后重新分配。"),
    "COVERED": Phrase("Why: {covered} is on leave, and somebody stands in.", "原因：{covered}休假，由他人代理。"),
    "COVER_ENDED": Phrase("Why: nobody has to stand in any more.", "原因：代理结束。"),
    "ESCALATED": Phrase("Why: {deadline} was not done in time.", "原因：“{deadline}”未按时完成。"),
    "ESCALATED kept": Phrase(
        "Why: {deadline} was not done in time, and it was given away twice already: the manager keeps it.",
        "原因：“{deadline}”未按时完成，且已转过两次，由主管负责。",
    ),
}
"""Why a work item went to somebody else, by the cause of the decision."""

TOLD_PHRASES: Mapping[str, Phrase] = {
    "title": Phrase("# Who is told of what", "# 谁会收到什么通知"),
    "page": Phrase(
        "Every kind of event, and every step of a deadline: who is told, by which message, in both languages. A message"
        " is put in words when it is sent, in the language of the channel; it names work items by id, and holds none of"
        " their attributes.\n\n"
        "People are told through the channels that each rep names, in their order; a step may name a channel too."
        " Whoever is on leave is passed over to who is above them, as is who is inactive. What no message tells is in"
        " the answer to the call, in the timeline, and in what subscriptions are sent. Nothing is sent to customers:"
        " the CRM does that, Fairlead says when and to whom. What is in braces is filled in.",
        "下表列出每一种事件、时限的每一种动作：通知谁、用哪种消息，附中英文模板。消息在发送时才生成文字，用渠道的语言；"
        "只写工作项编号，不含工作项的任何字段。\n\n"
        "通知发到每位销售的渠道，按所列顺序逐个尝试；流程里的动作也可以直接指定渠道。休假或已停用的人不通知，改为通知其上级。"
        "不发消息的事，见调用的返回、时间线，以及推送给订阅方的变更。系统不给客户发任何消息：由客户管理系统联系客户，"
        "本系统只说明什么时候、联系谁。花括号处填入实际内容。",
    ),
    "columns": Phrase(
        "| what happens | who is told | message | title in English | title in Chinese |",
        "| 发生了什么 | 通知谁 | 消息 | 英文标题 | 中文标题 |",
    ),
    "step remind": Phrase("a step of a deadline: remind", "时限的动作：提醒"),
    "step notify": Phrase("a step of a deadline: notify", "时限的动作：通知"),
    "step raise_priority": Phrase("a step of a deadline: raise the priority", "时限的动作：上调优先级"),
    "step reassign": Phrase(
        "a step of a deadline: reassign, and nobody else could have it", "时限的动作：改派，但没有其他人可接"
    ),
    "step return": Phrase(
        "a step of a deadline: return to a pool, and nobody of it could have it",
        "时限的动作：退回分配池，但池内无人可接",
    ),
    "approval asked": Phrase("an approval is asked for", "申请审批"),
    "approval late": Phrase("an approval is late", "审批超时"),
    "next date": Phrase("a next date is reached", "到下次跟进时间"),
    "next date missed": Phrase("a next date was reached a working day ago", "下次跟进时间已过一个工作日"),
    "approved": Phrase("an approval is given", "审批通过"),
    "rejected": Phrase("an approval is refused", "审批驳回"),
    "bad csat": Phrase("a customer is not satisfied", "客户满意度低"),
    "bad nps": Phrase("a customer would hardly recommend us", "客户推荐意愿低"),
    "survey csat": Phrase("a customer is to be asked how satisfied they are", "应向客户发送满意度调查"),
    "survey nps": Phrase("a customer is to be asked how likely they would recommend us", "应向客户发送推荐意愿调查"),
    "other notes": Phrase(
        "a pause begins or ends, an answer is good enough, a customer is spared, a work item is migrated",
        "暂停或恢复、客户评价尚可、不再调查客户、工作项换用流程版本",
    ),
    "given": Phrase(
        "a work item goes to somebody else: reassigned, given by name, after an update, escalated, during leave and"
        " after it",
        "工作项转给他人：改派、指定归属人、信息更新、时限升级、休假代理及代理结束",
    ),
    "taken": Phrase("the same, or nobody has it from then on", "同上，或转出后暂无归属人"),
    "escalated": Phrase("the same, by a step of a deadline", "同上，由时限的动作引起"),
    "other decisions": Phrase(
        "a work item is routed, waits, is offered, opened, imported or reopened",
        "工作项分配、等待、派单、创建、导入或重新打开",
    ),
    "set away": Phrase("a rep let too many offers lapse in a row, and is set away", "连续超时未接单，被设为暂离"),
    "offer taken": Phrase("somebody accepts what up to 20 were offered", "至多20人可抢的单被一人接走"),
    "other answers": Phrase("any other answer to an offer", "派单的其他结果"),
    "list day": Phrase("a working day begins: the list of what falls due", "上班时：当日待办清单"),
    "list holidays": Phrase(
        "the afternoon before more than 72 closed hours: the list of what falls due in them",
        "连续休息超过72小时前的下午：假期内到期清单",
    ),
    "list tomorrow": Phrase("in the afternoon: the list of what will be late tomorrow", "下午：明日将逾期清单"),
    "process new": Phrase("a process is published for the first time", "流程首次发布"),
    "process changed": Phrase("a process is published again", "流程再次发布"),
    "process retired": Phrase("a process is taken out of use", "流程停用"),
    "updated": Phrase("a work item is updated, or enters a stage", "工作项更新或进入阶段"),
    "activity": Phrase("an activity is recorded", "记录跟进"),
    "completed": Phrase("a work item is closed", "工作项结案"),
    "erased": Phrase("personal values are erased", "个人信息删除"),
    "ledger": Phrase(
        "what a pool's members are due changes: somebody leaves, or is credited", "账本变动：成员离开或补偿"
    ),
    "workforce": Phrase("reps, pools, territories, calendars or absences change", "销售、分配池、区域、日历或请假变动"),
    "rules": Phrase("rules are published", "规则发布"),
    "presence": Phrase("a rep says that they are away, or back", "销售暂离或恢复在岗"),
    "owner": Phrase("the owner; of what nobody owns, the pool's managers", "归属人；没有归属人时为分配池主管"),
    "named": Phrase("whom the process names: roles, reps, channels", "流程指定的角色、销售、渠道"),
    "manager": Phrase("the manager of who had it", "原归属人的主管"),
    "approvers": Phrase("whoever is asked to approve", "审批人"),
    "above approvers": Phrase("who is above them, or else they", "其上级；没有上级则为本人"),
    "owner but decider": Phrase(
        "who owns it, and owned it as it was asked for; never who decided", "归属人与申请时的归属人，审批人本人除外"
    ),
    "customers": Phrase(
        "no rep: whoever sends surveys reads it from a subscription", "不通知销售，由发送调查的系统从订阅得知"
    ),
    "new owner": Phrase("who has it now", "现归属人"),
    "earlier owner": Phrase("who had it, unless they are on leave", "原归属人，休假时除外"),
    "rep": Phrase("that rep", "本人"),
    "others offered": Phrase("the others who had the offer", "其他可抢该单的人"),
    "rep or manager": Phrase("each rep, each manager", "每位销售、每位主管"),
    "manager of people": Phrase("each manager", "每位主管"),
    "everybody": Phrase(
        "everybody in a pool, and who leads one, but for the inactive", "所有分配池成员及主管，停用的除外"
    ),
    "timeline": Phrase("nobody by message: the timeline says it", "不发消息，见时间线"),
    "answer": Phrase("nobody by message: the answer to the call says it", "不发消息，见调用的返回"),
    "nobody": Phrase("nobody", "不通知"),
}
"""What the table of who is told says of events, and of people."""
