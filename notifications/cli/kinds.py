"""What kinds of channels, and of what is told, are called in Chinese; in English they are called as options, events and
templates are.
"""

from __future__ import annotations

from collections.abc import Mapping

CHANNELS: Mapping[str, str] = {
    "wecom": "企业微信",
    "dingtalk": "钉钉",
    "feishu": "飞书",
    "slack": "Slack",
    "teams": "Teams",
    "smtp": "邮件",
}
"""By kind of channel."""
TOLD: Mapping[str, str] = {
    "decision": "分配决策",
    "closed": "关闭",
    "activity": "跟进记录",
    "update": "信息更新",
    "offer_answer": "派单结果",
    "reached_step": "时限动作",
    "survey": "客户调查",
    "reminder": "到期提醒",
    "escalation": "到期上报",
    "not_reassigned": "改派未成",
    "approval_asked": "待审批",
    "approval_late": "审批超时",
    "approved": "审批通过",
    "rejected": "审批驳回",
    "next_date": "跟进提醒",
    "next_date_missed": "到期未跟进",
    "given": "转入",
    "taken": "转出",
    "moved": "归属变更",
    "set_away": "设为暂离",
    "offer_taken": "他人抢先接单",
    "bad_csat": "客户不满意",
    "bad_nps": "推荐意愿低",
    "survey_csat": "满意度调查",
    "survey_nps": "推荐意愿调查",
    "list_day": "今日待办",
    "list_holidays": "假期到期清单",
    "list_tomorrow": "明日逾期清单",
    "process_new": "新流程",
    "process_changed": "流程有变化",
    "process_retired": "流程停用",
}
"""By event that a subscription is sent, and by message that people are sent."""


def called(kind: str, names: Mapping[str, str], language: str) -> str:
    """Return what a kind is called; one that came later as it is.

    Examples
    --------
    >>> called("wecom", CHANNELS, "zh"), called("wecom", CHANNELS, "en"), called("list_year", TOLD, "zh")
    ('企业微信', 'wecom', 'list_year')
    """
    return names.get(kind, kind) if language == "zh" else kind
