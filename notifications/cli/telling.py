"""How these commands show what there is: tables with headings in two languages, instants on the tenant's clocks."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
import grpc
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fairlead.client import FairleadClient, FairleadError
from fairlead.commands import server_option, tenant_option
from fairlead.options import json_option, language_option, together, utc_option
from fairlead.v1 import deliveries_pb2 as deliveries
from fairlead.wording import filled
from notifications.cli.outcomes import outcome_text

Record = TypeVar("Record", bound=Message)

HELP = {"help_option_names": ["-h", "--help"]}
WORDS: Mapping[str, tuple[str, str]] = {
    "id": ("id", "编号"),
    "address": ("address", "地址"),
    "events": ("events", "事件"),
    "all": ("all", "全部"),
    "role": ("role", "角色"),
    "state": ("state", "状态"),
    "parked": ("parked", "搁置"),
    "dead": ("dead", "放弃"),
    "oldest": ("oldest undelivered", "最早未送达"),
    "secrets": ("secrets", "密钥数"),
    "kind": ("kind", "类型"),
    "secret": ("secret", "密钥"),
    "yes": ("yes", "有"),
    "no": ("no", "无"),
    "language": ("language", "语言"),
    "en": ("en", "英文"),
    "zh": ("zh", "中文"),
    "quiet outside": ("quiet outside", "工作时间日历"),
    "waiting": ("waiting", "待发"),
    "waiting or parked": ("waiting or parked", "待发或搁置"),
    "when": ("when", "时间"),
    "type": ("type", "内容"),
    "about": ("about", "工作项"),
    "for": ("for", "销售"),
    "through": ("through", "渠道或订阅"),
    "tries": ("tries", "尝试次数"),
    "outcome": ("outcome", "结果"),
    "next": ("next try", "下次尝试"),
    "times of": ("times of {zone}", "时间按{zone}"),
    "active": ("active", "正常"),
    "paused": ("paused", "已暂停"),
    "stalled": ("stalled", "已停滞"),
    "delivered": ("delivered", "已送达"),
    "unreachable": ("unreachable", "无渠道"),
    "obsolete": ("obsolete", "已过时"),
    "no subscriptions": ("nobody is subscribed", "没有订阅"),
    "no channels": ("there is no channel", "没有渠道"),
    "no deliveries": ("nothing was told", "没有通知记录"),
    "cannot be sent": ("(nothing can be sent)", "（发不出去）"),
    "why not sent": (
        "nothing can be sent where no key opens the address or the secret: put the old key back, or set both anew",
        "地址或签名密钥用现有的加密密钥解不开，所以发不出去：请放回原来的加密密钥，或者重新设置地址和签名密钥",
    ),
    "last try": ("last try", "最近尝试"),
    "takes nothing": (
        "{name} takes nothing, failed tries in a row: {tries}; {outcome}; {page} says what that means; once mended: "
        "{command}",
        "{name}发不出去，连续失败{tries}次：{outcome}；含义见 {page}；处理好以后执行 {command}",
    ),
    "by another": ("{name}: {outcome}", "{name}：{outcome}"),
    "taken": ("taken, after {ms} ms: {outcome}", "对方已接收，用时{ms}毫秒：{outcome}"),
    "not taken": ("not taken, after {ms} ms: {outcome}", "对方未接收，用时{ms}毫秒：{outcome}"),
    "secret once": ("secret, shown this once: {secret}", "签名密钥，只显示这一次：{secret}"),
    "would be": ("nothing is written; it would be so:", "未写入，执行后将是："),
    "templates": (
        "your own templates; behind # stand those of which ours hold",
        "本租户自己的模板；以 # 开头的没有改过，用 Fairlead 原文",
    ),
    "deleted": ("{name} deleted", "{name}已删除"),
    "redriven": (
        "tried again at once: {parked} parked, {dead} dead, {unreachable} unreachable",
        "立即重试：搁置{parked}条，放弃{dead}条，无渠道{unreachable}条",
    ),
    "reps": ("{count} reps", "{count}人"),
    "folded": (
        "reps without a channel are counted in one line for each type; {option} lists each",
        "没有渠道的人，同一内容合并成一行；加 {option} 逐个列出",
    ),
    "used by": (
        "{name} is named by {users}: they are told through their next channel, or not at all",
        "{name}还有这些地方在用：{users}；删除后改走下一个渠道，没有下一个的就通知不到",
    ),
    "rep": ("rep {rep}", "销售{rep}"),
    "process step": ("deadline {deadline} of process {process}", "流程{process}的时限{deadline}"),
    "process": ("process {process}", "流程{process}"),
    "and more": ("and {count} more", "另有{count}处"),
    "between": (", ", "、"),
    "delete channel": (
        "delete {name}? What waits for it ({count}) goes to the next channel of its rep",
        "确定删除{name}？等它发送的{count}条消息改走收件人的下一个渠道",
    ),
}
"""What these commands say, in English and Chinese."""
_WIDTH = 120
"""Columns where the output is no terminal."""

etag_option = click.option(
    "--etag", default="", metavar="ETAG", help="Refuse unless this is its current etag: see show --json."
)
_dry_run_option = click.option("--dry-run", is_flag=True, help="Check, and write nothing.")
acting_options = together(language_option, json_option, server_option, tenant_option)
"""What these commands share: language and form of what they tell, and which service."""
changing_options = together(_dry_run_option, acting_options)
"""What those share that make or change something."""
reading_options = together(language_option, json_option, utc_option, server_option, tenant_option)
"""What those share that show instants."""


def say(word: str, language: str, **values: object) -> str:
    """Return what these commands say, in a language."""
    english, chinese = WORDS[word]
    return filled(chinese, values) if language == "zh" else english.format(**values)


class Shown:
    """Shows messages of one command.

    Parameters
    ----------
    zone
        On whose clocks instants are.
    """

    def __init__(self, language: str, zone: str = "UTC") -> None:
        self.language = language
        self._zone = zone

    @classmethod
    def of(cls, client: FairleadClient, language: str, *, utc: bool) -> Shown:
        """Ask for the tenant's clocks; whoever may not know them is shown UTC."""
        if utc:
            return cls(language)
        try:
            return cls(language, client.get_tenant().time_zone or "UTC")
        except FairleadError as error:
            if error.code is not grpc.StatusCode.PERMISSION_DENIED:
                raise
            return cls(language)

    def at(self, message: Any, field: str) -> str:
        """Write an instant of a message, with its offset; empty where it has none."""
        if not message.HasField(field):
            return ""
        stamp: Timestamp = getattr(message, field)
        zone = UTC if self._zone == "UTC" else ZoneInfo(self._zone)
        return _written(stamp.ToDatetime(UTC).astimezone(zone))

    def word(self, word: str, **values: object) -> str:
        """Return what is said, in this language."""
        return say(word, self.language, **values)

    def table(self, rows: Iterable[Any], cells: Mapping[str, Callable[[Any], str]], right: Sequence[str] = ()) -> None:
        """Print messages as a table; ``cells`` by heading, columns without anything in them left out."""
        written = [{heading: cell(row) for heading, cell in cells.items()} for row in rows]
        table = Table(title=self.word("times of", zone=self._zone), title_justify="left", box=box.SIMPLE_HEAD)
        headings = [heading for heading in cells if any(row[heading] for row in written)]
        for heading in headings:
            side: Any = "right" if heading in right else "left"
            table.add_column(self.word(heading), justify=side, overflow="fold")
        for row in written:
            table.add_row(*(Text(row[heading]) for heading in headings))
        Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False).print(table)


def print_json(**parts: Message | Sequence[Message]) -> None:
    """Print messages as one JSON object, by name; a message of no name as it is."""
    written = {name: _document(part) for name, part in parts.items()}
    click.echo(json.dumps(written, ensure_ascii=False, indent=2))


def tell_one(
    name: str, record: Record, table: Callable[[list[Record], Shown], None], shown: Shown, *, as_json: bool,
    dry_run: bool = False,
) -> None:  # fmt: skip
    """Show one, under its kind's name in JSON; of a dry run that it would be so."""
    if as_json:
        print_json(**{name: record})
        return
    if dry_run:
        click.echo(shown.word("would be"))
    table([record], shown)


def tell_all(
    names: str, records: list[Record], table: Callable[[list[Record], Shown], None], shown: Shown, *, as_json: bool
) -> None:
    """Show what is listed, or say that there is nothing."""
    if as_json:
        print_json(**{names: records})
    elif records:
        table(records, shown)
    else:
        click.echo(shown.word(f"no {names}"))


def tell_test(ended: deliveries.TestDeliveryResponse, language: str, *, as_json: bool) -> None:
    """Say how a test ended, and end with it."""
    if as_json:
        print_json(test=ended)
    else:
        word = "taken" if ended.delivered else "not taken"
        click.echo(say(word, language, ms=f"{ended.duration_ms:,}", outcome=outcome_text(ended.outcome, language)))
    if not ended.delivered:
        raise SystemExit(1)


def last(name: str) -> str:
    """Return the last part of a name."""
    return name.rpartition("/")[2]


def _document(part: Message | Sequence[Message]) -> Any:
    if isinstance(part, Message):
        return MessageToDict(part, preserving_proto_field_name=True)
    return [_document(each) for each in part]


def _written(moment: datetime) -> str:
    return moment.isoformat(" ", "seconds")
