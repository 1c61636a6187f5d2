"""Which names ``fairlead rules check`` looks up, and in what: a running service, or files of the workforce."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from router.cli.columns import in_words
from router.cli.workforce_loading import WorkforceFiles, read_files
from router.rules.lookups import KnownNames
from tables.options import ReadOptions, read_mapping

KINDS = ("pools", "territories", "reps", "attributes of reps")


@dataclass(frozen=True, slots=True)
class Lookup:
    """The names there are; None: not looked up."""

    pools: Collection[str] | None = None
    known: KnownNames = field(default_factory=KnownNames)

    @property
    def kinds(self) -> list[str]:
        """The kinds that are looked up."""
        names = (self.pools, self.known.territory, self.known.rep, self.known.attribute)
        return [kind for kind, there in zip(KINDS, names, strict=True) if there is not None]


def names_in_files(reps: Path | None, pools: Path | None, territories: Path | None, mapping: Path | None) -> Lookup:
    """Read the names that files bear.

    Raises
    ------
    InputFailed
        If a file or a cell is not as it must be.
    """
    options = in_words(lambda: read_mapping(mapping)) if mapping else ReadOptions()
    files = read_files(reps, pools, territories, options)
    known = KnownNames(
        None if files.territories is None else files.territories.parents,
        None if files.reps is None else {rep.name for rep in files.reps.reps},
        None if files.reps is None else {name for rep in files.reps.reps for name in rep.attributes},
    )
    return Lookup(_pools(files), known)


def _pools(files: WorkforceFiles) -> Collection[str] | None:
    """Return the pools that a file lists, or that reps are put into; None: no file says."""
    listed = None if files.pools is None else {pool.name for pool in files.pools.pools}
    joined = None if files.reps is None or files.reps.memberships is None else set(files.reps.pools)
    return None if listed is None and joined is None else (listed or set()) | (joined or set())


def not_looked_up(kinds: Collection[str]) -> Iterator[str]:
    """Say which names were not looked up, and how they would be; nothing where all were."""
    missing = [kind for kind in KINDS if kind not in kinds]
    if missing:
        *first, last = missing
        names = f"{', '.join(first)} and {last}" if first else last
        yield f"the names of {names} were not looked up: see --server, or --reps, --pools and --territories"
