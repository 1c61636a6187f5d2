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
