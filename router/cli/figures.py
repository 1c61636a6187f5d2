"""``fairlead figures``: how processes fared: who was asked, answered, was called back; what is filled in.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from fairlead.commands import connected
from fairlead.v1 import processes_pb2 as processes
from router.cli.clocks import Clock
from router.cli.filters import When, period_options
from router.cli.labels import label
from router.cli.lists import Cells, Listing, Names, listing_options, show
from router.cli.periods import period_asked
from router.wording.languages import Language

FEW = 30
"""Of less a share says little, and is shown so."""


class Share(NamedTuple):
    """A figure of a process: which, of which stage and field if of any, how many there are of how many.

    ``against`` is taken off, as detractors of an NPS.
    """

    process: str
    figure: str
    n: int
    of: int
    against: int = 0
    stage: str = ""
    field: str = ""

    @property
    def is_few(self) -> bool:
        """Whether it is of too few to say much."""
        return self.of < FEW

    @property
    def percent(self) -> float | None:
        """Return it in percent, of an NPS in points, to the tenth; None: of nothing."""
        return round(100 * (self.n - self.against) / self.of, 1) if self.of else None


def shares_of(figures: processes.ProcessFigures) -> Iterator[Share]:
    """Yield the figures of a process, but for those of nothing.

    Examples
    --------
    >>> figures = processes.ProcessFigures(process="care", nps_answers=40, nps_promoters=20, nps_detractors=10)
    >>> [(each.figure, each.percent, each.is_few) for each in shares_of(figures)]
    [('nps', 25.0, False)]
    """
    for figure, n, of, against in (
        ("csat response", figures.csat_answered, figures.csat_asked, 0),
        ("nps response", figures.nps_answered, figures.nps_asked, 0),
        ("csat", figures.csat_satisfied, figures.csat_answers, 0),
        ("nps", figures.nps_promoters, figures.nps_answers, figures.nps_detractors),
        ("coverage", figures.called, figures.call_backs, 0),
    ):
        if of:
            yield Share(figures.process, figure, n, of, against)
    for cell in sorted(figures.completeness, key=lambda each: (each.stage, each.closed, each.field)):
        figure = "complete closed" if cell.closed else "complete open"
        yield Share(figures.process, figure, cell.filled, cell.work_items, stage=cell.stage, field=cell.field)


def _shown(share: Share, language: Language) -> str:
    shown = f"{share.percent:g}"
    if share.figure == "nps":
        return label("few points", language, share=shown) if share.is_few else shown
    return label("percent of few" if share.is_few else "percent", language, share=shown)


COLUMNS: Cells = {
    "process": lambda each, _: each.process,
    "figure": lambda each, _: each.figure.replace(" ", "_"),
    "stage": lambda each, _: each.stage,
    "field": lambda each, _: each.field,
    "percent": lambda each, _: each.percent,
    "n": lambda each, _: each.n,
    "of": lambda each, _: each.of,
    "against": lambda each, _: each.against,
    "few": lambda each, _: str(each.is_few).lower(),
}
_TABLE: Cells = {
    "process": lambda each, names: each.process or label("in no process", names.language),
    "figure": lambda each, names: label(f"figure {each.figure}", names.language, stage=each.stage, field=each.field),
    "share": lambda each, names: _shown(each, names.language),
    "counted": lambda each, _: f"{each.n} / {each.of}",
}


@click.command()
@period_options
@listing_options(
    click.option("--json", "as_json", is_flag=True, help="Print what was counted as JSON, a process a line.")
)
def figures(
    since: When | None,
    until: When | None,
    count: int | None,
    csv_to: Path | None,
    as_json: bool,
    language: str,
    utc: bool,
    server: str,
    tenant: str,
) -> None:
    """Show how processes fared in a period: how many answered what they were asked, and what; who was called back.

    And how many of the work items that came in it have what the stages require up to where they stand. Of less than 30
    a share says little, and is in brackets.

    \b
      $ fairlead figures --since 30d
      $ fairlead figures --since 30d --csv figures.csv --language zh
    """
    with connected(server, tenant) as client:
        names = Names.of(client, Clock.of(client, utc=utc), language)
        start, end = period_asked(client, names.clock, since, until)
        counted = client.process_figures(start=start, end=end)
    shares = [share for each in counted for share in shares_of(each)]
    show(counted if as_json else shares, Listing("figures", _TABLE, COLUMNS), names, count, as_json, csv_to)
