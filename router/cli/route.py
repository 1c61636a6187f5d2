"""``fairlead route``: leads, reps and rules from files, through the real service, out as decisions.

Exit codes: 0 every lead was decided; 1 the service refused one, or failed, or one was in error; 2 a file cannot be read
as it is.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
import grpc
from google.protobuf.json_format import MessageToDict
from rich.console import Console
from rich.markup import escape

from fairlead.access import Access
from fairlead.client import FairleadClient, FairleadError
from fairlead.commands import SERVER_VARIABLE, access_options, connected, tenant_option
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from fairlead.wording import counted
from router.cli.columns import in_words
from router.cli.csv_files import CSV_FILE, CsvRows, console_beside, csv_file, told_of
from router.cli.entering import enter
from router.cli.fairness_tables import Arrivals, alone, fairness_table
from router.cli.inputs import (
    Inputs,
    active_source,
    bands_from,
    mapping,
    missing_pools,
    read_inputs,
    route_all,
)
from router.cli.lists import Names, enum_value, shown_time
from router.cli.never_eligible import never_eligible
from router.cli.remarks import Remarks
from router.cli.server import own_service
from router.cli.words import called, last, rule_of
from tables.cli import say, table_options
from tables.options import ReadOptions, read_mapping

FILE = click.Path(path_type=Path, dir_okay=False)
COLUMNS = (
    "source", "external_id", "outcome", "rep", "pool", "rule", "step", "eligible", "why", "decision",
    "time", "rep_name", "pool_name", "kind", "value", "priority",
)  # fmt: skip
"""Of the decisions file; the fields of the leads stand behind them."""


@click.command()
@click.option("--leads", type=FILE, required=True, help="Leads, one per line.")
@click.option("--reps", type=FILE, help="Reps, one per line. With --server they may be those that it has.")
@click.option("--rules", type=FILE, help="The rule set; published unless it is the active one. With --server: that.")
@click.option("--territories", type=FILE, help="The tree of regions: columns id and parent.")
@click.option(
    "--server",
    metavar="HOST:PORT",
    help="A running service; absent: one of its own, gone afterwards.  [FAIRLEAD_SERVER, without --rules and --reps]",
)
@access_options
@click.option(
    "--out", type=CSV_FILE, default=Path("decisions.csv"), show_default=True, help="Where decisions go; -: printed."
)
@tenant_option
@click.option(
    "--map", "pairs", multiple=True, metavar="COLUMN=FIELD", help="What a column of the leads means; repeatable."
)
@click.option(
    "--workforce-mapping", type=FILE, help="Like --mapping, for reps and territories; all other options are the leads'."
)
@click.option("--source", default="csv", show_default=True, help="The system leads come from, if no column says.")
@click.option(
    "--band",
    "bands",
    multiple=True,
    metavar="POOL=UNITS",
    help="Let preferences choose among reps whose deficits are this close.",
)
@table_options
def route(
    leads: Path,
    reps: Path | None,
    rules: Path | None,
    territories: Path | None,
    server: str | None,
    out: Path,
    tenant: str,
    pairs: tuple[str, ...],
    source: str,
    bands: tuple[str, ...],
    workforce_mapping: Path | None,
    reading: ReadOptions,
) -> None:
    """Route leads from a file, and show how fair it was.

    Sends every lead through the service, writes each decision to a CSV file, and prints per pool how far each rep
    is from a fair share: by Fairlead, and by what other routers would have done with the same leads.

    \b
      $ fairlead route --leads leads.csv --reps reps.csv --rules rules.yaml --territories territories.csv
      $ fairlead route --leads leads.csv --server 127.0.0.1:50051

    \b
    Columns (英文或中文; any order; lists separated by ; or |):
      leads        external_id 编号, source 来源, kind 类型, value 金额, priority 优先级;
                   each field that the rule set declares, under its name
      reps         id 编号, name 姓名, regions 区域, industries 行业, skills 技能, languages 语言,
                   pools 分配池 (east:2;key-accounts), weight 权重, active 在职, capacity_LEAD 线索上限;
                   any other column becomes an attribute of the rep
      territories  id 区域, parent 上级

    Without --server, and with --rules or --reps, leads are routed in a service of its own, whatever FAIRLEAD_SERVER
    says: what is tried out with files changes no service that runs. Without both it is FAIRLEAD_SERVER, as with all
    other commands.

    With --server, reps and territories are entered as `fairlead workforce load` does it, as one revision, and what
    was changed is printed: a column that a file does not have leaves the field as it is, and who is not in it stays.
    Without a column pools, who is in no pool yet joins every pool that the rules name. A lead that was routed before
    keeps its owner and its data: what was sent otherwise is named, and not taken. Files are CSV, Parquet or
    workbooks, as people have them: `fairlead inspect` says how one is read. The options below are of the leads;
    reps and territories read by themselves, or by --workforce-mapping FILE. A lead in error is left out and written to
    LEADS.rejected.csv; the exit code is then 1.

    The decisions file says, for each lead: its source and id, what came of it (outcome, rep, pool, rule, step, how many
    were eligible, why nobody), decision and time in UTC, the names of rep and pool, and the lead's own kind, value,
    priority and fields. It opens in Excel; a text that begins like a formula has a quote before it.

    \b
    Other names of columns:
      $ fairlead route … --map 地区=region --map opportunity_id=external_id
    """
    mapped = mapping(pairs)
    of_workforce = in_words(lambda: read_mapping(workforce_mapping)) if workforce_mapping else ReadOptions()
    server = server or _from_environment(rules=rules, reps=reps)
    if not server:
        _check_given(rules=rules, reps=reps)
    inputs = read_inputs(
        leads, reps, rules or _published(server or "", tenant), territories, source, reading, of_workforce, mapped
    )
    widths, console = bands_from(bands), console_beside(out)
    with csv_file(out, columns_with(inputs.rule_set.sent_fields)) as rows, _service(server, tenant) as client:
        changes = enter(client, inputs, widths)
        if server and changes:  # of a service of its own everything is new
            console.print(escape(changes), soft_wrap=True)
        refused = report(client, inputs, console, rows)
    console.print("\n" + told_of(out, counted(len(inputs.leads.items), "decision")))
    sys.exit(1 if refused or inputs.leads.report.n_rejected else 0)


def _from_environment(**files: Path | None) -> str:
    """Return the service that the environment names, where no files say what one of its own is to have; else nothing,
    and that is said: what is tried out with files changes no service that runs.
    """
    named = os.environ.get(SERVER_VARIABLE, "")
    if named and any(files.values()):
        click.echo(
            f"in a service of its own, gone afterwards: {SERVER_VARIABLE} is not looked at, see --server", err=True
        )
        return ""
    return named


def _check_given(**files: Path | None) -> None:
    for name, file in files.items():
        if file is None:
            raise click.UsageError(f"Missing option '--{name}': only with --server has a service its own")


def _published(server: str, tenant: str) -> bytes:
    """Return the rules by which a service routes."""
    with connected(server, tenant) as client:
        source = active_source(client)
    if source is None:
        raise click.ClickException(f"no rule set is published at {server}: say --rules, or see fairlead rules publish")
    return source.encode()


@contextmanager
def _service(server: str | None, tenant: str) -> Iterator[FairleadClient]:
    if server:
        with connected(server, tenant) as client:
            yield client
    else:
        with own_service() as service, connected(service.grpc, tenant, Access()) as client:
            yield client


def columns_with(fields: Iterable[str]) -> list[str]:
    """Return the heading of the decisions file; a field that is called as a column of ours is `lead_` and its name.

    Examples
    --------
    >>> columns_with(["region", "pool"])[-2:]
    ['region', 'lead_pool']
    """
    return [*COLUMNS, *(f"lead_{field}" if field in COLUMNS else field for field in fields)]


def report(client: FairleadClient, inputs: Inputs, console: Console, rows: CsvRows) -> int:
    """Route all leads, write and sum up; return how many were refused."""
    say_beforehand(client, inputs, console)
    arrivals, remarks, outcomes, refusals = Arrivals(), Remarks(), Counter[str](), list[str]()
    names = Names.of(client)
    n_reps = max(len(names.reps), len(inputs.workforce.reps))
    for item, answer in route_all(client, inputs, n_reps, console):
        rows.write([*row_of(item, answer, names), *lead_cells(item, inputs.rule_set.sent_fields)])
        if isinstance(answer, FairleadError):
            refusals.append(f"{item.external_id}: {answer.message}")
        else:
            arrivals.note(answer)
            remarks.note(item, answer)
            outcomes[outcome_of(answer)] += 1
    console.print(", ".join(f"{count} {outcome.lower()}" for outcome, count in outcomes.most_common()) or "no leads")
    for line in remarks.lines():
        console.print(f"[yellow]{escape(line)}[/]")
    for refusal in refusals[:10]:
        console.print(f"[red]refused[/] {refusal}", markup=True)
    print_fairness(client, arrivals, names.reps, console)
    return len(refusals)


def say_beforehand(client: FairleadClient, inputs: Inputs, console: Console) -> None:
    """Say what the files hold that will not be used, or not as it is meant."""
    for report in inputs.reports:
        say(report)
    pools = {last(pool.name): {last(member.rep) for member in pool.members} for pool in client.list_pools()}
    for warning in [*inputs.workforce.warnings, *inputs.leads.warnings, *never_eligible(inputs, pools)]:
        console.print(f"[yellow]{escape(warning)}[/]")
    if inputs.leads.left_out:
        console.print(f"columns left out, the rule set declares no such field: {', '.join(inputs.leads.left_out)}")
    for pool in missing_pools(inputs, pools):
        console.print(f"[yellow]nobody is in pool {pool}[/], which the rules name")


def print_fairness(
    client: FairleadClient, arrivals: Arrivals, names: Mapping[str, str], console: Console
) -> None:  # fmt: skip
    """Print the table of every pool that received anything, the busiest first; a line where nobody competes.

    Whoever may route and not see how fair it was, as service accounts, is told so.
    """
    for pool in arrivals.pools():
        try:
            measured = client.fairness(pool)
        except FairleadError as error:
            if error.code is not grpc.StatusCode.PERMISSION_DENIED:
                raise
            console.print("how fair it was is for managers and operators to see")
            return
        console.print()
        if len(measured.weights) > 1:
            console.print(fairness_table(measured, arrivals.of(pool), names))
        else:
            console.print(alone(measured, names))


def outcome_of(decision: decisions.Decision) -> str:
    """Return the outcome in the words of the contract, e.g. ``EXISTING_OWNER``."""
    return enum_value(decision, "outcome")


def row_of(item: routing.WorkItem, answer: decisions.Decision | FairleadError, names: Names) -> list[object]:
    """Write one line of the decisions file, but for the lead's fields."""
    of_lead = [enum_value(item, "kind"), item.value, item.priority]
    if isinstance(answer, FairleadError):
        blanks = [""] * (len(COLUMNS) - len(of_lead) - 9)
        return [item.source, item.external_id, "ERROR", "", "", "", "", "", answer.message, *blanks, *of_lead]
    eligible = sum(c.verdict != decisions.Candidate.VERDICT_INELIGIBLE for c in answer.candidates)
    return [
        item.source,
        item.external_id,
        outcome_of(answer),
        last(answer.rep),
        last(answer.pool),
        rule_of(answer),
        answer.steps[-1] if answer.steps else "",
        eligible,
        answer.refusal_summary,
        last(answer.name),
        shown_time(answer.decide_time, "milliseconds"),
        called(answer.rep, names.reps),
        called(answer.pool, names.pools),
        *of_lead,
    ]


def lead_cells(item: routing.WorkItem, fields: Iterable[str]) -> list[object]:
    """Write what a lead has in each field; lists as leads files write them, with semicolons."""
    values = MessageToDict(item.attributes)
    return [";".join(value) if isinstance(value := values.get(field, ""), list) else value for field in fields]
