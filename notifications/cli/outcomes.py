"""How a try ended, in words for people; the codes are those of `notifications.attempts.DeliveryAttempt`."""

from __future__ import annotations

import re
from collections.abc import Mapping

OUTCOMES: Mapping[str, tuple[str, str]] = {
    "NAME_NOT_FOUND": ("nobody knows the name of its host", "查不到主机名"),
    "CONNECTION_REFUSED": ("nobody takes connections there", "对方拒绝连接"),
    "CONNECTION_LOST": ("the connection broke", "连接中断"),
    "NOT_CONNECTED": ("could not be connected to", "连不上"),
    "TIMEOUT": ("no answer in time", "超时没有响应"),
    "CERTIFICATE_NOT_TRUSTED": ("its certificate is not trusted", "证书不受信任"),
    "TLS_FAILED": ("the connection could not be encrypted", "无法加密连接"),
    "STARTTLS_NOT_OFFERED": ("the mail server offers no encryption", "邮件服务器不提供加密"),
    "ANSWER_NOT_HTTP": ("what answered is no web server", "对方不是网站服务器"),
    "ANSWER_NOT_SMTP": ("what answered is no mail server", "对方不是邮件服务器"),
    "ANSWER_NOT_UNDERSTOOD": ("the answer is none that its vendor documents", "无法识别对方的响应"),
    "ADDRESS_REFUSED": ("nothing may be sent there", "不允许发往该地址"),
    "NO_MAIL_SERVER": ("the operator named no mail server", "运维没有设置邮件服务器"),
    "LOGIN_REFUSED": ("the mail server does not take our login", "邮件服务器拒绝登录"),
    "NO_SECRETS_KEY": ("the server has no key for secrets", "服务器没有加密密钥"),
    "SECRET_UNREADABLE": ("no key opens its address or secret", "地址或签名密钥解不开"),
    "NOT_IN_LOG": ("the change is not in the log any more", "变更已不在日志里"),
    "BODY_FAILED": ("a fault of ours: the server's log says which", "程序自身出错，见服务器日志"),
    "ACTION_PROHIBITED": ("the workspace does not allow it", "工作区不允许"),
    "CHANNEL_IS_ARCHIVED": ("the vendor's channel is archived", "频道已归档"),
    "CHANNEL_NOT_FOUND": ("the vendor's channel is gone", "频道不存在"),
    "INVALID_BLOCKS": ("the vendor finds a part of the message wrong", "消息有一部分格式不对"),
    "INVALID_PAYLOAD": ("the vendor cannot read the message", "平台无法读取这条消息"),
    "INVALID_TOKEN": ("the address is not valid any more", "地址已失效"),
    "NO_ACTIVE_HOOKS": ("the webhook is turned off", "接收地址已停用"),
    "NO_SERVICE": ("the webhook is turned off or gone", "接收地址已停用或删除"),
    "NO_SERVICE_ID": ("the address is not whole", "地址不完整"),
    "NO_TEAM": ("the workspace is gone", "工作区不存在"),
    "NO_TEXT": ("the message holds no text", "消息没有正文"),
    "POSTING_TO_GENERAL_CHANNEL_DENIED": ("few may post to the channel of all", "全员频道不允许发送"),
    "RATE_LIMITED": ("too many messages: it waits", "发送过于频繁，稍后再发"),
    "ROLLUP_ERROR": ("the vendor had a fault", "平台出错"),
    "TEAM_DISABLED": ("the workspace is turned off", "工作区已停用"),
    "TOO_MANY_ATTACHMENTS": ("the message has too many parts", "消息附件太多"),
    "USER_NOT_FOUND": ("whom it is for is not there", "收信人不存在"),
}
"""In English and Chinese."""
NUMBERED: Mapping[str, tuple[str, str]] = {
    "HTTP_": ("answered {number}", "返回 {number}"),
    "CODE_": ("the vendor's code {number}", "平台错误码 {number}"),
    "SMTP_": ("the mail server's code {number}", "邮件服务器代码 {number}"),
    "": ("taken ({number})", "已接收（{number}）"),
}
"""The same of those that end with a number, by what stands before it."""
_NUMBERED = re.compile(r"([A-Z]+_|)(\d+)")


def outcome_text(outcome: str, language: str) -> str:
    """Say how a try ended, ``en`` or ``zh``, with its code, which docs and metrics have.

    Examples
    --------
    >>> outcome_text("TIMEOUT", "en"), outcome_text("HTTP_503", "en"), outcome_text("", "en")
    ('no answer in time (TIMEOUT)', 'answered 503', '')
    >>> outcome_text("TIMEOUT", "zh"), outcome_text("CODE_93000", "zh")
    ('超时没有响应（TIMEOUT）', '平台错误码 93000')
    """
    is_chinese = language == "zh"
    if outcome in OUTCOMES:
        said = OUTCOMES[outcome][is_chinese]
        return f"{said}（{outcome}）" if is_chinese else f"{said} ({outcome})"
    numbered = _NUMBERED.fullmatch(outcome)
    if numbered and numbered[1] in NUMBERED:
        return NUMBERED[numbered[1]][is_chinese].format(number=numbered[2])
    return outcome
