"""The workforce and the rules of files, entered into a service: what the files do not say stays as it is there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from fairlead.client import FairleadClient
from fairlead.v1 import workforce_pb2 as workforce
from router.cli.failing import InputFailed
from router.cli.inputs import Inputs, active_source, pools_of
from router.cli.words import last
from router.cli.workforce_changes import became
from router.cli.workforce_files import WorkforceFile
from router.cli.workforce_loading import WorkforceFiles, applied, memberships_of, request_of

Members = Mapping[str, Collection[str]]
"""Who is in each pool."""


def enter(client: FairleadClient, inputs: Inputs, bands: Mapping[str, float]) -> str:
    """Enter territories, reps and pools, all or none, and publish the rules unless they are the active ones.

    Returns
    -------
        What became of the workforce, in a line; empty: it is as it was.

    Raises
    ------
    InputFailed
        If a band is of a pool that nothing names.
    click.ClickException, FairleadError
        If the service refuses.
    """
    changes = _enter_workforce(client, inputs, bands)
    if active_source(client) != inputs.source:
        client.publish_rules(inputs.source, note="fairlead route")
    return changes


def _enter_workforce(client: FairleadClient, inputs: Inputs, bands: Mapping[str, float]) -> str:
    pools = {last(pool.name): {last(member.rep) for member in pool.members} for pool in client.list_pools()}
    _check_bands(bands, [*pools, *inputs.workforce.pools, *pools_of(inputs.rule_set)])
    files = WorkforceFiles(inputs.workforce, territories=inputs.territories)
    request = request_of(files)
    if "pools" not in inputs.workforce.columns:
        del request.memberships[:]
        request.memberships.extend(memberships_of(dict(_joining(inputs.workforce, pools))))
    request.territories.extend(_parents_alone(client, inputs))
    request.pools.extend(workforce.Pool(name=pool, band=band) for pool, band in bands.items())
    request.pool_mask.paths.extend(["band"] if bands else [])
    if not (request.reps or request.pools or request.territories):
        return ""
    answer = applied(client, files, request)
    return became(answer) if answer.changes else ""


def _check_bands(bands: Mapping[str, float], pools: Collection[str]) -> None:
    for pool, band in bands.items():
        if pool not in pools:
            allowed = ", ".join(dict.fromkeys(pools))
            raise InputFailed(f"--band {pool}={band:.15g}: there is no pool {pool!r}; allowed: {allowed}")


def _joining(file: WorkforceFile, pools: Members) -> Iterator[tuple[str, Mapping[str, float | None]]]:
    """Yield the places of the reps of a file without pools: those they have, or else all that the rules name."""
    for rep, places in (file.memberships or {}).items():
        present = [pool for pool, members in pools.items() if rep in members]
        yield rep, dict.fromkeys(present or places, next(iter(places.values()), None))


def _parents_alone(client: FairleadClient, inputs: Inputs) -> Iterator[workforce.Territory]:
    """Yield the territories that the file names as parents alone, and that are not there: they become roots."""
    missing = inputs.territories.parents.keys() - inputs.territories.lines.keys()
    present = {last(territory.name) for territory in client.list_territories()} if missing else set()
    yield from (workforce.Territory(name=territory) for territory in sorted(missing - present))
