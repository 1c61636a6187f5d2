"""The fairness table: how far everybody is from a fair share, and how far other routers would have taken them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import fairness_pb2 as fairness
from fairlead.wording import counted
from router.cli.words import called
from router.fairness.baselines import Arrival, compare
from router.wording.figures import signed

_FAR = 5.0
"""Lead units from which a distance is shown in red."""
_HEADINGS = {
    "pointer round robin": "pointer\nRR",
    "least recently used": "least rec.\nused",
    "lowest count": "lowest\ncount",
    "smooth weighted RR": "smooth\nwtd. RR",
}


_WAYS = {"apart": "of it\napart", "override": "of it by\noverride"}


class Arrivals:
    """Gathers, per pool, who could have had which work item: what the baselines are run on."""

    def __init__(self) -> None:
        self._by_pool: dict[str, list[Arrival]] = {}
        self._seen: set[str] = set()

    def note(self, decision: decisions.Decision) -> None:
        """Note a decision with all its candidates; one noted before, or that no ledger chose, is passed over."""
        is_greedy = decision.way == decisions.Decision.WAY_GREEDY
        if not decision.pool or not is_greedy or decision.name in self._seen:
            return
        self._seen.add(decision.name)
        entitled = {
            candidate.rep: candidate.entitlement
            for candidate in decision.candidates
            if candidate.verdict != decisions.Candidate.VERDICT_INELIGIBLE
        }
        self._by_pool.setdefault(decision.pool, []).append(Arrival(entitled))

    def pools(self) -> list[str]:
        """Return the pools that received anything, the busiest first."""
        return sorted(self._by_pool, key=lambda pool: -len(self._by_pool[pool]))

    def of(self, pool: str) -> Sequence[Arrival]:
        """Return a pool's arrivals in their order."""
        return self._by_pool.get(pool, ())


def fairness_table(
    report: fairness.FairnessReport,
    arrivals: Sequence[Arrival] | None,
    names: Mapping[str, str],
    pool: str = "",
) -> Group:
    """Lay out a pool's report, beside what the baselines make of the same arrivals where these are known.

    Parameters
    ----------
    report
        As the service gives it.
    arrivals
        What the pool received in this run; None: nobody noted it.
    names
        How to call each rep, by resource name.
    pool
        How to call the pool; its id where nothing is said.
    """
    weights = dict(sorted(report.weights.items()))
    comparable = [arrival for arrival in arrivals or () if arrival.entitled.keys() <= weights.keys()]
    others = {} if arrivals is None else compare(weights, comparable)
    table = _table()
    table.add_column("rep", overflow="fold", footer="worst ever")
    ways = _ways(report)
    for heading in ("weight", "entitled", "received", *ways.values()):
        _add_numbers(table, heading)
    _add_numbers(table, "distance:\nFairlead", Text(f"{report.observed.worst_ever:.2f}", "bold green"))
    for name, measured in others.items():
        _add_numbers(table, _HEADINGS[name], _worst(measured.worst))
    for rep, weight in weights.items():
        table.add_row(
            called(rep, names),
            f"{weight:,.15g}",
            f"{report.entitled[rep]:.2f}",
            f"{report.received[rep]:,.15g}",
            *(f"{getattr(report.received_by[rep], way):,.15g}" for way in ways),
            Text(signed(report.observed.per_rep[rep]), "green"),
            *(_distance(measured.by_rep[rep]) for measured in others.values()),
        )
    title = _title(report, report.decisions if arrivals is None else len(arrivals), pool)
    lines = [_caption(report), *([bound_told(report)] if arrivals is None else [])]
    return Group(title, table, *(Text(line, "dim italic") for line in lines))


def period_table(
    period: fairness.PeriodFairness, names: Mapping[str, str], in_words: str, jain_index: float
) -> Group | Text:  # fmt: skip
    """Lay out what was entitled and received in a period; say so where nothing was.

    Parameters
    ----------
    in_words
        Which period.
    jain_index
        Over received/entitled.
    """
    title = Text(f"{in_words}: {counted(period.decisions, 'decision')}, {period.charged:,.15g} charged", style="bold")
    if not period.decisions:
        return title
    overridden = f", {period.overrides} by a person's word" if period.overrides else ""
    caption = (
        f"received/entitled agree to {jain_index:.3f} (Jain's index, 1: all alike){overridden}; "
        "the bound is of the whole ledger, not of a period"
    )
    table = _table(show_footer=False)
    table.add_column("rep", overflow="fold")
    for heading in ("entitled", "received", "difference"):
        _add_numbers(table, heading)
    for rep in sorted(period.entitled):
        entitled, received = period.entitled[rep], period.received[rep]
        table.add_row(called(rep, names), f"{entitled:.2f}", f"{received:,.15g}", signed(round(entitled - received, 6)))
    return Group(title, table, Text(caption, "dim italic"))


def _table(*, show_footer: bool = True) -> Table:
    """Begin a table; what stands above and below it is printed apart, for a table breaks it at its own width."""
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_footer=show_footer)


def _add_numbers(table: Table, heading: str, footer: Text | str = "") -> None:
    """Add a column of numbers: whole wherever the names of the reps can give way."""
    table.add_column(heading, justify="right", no_wrap=True, footer=footer)


def alone(report: fairness.FairnessReport, names: Mapping[str, str]) -> Text:
    """Say in a line what became of a pool in which nobody competes."""
    members = ", ".join(called(rep, names) for rep in report.weights) or "nobody"
    return Text.assemble(_title(report, report.decisions), f", all of them to its only member, {members}")


def _title(report: fairness.FairnessReport, arrived: int, pool: str = "") -> Text:
    pool = pool or report.pool.rpartition("/")[2]
    earlier = report.decisions - arrived
    note = f", {earlier} of them before or beside this file" if earlier else ""
    return Text(f"Pool {pool}: {counted(report.decisions, 'decision')}{note}", style="bold")


def _caption(report: fairness.FairnessReport) -> str:
    band = f", band {report.band:,.15g}" if report.band else ""
    disturbed = f" + {report.disturbance:.2f} for overrides, leavers and credits" if report.disturbance else ""
    members = counted(len(report.weights), "rep")
    apart = "; what came apart moves no distance" if "apart" in _ways(report) else ""
    return (
        f"distance = entitled − received, in leads; never beyond {report.bound:.2f}: proven for {members}{band}"
        f"{disturbed}{apart}"
    )


def bound_told(report: fairness.FairnessReport) -> str:
    """Say what a bound is made of.

    Examples
    --------
    >>> bound_told(fairness.FairnessReport(bound=3, largest_charge=1, band=0.5, weights={"a": 1.0, "b": 1.0, "c": 1.0},
    ...     largest_offered=1, largest_entitled=0.5))
    '3.00 = (C 1 + Δ 0.5 + ρ 1 + φ 0.5)(n 3 − 1)/2'
    """
    parts = {
        "C": report.largest_charge,
        "Δ": report.band,
        "ρ": report.largest_offered,
        "φ": report.largest_entitled,
    }
    summed = " + ".join(f"{name} {round(amount, 2):,.15g}" for name, amount in parts.items())
    disturbed = f" + disturbance {report.disturbance:.2f}" if report.disturbance else ""
    return f"{report.bound:.2f} = ({summed})(n {len(report.weights)} − 1)/2{disturbed}"


def _ways(report: fairness.FairnessReport) -> dict[str, str]:
    """Return the ways into the ledger by which anything came beside the ledger's own choice, with their headings."""
    return {
        way: heading
        for way, heading in _WAYS.items()
        if any(getattr(received, way) for received in report.received_by.values())
    }


def _distance(value: float) -> Text:
    return Text(f"{round(value, 1) + 0.0:+.1f}", style="red" if abs(value) >= _FAR else "")


def _worst(value: float) -> Text:
    return Text(f"{value:.1f}", style="red" if value >= _FAR else "")
