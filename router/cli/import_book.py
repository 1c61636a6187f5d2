"""``fairlead import``: leads that have their owners already, from a file into a running service.

Exit codes: 0 all were imported; 1 the service refused one, or does not answer, or a row was in error; 2 the file cannot
be read as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from fairlead.client import FairleadClient
from fairlead.commands import connected, server_option, tenant_option
from fairlead.operations import metadata_of
from fairlead.v1 import routing_pb2 as routing
from router.cli.absences import on_clocks
from router.cli.consoles import console_for, names_of, progress_bar
from router.cli.csv_files import harmless
from router.cli.failing import InputFailed
from router.cli.following import goes_on
from router.cli.inputs import active_source, mapping
from router.cli.lead_files import BookEntry, BookFile, read_book
from router.cli.route import FILE
from router.cli.whom import Known, allowed
from router.rules.check import check
from router.rules.route import RoutingRules
from tables.cli import say, table_options
from tables.names import key_of
from tables.options import ReadOptions
from tables.rejected import removed, write_rows

PART = 10_000
"""Leads of one operation."""
TRIED_AT_ONCE = 1_000
"""Leads of one call that only asks: it is answered when all are checked."""
ADDED = ("why", "line")
"""Columns that stand before those of the file, where rows of it are written that were refused."""


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--source", default="csv", show_default=True, help="The system leads come from, if no column says.")
@click.option("--map", "pairs", multiple=True, metavar="COLUMN=FIELD", help="What a column means; repeatable.")
@click.option("--dry-run", is_flag=True, help="Check the file, and ask what the service would refuse; import nothing.")
@server_option
@tenant_option
@table_options
def import_(
    file: Path, source: str, pairs: tuple[str, ...], dry_run: bool, server: str, tenant: str, reading: ReadOptions
) -> None:
    """Import leads that have their owners already, from FILE.

    Each gets the owner that the file names, whatever their capacity and caps, and nobody's deficit moves. Its clocks
    count from when the owner got it. Imported twice, or after an interruption, it is there once, whatever became of it
    since; a row that is in FILE twice is imported once, and counted as repeated.

    \b
      $ fairlead import book.xlsx
      $ fairlead import book.csv --source old-crm --map 负责人=owner --timezone Asia/Shanghai

    \b
    Columns (英文或中文; any order; lists separated by ; or |):
      external_id 编号, owner 归属人 (a rep's id, or a name that one rep has), assigned_time 分配时间 (on the tenant's
      clocks, unless it or --timezone names a zone);
      source 来源, kind 类型, value 金额, priority 优先级, stage 阶段 (of its process, the first if empty); each field
      that the rule set declares, under its name

    A row in error is left out and written to FILE.rejected.csv; what the service refuses, because it is known already,
    its owner is not, or is recused, or a field is not as the rules declare, to FILE.refused.csv; with --dry-run what it
    would refuse. The exit code is then 1. Both hold the rows as they came, with the line and why before them: mended,
    either can be imported as FILE was. Where there are none, the files of an earlier run are taken away.
    """
    mapped, console = mapping(pairs), console_for(sys.stdout)
    with connected(server, tenant) as client:
        reading, known = on_clocks(client, reading), Known(allowed(lambda: names_of(client)))
        book = read_book(file, _rules(client, server).sent_fields, source, reading, mapped, known)
        console.print(f"times without a zone are of {reading.timezone}", highlight=False)
        say(book.report)
        for warning in book.warnings:
            console.print(f"[yellow]{escape(warning)}[/]")
        written_here = {*ADDED, "problem"} if file.name.endswith((".refused.csv", ".rejected.csv")) else ()
        if left_out := [name for name in book.left_out if name not in written_here]:
            console.print(f"columns left out, the rule set declares no such field: {', '.join(left_out)}")
        refused = (_try if dry_run else _import)(client, book, file, console)
    sys.exit(1 if refused or book.report.n_rejected else 0)


def _rules(client: FairleadClient, server: str) -> RoutingRules:
    source = active_source(client)
    rule_set = check(source.encode()).rule_set if source is not None else None
    if rule_set is None:
        raise InputFailed(f"no rule set is published at {server}: see fairlead rules publish")
    return rule_set


def _try(client: FairleadClient, book: BookFile, file: Path, console: Console) -> int:
    """Ask what would be refused, part after part, and write it; return how much that is."""
    taken, refused = 0, list[tuple[BookEntry, str]]()
    with progress_bar(console) as progress:
        task = progress.add_task("checking", total=len(book.entries))
        for start in range(0, len(book.entries), TRIED_AT_ONCE):
            part = book.entries[start : start + TRIED_AT_ONCE]
            answered = client.import_work_items((_message(client, entry) for entry in part), preview=True)
            answer = routing.ImportWorkItemsResponse()
            answered.response.Unpack(answer)
            taken += answer.imported_count
            refused += [(part[each.index], _why(each)) for each in answer.refused]
            progress.update(task, completed=start + len(part))
    console.print(f"{taken:,} would be imported,{_repeated(book)} {len(refused):,} refused; nothing is written")
    return _told(refused, book, file, console)


def _import(client: FairleadClient, book: BookFile, file: Path, console: Console) -> int:
    """Import part after part, and write what is refused; return how much that is."""
    imported, refused = 0, list[tuple[BookEntry, str]]()
    with progress_bar(console) as progress:
        task = progress.add_task("importing", total=len(book.entries))
        for start in range(0, len(book.entries), PART):
            part = book.entries[start : start + PART]
            begun = client.import_work_items(_message(client, entry) for entry in part)
            with goes_on(begun.name):
                for operation in client.operations.follow(begun.name):
                    progress.update(task, completed=start + metadata_of(operation).done_count)
            progress.update(task, completed=start + len(part))
            answer = client.operations.result(begun.name, routing.ImportWorkItemsResponse)
            imported += answer.imported_count
            refused += [(part[each.index], _why(each)) for each in answer.refused]
    console.print(f"{imported:,} imported,{_repeated(book)} {len(refused):,} refused")
    return _told(refused, book, file, console)


def _why(refused: routing.RefusedImport) -> str:
    """Say why something was refused; of a time ahead, what may be the reason."""
    message = str(refused.error.message)
    return f"{message}; is it of another zone? say --timezone" if "must not be after now" in message else message


def _repeated(book: BookFile) -> str:
    return f" {book.n_repeated:,} repeated," if book.n_repeated else ""


def _told(refused: Sequence[tuple[BookEntry, str]], book: BookFile, file: Path, console: Console) -> int:
    """Write the rows that were refused, as they came; take away those of an earlier run where none were."""
    target = file.with_name(f"{file.name}.refused.csv")
    if refused:
        found = book.reading.found_again([entry.record for entry, _ in refused])
        rows = ((str(harmless(why)), *found[entry.record]) for entry, why in refused)
        try:
            write_rows(target, _added(book), book.reading.names, rows)
        except OSError as error:
            raise InputFailed(f"{target}: {error.strerror}") from error
        console.print(f"what was refused, and why, is in {target}")
    elif removed(target):
        console.print(f"{target}, of an earlier run, is taken away")
    return len(refused)


def _added(book: BookFile) -> tuple[str, str]:
    """Name the columns that stand before the row: otherwise where it has one, or could, of that name."""
    taken = {*map(key_of, book.reading.names[len(ADDED) :]), *map(key_of, book.fields)}
    why, line = (f"refused_{name}" if name in taken else name for name in ADDED)
    return why, line


def _message(client: FairleadClient, entry: BookEntry) -> routing.ImportedWorkItem:
    return client.imported(entry.item, entry.owner, entry.assigned.astimezone(UTC), entry.stage)
