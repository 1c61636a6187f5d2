"""``fairlead reassign``: open work items, named or by a filter, to somebody else.

Exit codes: 0 all were moved, or nobody else could take them; 1 one was refused, or the service does not answer; 2 an
option is not as it must be.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.table import Table

from fairlead.client import FairleadClient
from fairlead.commands import connected, server_option, tenant_option
from fairlead.operations import metadata_of
from fairlead.options import language_option
from fairlead.v1 import routing_pb2 as routing
from router.cli.consoles import progress_bar
from router.cli.csv_files import CSV_FILE, console_beside, csv_file, is_stdout
from router.cli.following import goes_on
from router.cli.labels import headings, label
from router.cli.lists import Names
from router.cli.refusals import refusal_told, why_told
from router.cli.whom import id_called
from router.cli.words import called, last
from router.wording.languages import Language

_TOLD = 5
"""Refused work items of which the reason is printed."""
COLUMNS = ("work_item", "former_owner", "owner", "decision", "outcome", "why")


@click.command()
@click.argument("work_items", nargs=-1)
@click.option("--filter", "given", default="", help="All open work items that this holds for, as for `items list`.")
@click.option("--to", "rep", default="", metavar="REP", help="Who gets them, by id or display name.")
@click.option("--by-rules", is_flag=True, help="The rules and the ledger choose for each, among who has not had it.")
@click.option("--note", default="", help="Why, for the record of each; up to 512 characters.")
@click.option("--dry-run", is_flag=True, help="Say who would get how many; move nothing.")
@click.option("--csv", "csv_to", type=CSV_FILE, help="Write what became of each into this file; -: print it.")
@language_option
@server_option
@tenant_option
def reassign(
    work_items: tuple[str, ...], given: str, rep: str, by_rules: bool, note: str, dry_run: bool, csv_to: Path | None,
    language: str, server: str, tenant: str,
) -> None:  # fmt: skip
    """Move WORK_ITEMS, each by its name or id, or all open work items that a filter holds for, up to 10,000.

    \b
      $ fairlead reassign crm~L-017 --to 王强 --note "speaks German"
      $ fairlead reassign --filter 'owner = li-na' --by-rules --dry-run
      $ fairlead reassign --filter 'owner = li-na' --by-rules --note "on leave" --csv moved.csv
      $ fairlead reassign --filter 'source = fair AND state = ASSIGNED' --to 王强

    Those of a filter are each moved once, by an operation that goes on if a server stops; Ctrl-C stops watching it, not
    the operation. Where nobody else can take one it stays with its owner. Whoever the route excludes is refused, as is
    what was closed or changed meanwhile, by somebody who gave it away, e.g.: the exit code is then 1.
    """
    told = Language(language)
    if bool(rep) is by_rules:
        raise click.UsageError(label("who gets them", told, named="--to REP", chosen="--by-rules"))
    if bool(work_items) is bool(given) or (work_items and csv_to):
        raise click.UsageError(label("which of them", told, named="WORK_ITEMS", filter="--filter", csv="--csv"))
    console = console_beside(csv_to)
    with connected(server, tenant) as client:
        names = Names.of(client, language=language)
        chosen = id_called(rep, names.reps, "--to", told) if rep else ""
        if work_items:
            _move(client, work_items, chosen, note, told, dry_run=dry_run)
            return
        answer = _answer(client, given, chosen, note, console, told, dry_run=dry_run)
    _tell(answer, names, console, dry_run=dry_run)
    if csv_to:
        _write(answer.results, csv_to, names)
        if not is_stdout(csv_to):
            console.print(label("each in file", told, file=csv_to))
    sys.exit(1 if answer.refused_count else 0)


def _move(
    client: FairleadClient, work_items: Sequence[str], rep: str, note: str, language: Language, *, dry_run: bool
) -> None:
    """Move some that are named, one after the other; what is refused ends it."""
    written = label("only tried", language) if dry_run else ""
    for item in work_items:
        decision = client.reassign(item, rep, note=note, preview=dry_run, language=language)
        what = f"{decision.explanation}{written}"
        click.echo(label("of item", language, item=last(decision.work_item), what=what))


def _answer(
    client: FairleadClient, given: str, rep: str, note: str, console: Console, language: Language, *, dry_run: bool
) -> routing.BatchReassignWorkItemsResponse:
    """Have them moved, with a progress bar; or say what would become of them."""
    begun = client.reassign_many(given, rep, note=note, preview=dry_run)
    if dry_run:
        rehearsed = routing.BatchReassignWorkItemsResponse()
        begun.response.Unpack(rehearsed)
        return rehearsed
    with progress_bar(console) as progress:
        task = progress.add_task(label("reassigning", language), total=None)
        with goes_on(begun.name, language):
            for operation in client.operations.follow(begun.name):
                metadata = metadata_of(operation)
                if metadata.total_count:
                    progress.update(task, completed=metadata.done_count, total=metadata.total_count)
        answer = client.operations.result(begun.name, routing.BatchReassignWorkItemsResponse)
        progress.update(task, completed=len(answer.results), total=len(answer.results))
    return answer


def _tell(answer: routing.BatchReassignWorkItemsResponse, names: Names, console: Console, *, dry_run: bool) -> None:
    """Print who got how many, and the first that were refused, each with its reason."""
    table = Table(*headings(("rep", "name", "got"), names.language), box=box.SIMPLE_HEAD)
    table.columns[2].justify = "right"
    for share in answer.shares:
        table.add_row(last(share.rep), called(share.rep, names.reps), f"{share.count:,}")
    if answer.shares:
        console.print(table)
    offered = label("moved by offer", names.language, count=answer.offered_count) if answer.offered_count else ""
    counts = {"moved": answer.reassigned_count, "stay": answer.stayed_count, "refused": answer.refused_count}
    console.print(label("would be moved" if dry_run else "moved", names.language, offered=offered, **counts))
    refused = [each for each in answer.results if each.HasField("error")]
    lines = [refusal_told(each, names.reps, names.language) for each in refused[:_TOLD]]
    if len(refused) > _TOLD:
        lines.append(label("more in file", names.language, count=len(refused) - _TOLD, option="--csv FILE"))
    for line in lines:
        console.print(f"  {line}", markup=False, highlight=False)


def _write(results: Sequence[routing.ReassignResult], file: Path, names: Names) -> None:
    with csv_file(file, COLUMNS) as rows:
        for each in results:
            outcome = "reassigned" if each.rep else "stays"
            outcome = "refused" if each.HasField("error") else "offered" if each.offered else outcome
            owner = each.rep or ("" if each.offered else each.former_owner)
            ids = [last(name) for name in (each.work_item, each.former_owner, owner, each.decision)]
            rows.write([*ids, outcome, why_told(each, names.reps, names.language)])
