"""What is to be routed, and by what: read from files, and checked before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
import grpc
from rich.console import Console

from fairlead.client import FairleadClient, FairleadError
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from router.cli.columns import Read, in_words
from router.cli.consoles import progress_bar
from router.cli.failing import InputFailed
from router.cli.lead_files import LeadsFile, read_leads
from router.cli.territory_files import TerritoriesFile, read_territories
from router.cli.workforce_files import WorkforceFile, read_reps
from router.rules.check import check
from router.rules.route import OtherPool, RoutingRules
from tables.options import ReadOptions
from tables.report import ReadReport

_MOST_CANDIDATES = 20_000
"""Candidates in one answer: with their words some 300 bytes each, and the service sends up to 16 MiB."""
_LARGEST_BATCH = 500
_HOW_TO_SAY = " (of reps and territories: in a file, --workforce-mapping FILE)"

Result = tuple[routing.WorkItem, decisions.Decision | FairleadError]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The content of all files, checked."""

    source: str
    rule_set: RoutingRules
    territories: TerritoriesFile
    workforce: WorkforceFile
    leads: LeadsFile

    @property
    def reports(self) -> list[ReadReport]:
        """The accounts of what was read of the tables."""
        found = (self.territories.report, self.workforce.report, self.leads.report)
        return [report for report in found if report is not None]


def read_inputs(
    leads: Path, reps: Path | None, rules: Path | bytes, territories: Path | None, source: str,
    options: ReadOptions | None = None, of_workforce: ReadOptions | None = None,
    mapped: Mapping[str, str] | None = None,
) -> Inputs:  # fmt: skip
    """Read all files.

    Parameters
    ----------
    reps
        None: the service has them.
    rules
        A file, or the rule set itself.
    source
        The system that leads come from where their file does not say.
    options
        Of the leads alone: other files come from elsewhere, and are written otherwise.
    of_workforce
        Of reps and territories.
    mapped
        Field by the name of a column that the leads have.

    Raises
    ------
    InputFailed
        Naming file, line, column, value and what is allowed.
    """
    said = of_workforce or ReadOptions()
    text, rule_set = _rules(rules)
    return Inputs(
        text,
        rule_set,
        TerritoriesFile({}) if territories is None else _of_workforce(lambda: read_territories(territories, said)),
        WorkforceFile([]) if reps is None else _of_workforce(lambda: read_reps(reps, pools_of(rule_set), said)),
        read_leads(leads, rule_set.sent_fields, source, options or ReadOptions(), mapped or {}),
    )


def _of_workforce(read: Callable[[], Read]) -> Read:
    """Say how options are given for these files, where a refusal asks for one."""
    try:
        return in_words(read)
    except InputFailed as failed:
        if "say --" not in failed.message:
            raise
        raise InputFailed(f"{failed.message}{_HOW_TO_SAY}") from failed


def _rules(rules: Path | bytes) -> tuple[str, RoutingRules]:
    try:
        content = rules if isinstance(rules, bytes) else rules.read_bytes()
    except OSError as error:
        raise InputFailed(f"{rules!s}: {error.strerror}") from error
    checked = check(content)
    if checked.rule_set is None:
        file = "the active rule set" if isinstance(rules, bytes) else rules
        faults = [f"{file}:{p.line}:{p.column}: {p.message} ({p.path})" for p in checked.problems if p.is_error]
        raise InputFailed("\n".join(faults[:20]))
    return content.decode("utf-8-sig"), checked.rule_set


def pools_of(rule_set: RoutingRules) -> tuple[str, ...]:
    """Return the pools that routes name, each once."""
    routes = [*(rule.target for rule in rule_set.rules), rule_set.default]
    others = (step.pool for route in routes for step in route.fallback if isinstance(step, OtherPool))
    return tuple(dict.fromkeys([*(route.pool for route in routes), *others]))


def missing_pools(inputs: Inputs, present: Collection[str]) -> list[str]:
    """Return the pools that routes name and nobody is in: what goes there stays without an owner."""
    return [pool for pool in pools_of(inputs.rule_set) if pool not in present]


def active_source(client: FairleadClient) -> str | None:
    """Return the active rule set; None: there is none yet."""
    try:
        return client.get_rules().source
    except FairleadError as error:
        if error.code is not grpc.StatusCode.NOT_FOUND:
            raise
        return None


def route_all(client: FairleadClient, inputs: Inputs, n_reps: int, console: Console) -> Iterator[Result]:
    """Route every lead in the order of the file, with a progress bar; decisions come with all candidates."""
    items = inputs.leads.items
    batch = max(1, min(_LARGEST_BATCH, _MOST_CANDIDATES // max(1, n_reps)))
    with progress_bar(console) as progress:
        task = progress.add_task("routing", total=len(items))
        for item, answer in zip(items, client.route_many(items, full=True, batch_size=batch), strict=True):
            progress.advance(task)
            yield item, answer


def mapping(pairs: Iterable[str]) -> dict[str, str]:
    """Read ``COLUMN=FIELD`` pairs.

    Raises
    ------
    click.BadParameter
        If one is not of that form.

    Examples
    --------
    >>> mapping(["地区=region"])
    {'地区': 'region'}
    """
    found = {}
    for pair in pairs:
        column, equals, field = pair.rpartition("=")
        if not (equals and column and field):
            raise click.BadParameter(f"{pair!r}: must be COLUMN=FIELD, e.g. 地区=region", param_hint="--map")
        found[column] = field
    return found


def bands_from(pairs: Iterable[str]) -> dict[str, float]:
    """Read ``POOL=UNITS`` pairs.

    Raises
    ------
    click.BadParameter
        If one is not of that form.
    """
    found = {}
    for pair in pairs:
        pool, _, units = pair.rpartition("=")
        try:
            found[pool] = float(units)
        except ValueError:
            found[pool] = -1.0
        if not pool or not 0 <= found[pool] <= 1000:
            raise click.BadParameter(f"{pair!r}: must be POOL=UNITS, 0 to 1000, e.g. east=1", param_hint="--band")
    return found
