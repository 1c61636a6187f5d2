"""``fairlead fairness``: how far everybody is from a fair share in a service that runs, now and in a period.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from fairlead.client import FairleadClient
from fairlead.commands import connected, server_option, tenant_option
from fairlead.v1.fairness_pb2 import FairnessReport
from fairlead.wording import counted
from router.assignment.ledger import jain_index
from router.cli.csv_files import CSV_FILE, console_beside, csv_file, told_of
from router.cli.failing import InputFailed
from router.cli.fairness_plot import fairness_svg
from router.cli.fairness_tables import alone, fairness_table, period_table
from router.cli.filters import When, period_options
from router.cli.lists import HELP, Names
from router.cli.periods import Period, period_asked
from router.cli.whom import id_called
from router.cli.words import called, last

COLUMNS = (
    "pool", "pool_name", "rep", "rep_name", "weight", "entitled", "received", "received_greedy", "received_apart",
    "received_override", "distance", "bound", "worst_ever", "period_start", "period_end", "period_entitled",
    "period_received",
)  # fmt: skip


def _svg(_context: click.Context, option: click.Parameter, file: Path | None) -> Path | None:
    if file and file.suffix.lower() != ".svg":
        raise click.BadParameter(
            f"{str(file)!r}; allowed: a name that ends in .svg, as every browser opens it", param=option
        )
    return file


@click.command(context_settings=HELP)
@click.option("--pool", "pools", multiple=True, help="Only this pool, by id or display name; repeatable. Absent: all.")
@period_options
@click.option(
    "--csv", "csv_to", type=CSV_FILE, help="Write a line per rep and pool into this file, for Excel too; -: print."
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_svg,
    help="Draw each rep's distance beside the bound into this .svg file.",
)
@server_option
@tenant_option
def fairness(
    pools: tuple[str, ...], since: When | None, until: When | None, csv_to: Path | None, plot: Path | None,
    server: str, tenant: str,
) -> None:  # fmt: skip
    """Show how fair a running service is.

    For each pool: what every rep was entitled to and received since its ledger began, how far they are from a fair
    share, and the bound that this distance can never exceed; where not all came by the ledger's choice, how much came
    apart, which moves no distance, and how much by override. With --since or --until also what was entitled and
    received in that period, summed up over its decisions. The bound is of the whole ledger: in a period, entitled
    minus received is by how much a rep's distance changed, which can be up to twice the bound, and evens out what
    came before. A date is its midnight in UTC, as a period is shown.

    \b
      $ fairlead fairness --pool east --since 7d
      $ fairlead fairness --csv fairness.csv --plot fairness.svg
    """
    with connected(server, tenant) as client:
        names = Names.of(client)
        start, end = period_asked(client, names.clock, since, until)
        reports = [client.fairness(pool, start=start, end=end) for pool in _wanted(client, pools, names)]
    console = console_beside(csv_to)
    for report in reports:
        _print(report, names, (start, end), console)
    if not reports:
        console.print("there is no pool yet")
    if csv_to:
        _write(reports, names, (start, end), csv_to)
        n_lines = counted(sum(len(report.weights) for report in reports), "line")
        console.print(Text(f"\n{told_of(csv_to, n_lines)}"))
    if plot:
        _draw(reports, names, plot)
        console.print(Text(f"\na picture in {plot}"))


def _wanted(client: FairleadClient, pools: Sequence[str], names: Names) -> list[str]:
    """Return the pools that are asked for, each once."""
    everything = sorted(pool.name for pool in client.list_pools())
    return list(dict.fromkeys(id_called(pool, names.pools, "--pool") for pool in pools)) if pools else everything


def _print(report: FairnessReport, names: Names, period: Period, console: Console) -> None:
    console.print()
    if len(report.weights) > 1:
        console.print(fairness_table(report, None, names.reps, called(report.pool, names.pools)))
    else:
        console.print(alone(report, names.reps))
    if report.HasField("period"):
        received, entitled = report.period.received, report.period.entitled
        jain = jain_index([*received.values()], [entitled[rep] for rep in received])
        console.print(period_table(report.period, names.reps, _in_words(period), jain))


def _in_words(period: Period) -> str:
    """Say which period.

    Examples
    --------
    >>> from datetime import UTC
    >>> _in_words((datetime(2026, 11, 1, tzinfo=UTC), None))
    'from 2026-11-01 00:00:00 UTC until now'
    """
    start, end = (_moment(moment) for moment in period)
    return f"{f'from {start}' if start else 'from the beginning'} until {end or 'now'}"


def _moment(moment: datetime | None) -> str:
    return f"{moment.replace(tzinfo=None).isoformat(' ', 'seconds')} UTC" if moment else ""


def _write(reports: Sequence[FairnessReport], names: Names, period: Period, file: Path) -> None:
    start, end = (_moment(moment) for moment in period)
    with csv_file(file, COLUMNS) as rows:
        for report in reports:
            of_pool = (last(report.pool), called(report.pool, names.pools))
            for rep in sorted({*report.weights, *report.period.entitled}):
                rows.write([
                    *of_pool, last(rep), called(rep, names.reps), *_standing(report, rep), report.bound,
                    report.observed.worst_ever, start, end, *_of_period(report, rep),
                ])  # fmt: skip


def _standing(report: FairnessReport, rep: str) -> tuple[object, ...]:
    """Return a member's weight, entitled, received, this by its ways, and distance; blanks of somebody who left."""
    if rep not in report.weights:
        return ("",) * 7
    by = report.received_by[rep]
    ways = by.greedy, by.apart, by.override
    return report.weights[rep], report.entitled[rep], report.received[rep], *ways, report.observed.per_rep[rep]


def _of_period(report: FairnessReport, rep: str) -> tuple[object, ...]:
    if not report.HasField("period"):
        return "", ""
    entitled, received = report.period.entitled, report.period.received
    return entitled.get(rep, 0.0), received.get(rep, 0.0)


def _draw(reports: Sequence[FairnessReport], names: Names, file: Path) -> None:
    try:
        file.write_text(fairness_svg(reports, names.reps, names.pools), encoding="utf-8")
    except OSError as error:
        raise InputFailed(f"{file}: {error.strerror}") from error
