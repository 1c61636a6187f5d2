"""Who can own work: reps, the pools they compete in, the territories they serve. Values only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rules.fields import FactValue
from rules.normal_form import NOTHING, Ignored, normal_form

MICROS = 1_000_000
"""Micro-units of one lead unit: the ledger counts in whole ones, so nothing is lost to rounding."""

MILLIS = 1_000
"""Thousandths of a weight: weights are whole numbers of them."""


@dataclass(frozen=True, slots=True)
class Rep:
    """A person who can own work; ``capacity`` caps their open units by kind, a kind left out is unlimited."""

    id: str
    display_name: str = ""
    attributes: Mapping[str, FactValue] = field(default_factory=dict)
    active: bool = True
    capacity: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Member:
    """A rep's place in a pool; ``weight`` in thousandths, 1 to 1,000,000."""

    rep: str
    weight: int = MILLIS


@dataclass(frozen=True, slots=True)
class Pool:
    """Reps competing for the same work; ``band`` in micro-units."""

    id: str
    members: tuple[Member, ...] = ()
    display_name: str = ""
    band: int = 0
    value_weighted: bool = False


@dataclass(frozen=True, slots=True)
class Territory:
    """A region; ``parent`` is the id of the one around it, empty for a root."""

    id: str
    parent: str = ""
    display_name: str = ""


class Territories:
    """The tree of regions. A name that is not in it stands alone, a root without children.

    Examples
    --------
    >>> tree = Territories({"华东": Territory("华东", "中国"), "上海": Territory("上海", "华东")})
    >>> tree.around("上海")
    ('上海', '华东', '中国')
    >>> sorted(tree.within("华东"))
    ['上海', '华东']
    """

    def __init__(self, territories: Mapping[str, Territory] | None = None) -> None:
        self.records = territories or {}
        self._ignoring: dict[Ignored, Territories] = {}
        self._children: dict[str, list[str]] = {}
        for territory in self.records.values():
            self._children.setdefault(territory.parent, []).append(territory.id)

    def around(self, region: str, ignored: Ignored = NOTHING) -> tuple[str, ...]:
        """Return the region itself and all around it, inside out; in the normal form of what is ignored."""
        return _path(region, self.ignoring(ignored).records)

    def ignoring(self, ignored: Ignored) -> Territories:
        """Return the tree with its names in normal form; of several of one form the first by name has a place in it.

        Examples
        --------
        >>> from rules.normal_form import Ignorable
        >>> Territories({"East": Territory("East", "CN")}).ignoring(frozenset({Ignorable.CASE})).around("east")
        ('east', 'cn')
        """
        if not ignored:
            return self
        if ignored not in self._ignoring:
            self._ignoring[ignored] = Territories(_in_normal_form(self.records, ignored))
        return self._ignoring[ignored]

    def within(self, region: str) -> Iterator[str]:
        """Yield the region itself and all inside it."""
        yield region
        for child in self._children.get(region, ()):
            yield from self.within(child)

    def height(self, region: str) -> int:
        """Count the levels below a region; a cycle counts as higher than anything.

        Examples
        --------
        >>> Territories({"上海": Territory("上海", "华东"), "浦东": Territory("浦东", "上海")}).height("华东")
        2
        """
        level, height = [region], 0
        while level := [child for parent in level for child in self._children.get(parent, ())]:
            height += 1
            if height > len(self.records):
                return height
        return height

    def admitting(self, region: str, widened: int = 0) -> frozenset[str]:
        """Return the territories whose reps serve a region: itself, all around it and, widened by k levels, all
        inside the k-th around it.

        Examples
        --------
        >>> tree = Territories({"上海": Territory("上海", "华东"), "杭州": Territory("杭州", "华东")})
        >>> sorted(tree.admitting("上海")), sorted(tree.admitting("上海", 1))
        (['上海', '华东'], ['上海', '华东', '杭州'])
        """
        around = self.around(region)
        if not widened:
            return frozenset(around)
        return frozenset(around) | frozenset(self.within(around[min(widened, len(around) - 1)]))


def _path(region: str, records: Mapping[str, Territory]) -> tuple[str, ...]:
    path = [region]
    while (territory := records.get(path[-1])) and territory.parent:
        path.append(territory.parent)
    return tuple(path)


def _in_normal_form(records: Mapping[str, Territory], ignored: Ignored) -> dict[str, Territory]:
    tree: dict[str, Territory] = {}
    for territory in sorted(records.values(), key=lambda territory: territory.id):
        name, parent = normal_form(territory.id, ignored), normal_form(territory.parent, ignored)
        # names that are one now must not make a circle of what was none
        tree.setdefault(name, Territory(name, "" if name in _path(parent, tree) else parent))
    return tree


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record of a workforce revision: what it is now, or None where it was deleted."""

    revision: int
    kind: str
    id: str
    record: Rep | Pool | Territory | None


@dataclass(frozen=True, slots=True)
class WorkforceRecords:
    """All reps, pools and territories at one revision, and the revision at which each record last changed, by
    (kind, id); ``event_hash`` as in ``RevisionPair``.
    """

    revision: int
    reps: Mapping[str, Rep]
    pools: Mapping[str, Pool]
    territories: Mapping[str, Territory]
    changed: Mapping[tuple[str, str], int]
    event_hash: str = ""

    def of(self, kind: str) -> Mapping[str, Rep | Pool | Territory]:
        """Return the records of a kind by id: ``rep``, ``pool`` or ``territory``."""
        kinds: dict[str, Mapping[str, Rep | Pool | Territory]] = {
            "rep": self.reps,
            "pool": self.pools,
            "territory": self.territories,
        }
        return kinds[kind]


@dataclass(frozen=True, slots=True)
class LedgerSettlement:
    """Who leaves a pool, and who stays; with nobody left the ledger is dropped."""

    pool: str
    leavers: tuple[str, ...]
    members: tuple[Member, ...]
