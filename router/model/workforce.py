"""Who can own work: reps, the pools they compete in, the territories they serve; and the records of all of them.

Values only. When reps work stands in ``router.model.calendars``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from router.model.calendars import SETTINGS_ID, Absence, Calendar, TenantSettings
from router.model.caps import Cap
from router.model.dispatch import PUSH, Dispatch
from rules.fields import FactValue
from rules.normal_form import NOTHING, Ignored, normal_form

MOST_ELIGIBLE = 2_000
"""Reps among whom one step should choose: a decision changes and keeps what each is due, and holds the store."""
MICROS = 1_000_000
"""Micro-units of one lead unit: the ledger counts in whole ones, so nothing is lost to rounding."""

MILLIS = 1_000
"""Thousandths of a weight: weights are whole numbers of them."""


@dataclass(frozen=True, slots=True)
class Rep:
    """A person who can own work; ``capacity`` caps their open units by kind, a kind left out is unlimited.

    ``calendar`` says when they work; empty: as their pool's says, or the tenant's. ``manager`` is a rep. ``caps``
    limit what they get or hold over all pools. ``channels`` are the ids of those through which they are told, in the
    order in which they are tried; whether these exist is not known here.
    """

    id: str
    display_name: str = ""
    attributes: Mapping[str, FactValue] = field(default_factory=dict)
    active: bool = True
    capacity: Mapping[str, int] = field(default_factory=dict)
    calendar: str = ""
    manager: str = ""
    caps: tuple[Cap, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WeightStep:
    """The weight that a member has from an instant on, in thousandths."""

    from_ms: int
    weight: int


@dataclass(frozen=True, slots=True)
class Member:
    """A rep's place in a pool; ``weight`` in thousandths, 1 to 1,000,000.

    ``ramp`` changes it as time passes, in the order of its instants: a newcomer gets little at first.
    """

    rep: str
    weight: int = MILLIS
    ramp: tuple[WeightStep, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditPolicy:
    """What somebody gets of what a pool was charged while they were on leave, once they are back.

    ``max_units`` in micro-units is the most that is outstanding at once; what is left of it ``ttl_ms`` after the leave
    is taken back. With a credit outstanding, nobody gets more than ``share`` of the pool's last ``RECENT`` decisions.
    """

    max_units: int
    ttl_ms: int
    share: int


RECENT = 100
"""Decisions of a pool among which those of a rep with a credit are counted."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Reps competing for the same work; ``band`` in micro-units.

    ``calendar`` says when its members work who have none of their own; ``leave_buffer_ms`` before a leave they get
    nothing new. ``managers`` are reps. ``caps`` limit what each member, or the pool as a whole, gets or holds of it.
    Whoever is on leave competes for nothing; with an ``absence_policy`` they are credited for it. ``dispatch`` says how
    it hands out its work; None: as ``PUSH`` does.
    """

    id: str
    members: tuple[Member, ...] = ()
    display_name: str = ""
    band: int = 0
    value_weighted: bool = False
    calendar: str = ""
    leave_buffer_ms: int = 0
    managers: tuple[str, ...] = ()
    caps: tuple[Cap, ...] = ()
    absence_policy: CreditPolicy | None = None
    dispatch: Dispatch | None = None

    @property
    def handing_out(self) -> Dispatch:
        """How it hands out its work."""
        return self.dispatch or PUSH


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


Record = Rep | Pool | Territory | Calendar | Absence | TenantSettings
KINDS: Mapping[str, type[Record]] = {
    "rep": Rep,
    "pool": Pool,
    "territory": Territory,
    "calendar": Calendar,
    "absence": Absence,
    "tenant": TenantSettings,
}
"""Every kind of record that a workforce has."""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record of a workforce revision: what it is now, or None where it was deleted."""

    revision: int
    kind: str
    id: str
    record: Record | None


_UNSAID = TenantSettings()
"""Of a tenant that nobody said anything of."""


@dataclass(frozen=True, slots=True)
class WorkforceRecords:
    """All records of a workforce at one revision.

    Parameters
    ----------
    by_kind
        Records by id, by kind; a kind of which there is none may be left out.
    changed
        The revision at which each record last changed, by (kind, id).
    event_hash
        As in ``RevisionPair``.
    """

    revision: int = 0
    by_kind: Mapping[str, Mapping[str, Record]] = field(default_factory=dict)
    changed: Mapping[tuple[str, str], int] = field(default_factory=dict)
    event_hash: str = ""

    def of(self, kind: str) -> Mapping[str, Record]:
        """Return the records of a kind by id."""
        return self.by_kind.get(kind, {})

    @property
    def reps(self) -> Mapping[str, Rep]:
        """Reps by id."""
        return self.by_kind.get("rep", {})  # type: ignore[return-value]  # by kind

    @property
    def pools(self) -> Mapping[str, Pool]:
        """Pools by id."""
        return self.by_kind.get("pool", {})  # type: ignore[return-value]

    @property
    def territories(self) -> Mapping[str, Territory]:
        """Territories by id."""
        return self.by_kind.get("territory", {})  # type: ignore[return-value]

    @property
    def calendars(self) -> Mapping[str, Calendar]:
        """Calendars by id."""
        return self.by_kind.get("calendar", {})  # type: ignore[return-value]

    @property
    def absences(self) -> Mapping[str, Absence]:
        """Absences by id, ``{rep}/{absence}``."""
        return self.by_kind.get("absence", {})  # type: ignore[return-value]

    @property
    def settings(self) -> TenantSettings:
        """What holds for the tenant."""
        return self.by_kind.get("tenant", {}).get(SETTINGS_ID, _UNSAID)  # type: ignore[return-value]

    def with_changes(self, revision: int, changes: Iterable[tuple[str, str, Record | None]]) -> WorkforceRecords:
        """Return the records after changes: kind, id, and what became of each; None: it is deleted."""
        return self.after((RecordChange(revision, *change) for change in changes), revision)

    def after(self, changes: Iterable[RecordChange], revision: int) -> WorkforceRecords:
        """Return the records after the changes of some revisions, the last of which is ``revision``."""
        by_kind, changed = {kind: dict(self.of(kind)) for kind in KINDS}, dict(self.changed)
        for change in changes:
            if change.record is None:
                by_kind[change.kind].pop(change.id, None)
                changed.pop((change.kind, change.id), None)
            else:
                by_kind[change.kind][change.id] = change.record
                changed[change.kind, change.id] = change.revision
        return WorkforceRecords(revision, by_kind, changed)


@dataclass(frozen=True, slots=True)
class LedgerSettlement:
    """Who leaves a pool, and who stays; with nobody left the ledger is dropped.

    What is spread follows the weights in force at the commit, as entitlements do: the store reads them off the ramps.
    """

    pool: str
    leavers: tuple[str, ...]
    members: tuple[Member, ...]
