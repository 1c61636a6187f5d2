"""What files ask of the workforce: the one request that they make together, and where in them a refusal points to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from fairlead.client import FairleadClient
from fairlead.errors import FairleadError
from fairlead.v1 import workforce_pb2 as workforce
from router.cli.failing import InputFailed
from router.cli.pool_files import POOL_COLUMNS, PoolsFile, read_pools
from router.cli.territory_files import TERRITORY_COLUMNS, TerritoriesFile, read_territories
from router.cli.workforce_files import WorkforceFile, read_reps
from tables.options import ReadOptions
from tables.report import ReadReport

_MAPPING = "--mapping"
_MASKED = {"name": "display_name", "leave_buffer_hours": "leave_buffer_duration"}
"""Fields of the contract that files call otherwise."""
_PLACE = re.compile(r"(reps|memberships|pools|territories)\[(\d+)\]\.?(.*)")


@dataclass(frozen=True, slots=True)
class WorkforceFiles:
    """What each file says; None: there is none of its kind."""

    reps: WorkforceFile | None = None
    pools: PoolsFile | None = None
    territories: TerritoriesFile | None = None

    @property
    def reports(self) -> list[ReadReport]:
        """The accounts of what was read."""
        files = (self.territories, self.reps, self.pools)
        return [file.report for file in files if file is not None and file.report is not None]

    def remarks(self) -> Iterator[str]:
        """Say what has no effect, which columns become attributes of their own name, and what is doubtful."""
        yield from self.pools.warnings if self.pools else ()
        if self.reps is None:
            return
        if self.reps.own_attributes:
            yield f"{_name(self.reps)}: attributes of their own: {', '.join(self.reps.own_attributes)}"
        yield from self.reps.warnings


def read_files(reps: Path | None, pools: Path | None, territories: Path | None, options: ReadOptions) -> WorkforceFiles:
    """Read the files that there are.

    Raises
    ------
    InputFailed
        Naming file, line, column, value and what is allowed.
    """
    files = WorkforceFiles(
        None if reps is None else read_reps(reps, None, options, mapping=_MAPPING),
        None if pools is None else read_pools(pools, options, mapping=_MAPPING),
        None if territories is None else read_territories(territories, options, mapping=_MAPPING),
    )
    if files.reps and files.reps.memberships is not None and files.pools and "members" in files.pools.columns:
        told = f"column {files.reps.columns['pools']} of {_name(files.reps)}"
        also = f"column {files.pools.columns['members']} of {_name(files.pools)}"
        raise InputFailed(f"found {told} and {also}; allowed: one of them says who is in which pool")
    return files


def request_of(files: WorkforceFiles, *, prune: bool = False, etag: str = "") -> workforce.ApplyWorkforceRequest:
    """Ask for what the files say; a field of which there is no column stays as it is."""
    request = workforce.ApplyWorkforceRequest(prune=prune, etag=etag)
    if files.reps:
        request.reps.extend(files.reps.reps)
        request.rep_mask.paths.extend(files.reps.mask())
        request.memberships.extend(memberships_of(files.reps.memberships or {}))
    if files.pools:
        request.pools.extend(files.pools.pools)
        request.pool_mask.paths.extend(_mask(files.pools.columns, POOL_COLUMNS))
    if files.territories:
        request.territories.extend(_territories(files.territories))
        request.territory_mask.paths.extend(_mask(files.territories.columns, TERRITORY_COLUMNS))
    return request


def _mask(columns: Mapping[str, str], known: Mapping[str, Sequence[str]]) -> list[str]:
    return [_MASKED.get(field, field) for field in columns if field in known and field != "id"]


def memberships_of(memberships: Mapping[str, Mapping[str, float | None]]) -> Iterator[workforce.RepMemberships]:
    """Ask for the pools of each rep, with their weights; None: as it is."""
    for rep, places in memberships.items():
        pools = [workforce.RepMembership(pool=pool, weight=weight) for pool, weight in places.items()]
        yield workforce.RepMemberships(rep=rep, pools=pools)


def _territories(file: TerritoriesFile) -> Iterator[workforce.Territory]:
    for territory in file.lines:
        yield workforce.Territory(
            name=territory, display_name=file.names.get(territory, ""), parent=file.parents[territory]
        )


def applied(
    client: FairleadClient, files: WorkforceFiles, request: workforce.ApplyWorkforceRequest, *, dry_run: bool = False
) -> workforce.ApplyWorkforceResponse:
    """Have the service do what is asked for.

    Raises
    ------
    click.ClickException
        If it refuses some of it, naming file and line of each.
    FairleadError
        If it fails.
    """
    try:
        return client.apply_workforce(request, validate_only=dry_run)
    except FairleadError as error:
        if not error.violations:
            raise
        raise click.ClickException("\n".join(in_files(error, files))) from error


def in_files(error: FairleadError, files: WorkforceFiles) -> list[str]:
    """Say of each thing that the service refused in which line of which file it stands; empty: it was none of them."""
    return [_in_file(violation.field, violation.description, files) for violation in error.violations]


def _in_file(field: str, description: str, files: WorkforceFiles) -> str:
    found = _PLACE.fullmatch(field)
    file = {"reps": files.reps, "memberships": files.reps, "pools": files.pools, "territories": files.territories}[
        found[1]
    ] if found else None  # fmt: skip
    if not found or not file:
        return f"{field}: {description}"
    line = list(file.lines.values())[int(found[2])]
    return f"{_name(file)}:{line}: {found[3] or found[1]}: {description}"


def _name(file: WorkforceFile | PoolsFile | TerritoriesFile) -> str:
    return str(file.report.file) if file.report else "-"
