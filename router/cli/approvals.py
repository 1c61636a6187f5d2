"""``fairlead approvals``, ``approve`` and ``reject``: what is to be approved before a work item enters a stage.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

from pathlib import Path

import click
from google.protobuf.json_format import MessageToJson

from fairlead.client import FairleadClient
from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import language_option, together
from fairlead.v1 import deadlines_pb2 as deadlines
from fairlead.v1 import routing_pb2 as routing
from router.cli.clocks import Clock
from router.cli.labels import label
from router.cli.lists import Cells, Listing, Names, known_rep, listing_options, show, shown_time
from router.cli.stage_titles import titled_by
from router.cli.whom import rep_called
from router.cli.words import called, last
from router.wording.languages import Language


def _plain(asked: deadlines.Approval, name: str) -> object:
    value = asked.attributes[name]
    return f"{value:.15g}" if isinstance(value, float) else value


def _due(asked: deadlines.Approval, names: Names) -> str:
    if not asked.HasField("due_time"):
        return label("beyond known hours", names.language)
    return names.clock.shown(asked.due_time)


COLUMNS: Cells = {
    "work_item": lambda each, _: last(each.work_item),
    "process": lambda each, _: last(each.process),
    "stage": lambda each, _: each.stage,
    "owner": lambda each, _: last(each.owner),
    "owner_name": lambda each, names: called(each.owner, names.reps),
    "actor": lambda each, _: each.actor,
    "attributes": lambda each, _: MessageToJson(each.attributes, indent=None, ensure_ascii=False),
    "note": lambda each, _: each.note,
    "approvers": lambda each, _: " ".join(map(last, each.approvers)),
    "ask_time": lambda each, _: shown_time(each.ask_time),
    "due_time": lambda each, _: shown_time(each.due_time) if each.HasField("due_time") else "",
}
_TABLE: Cells = {
    "work item": COLUMNS["work_item"],
    "stage": COLUMNS["stage"],
    "owner": COLUMNS["owner_name"],
    "what": lambda each, _: ", ".join(f"{name} {_plain(each, name)}" for name in sorted(each.attributes)),
    "note": COLUMNS["note"],
    "approvers": lambda each, names: ", ".join(called(rep, names.reps) for rep in each.approvers),
    "asked": lambda each, names: names.clock.shown(each.ask_time),
    "due": _due,
}


@click.command()
@click.option("--rep", default="", help="Only what this rep is to approve, by id or display name.")
@listing_options()
def approvals(
    rep: str, count: int | None, csv_to: Path | None, as_json: bool, language: str, utc: bool, server: str, tenant: str
) -> None:
    """Show what is to be approved before work items enter a stage, the oldest first.

    With what the stage's condition looks at, whom it is for, and when it is due. Whoever is above them may decide, too.

    \b
      $ fairlead approvals
      $ fairlead approvals --rep chen-jie --language zh
    """
    with connected(server, tenant) as client:
        names = Names.of(client, Clock.of(client, utc=utc), language)
        found = client.list_approvals(known_rep(rep, names, "--rep") if rep else "")
        titled = titled_by(client, Language(language))
        table: Cells = {**_TABLE, "stage": lambda each, _: titled(each.process, each.stage)}
        show(found, Listing("approvals", table, COLUMNS), names, count, as_json, csv_to)


_deciding = together(
    click.argument("work_item"),
    click.option(
        "--rep", default="", help="Who decides, by id or display name; absent: whoever the token says that calls."
    ),
    click.option("--reason", default="", help="Why."),
    click.option("--dry-run", is_flag=True, help="Say what would be; write nothing."),
    language_option,
    server_option,
    tenant_option,
)
"""What both decisions share."""


@click.command()
@_deciding
def approve(work_item: str, rep: str, reason: str, dry_run: bool, language: str, server: str, tenant: str) -> None:
    """Approve what is asked of WORK_ITEM, by its name or id: it enters the stage.

    It is for whom the process names, and whoever is above them; nobody approves their own.

    \b
      $ fairlead approve crm~L-017 --rep chen-jie
      crm~L-017: approved; it is in stage quote.
    """
    spoken = Language(language)
    with connected(server, tenant) as client:
        decider = rep_called(client, rep, "--rep", spoken)
        after = client.approve(work_item, decider, reason, preview=dry_run)
        stage = titled_by(client, spoken)(after.process, after.stage)
    click.echo(label("approved", spoken, item=last(after.name), stage=stage))


@click.command()
@_deciding
def reject(work_item: str, rep: str, reason: str, dry_run: bool, language: str, server: str, tenant: str) -> None:
    """Reject what is asked of WORK_ITEM: it stays in its stage, or enters the one that its process names for that.

    \b
      $ fairlead reject crm~L-017 --rep chen-jie --reason "at most 0.12"
      crm~L-017: rejected; it is in stage qualified.
    """
    spoken = Language(language)
    with connected(server, tenant) as client:
        decider = rep_called(client, rep, "--rep", spoken)
        after = client.reject(work_item, decider, reason, preview=dry_run)
        stage = titled_by(client, spoken)(after.process, after.stage)
    click.echo(label("rejected", spoken, item=last(after.name), stage=stage))


def told_asked(client: FairleadClient, item: routing.WorkItem, language: Language) -> str:
    """Say that a stage is to be approved, by whom until when."""
    asked = item.approval
    clock = Clock.of(client, utc=False)
    due = clock.shown(asked.due_time) if asked.HasField("due_time") else label("beyond known hours", language)
    approvers = ", ".join(map(last, asked.approvers))
    key = "to be approved" if approvers else "nobody may approve"
    stage = titled_by(client, language)(item.process, asked.stage)
    return label(key, language, item=last(item.name), stage=stage, reps=approvers, due=due)
