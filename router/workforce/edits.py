"""What a change makes of the workforce's records, and whether it may be. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from failures import shown
from resource_names import check_id
from router.model.errors import AlreadyExists, InvalidInput, NotFound, NotPossible, StaleEtag, Violation
from router.model.workforce import LedgerSettlement, Pool, Record, Rep, Territories, Territory, WorkforceRecords
from router.workforce.caps import cap_faults
from router.workforce.references import absence_faults, absences_of, circle_faults, reference_faults, users_of

Replacements = dict[tuple[str, str], Record | None]
"""By kind and id: what a record becomes; None: it goes."""

MAX_MEMBERS = 10_000
MAX_MEMBERS_BY_VALUE = 1_000
MAX_DEPTH = 32
MEMBERSHIPS = "memberships"
"""Where members stand whom no pool of a request lists."""
COLLECTIONS = {"rep": "reps", "pool": "pools", "territory": "territories", "calendar": "calendars"}
JOINT = ("rep", "pool", "territory")
"""Kinds that are changed together."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A wish about one record.

    Parameters
    ----------
    kind
        One of ``router.model.workforce.KINDS``.
    make
        Makes the new record from the present one (None: there is none).
    etag
        Revision the record must have last changed in; empty: not checked.
    create, update
        Whether there may be none, and whether there may be one.
    at
        Where in the request the record stands; empty: in a field called as its kind.
    """

    kind: str
    id: str
    make: Callable[[Any], Record]
    etag: str = ""
    create: bool = False
    update: bool = True
    at: str = ""

    @property
    def place(self) -> str:
        """Where in the request the record stands."""
        return self.at or self.kind

    @property
    def last(self) -> str:
        """What must be an id: an absence's has its rep's in front."""
        return self.id.partition("/")[2] if self.kind == "absence" else self.id

    @property
    def id_field(self) -> str:
        """Where in the request the id stands: what is only created gets it beside the record, not in its name."""
        return f"{self.place}.name" if self.update else f"{self.kind}_id"


def changed(tenant: str, records: WorkforceRecords, changes: Sequence[Edit]) -> Replacements:
    """Work out what changes make of the records.

    Raises
    ------
    InvalidInput, AlreadyExists, NotFound, StaleEtag
        If a wish cannot be met.
    """
    replacements = made(tenant, records, changes)
    check(records, replacements, changes)
    return replacements


def made(tenant: str, records: WorkforceRecords, changes: Sequence[Edit]) -> Replacements:
    """Make the records, the later of two edits from what the earlier made; whether they go together is not checked.

    Raises
    ------
    InvalidInput, AlreadyExists, NotFound, StaleEtag
        If a wish cannot be met.
    """
    replacements: Replacements = {}
    for change in changes:
        _check_expectation(tenant, records, change)
        key = change.kind, change.id
        replacements[key] = change.make(replacements.get(key) or records.of(change.kind).get(change.id))
    return replacements


def removed(tenant: str, records: WorkforceRecords, kind: str, record_id: str, etag: str) -> Replacements:
    """Work out what a deletion makes of the records.

    Raises
    ------
    NotFound, StaleEtag
        If it is not there, or not as expected.
    NotPossible
        If a territory has children, somebody works by a calendar, or a rep leads somebody.
    """
    name = _check_expectation(tenant, records, Edit(kind, record_id, _kept, etag))
    if users := users_of(records, kind, record_id):
        raise NotPossible(name, IN_USE[kind].format(users=users))
    replacements: Replacements = {(kind, record_id): None}
    if kind == "territory" and any(territory.parent == record_id for territory in records.territories.values()):
        raise NotPossible(name, "has children: delete or move them first")
    if kind == "rep":
        replacements |= {("absence", absence.id): None for absence in absences_of(records, record_id)}
        replacements |= {
            ("absence", absence.id): replace(absence, substitute="")
            for _, absence in sorted(records.absences.items())
            if absence.substitute == record_id and absence.rep != record_id
        }
        for _, pool in sorted(records.pools.items()):  # the store has them in no order
            kept = tuple(member for member in pool.members if member.rep != record_id)
            if len(kept) < len(pool.members):
                replacements["pool", pool.id] = replace(pool, members=kept)
    return replacements


IN_USE = {
    "calendar": "is the calendar of {users}: give them another first",
    "rep": "is the manager of {users}: give them another first",
}
"""Why a record cannot be deleted, by its kind."""


def name_of(tenant: str, kind: str, record_id: str) -> str:
    """Return the name of a record, e.g. ``tenants/default/reps/li-na``."""
    if kind == "tenant":
        return f"tenants/{tenant}"
    if kind == "absence":
        rep, _, absence_id = record_id.partition("/")
        return f"tenants/{tenant}/reps/{rep}/absences/{absence_id}"
    return f"tenants/{tenant}/{COLLECTIONS[kind]}/{record_id}"


def _kept(record: Record) -> Record:
    return record


def _check_expectation(tenant: str, records: WorkforceRecords, change: Edit) -> str:
    name, there = name_of(tenant, change.kind, change.id), change.id in records.of(change.kind)
    if change.kind == "absence" and (rep := change.id.partition("/")[0]) not in records.reps:
        raise NotFound("rep", name_of(tenant, "rep", rep))
    if there and not change.update:
        raise AlreadyExists(change.kind, name)
    if not there and not change.create:
        raise NotFound(change.kind, name)
    if change.etag:
        _check_etag(name, change.etag, str(records.changed[change.kind, change.id]) if there else "")
    return name


def _check_etag(name: str, given: str, current: str) -> None:
    if given != current:
        now = f"its etag is {current}, not {shown(given)}" if current else "it is not there"
        raise StaleEtag(name, f"changed since it was read: {now}; read it again")


def _merged(records: WorkforceRecords, replacements: Replacements) -> WorkforceRecords:
    """Return the records as they would be."""
    made = ((kind, record_id, record) for (kind, record_id), record in replacements.items())
    return records.with_changes(records.revision, made)


def settlements_of(records: WorkforceRecords, replacements: Replacements) -> list[LedgerSettlement]:
    """Find who leaves which pool."""
    settlements = []
    for (kind, pool_id), record in replacements.items():
        before = records.pools.get(pool_id) if kind == "pool" else None
        if before is None:
            continue
        members = record.members if isinstance(record, Pool) else ()
        stay = {member.rep for member in members}
        leavers = tuple(member.rep for member in before.members if member.rep not in stay)
        if leavers:
            settlements.append(LedgerSettlement(pool_id, leavers, members))
    return settlements


def leaving(records: WorkforceRecords, replacements: Replacements) -> list[str]:
    """Return the reps who are to get nothing more: those who are deactivated or deleted."""
    return [
        record_id
        for (kind, record_id), record in replacements.items()
        if kind == "rep" and record_id in records.reps and not (isinstance(record, Rep) and record.active)
    ]


def check(records: WorkforceRecords, replacements: Replacements, changes: Sequence[Edit]) -> None:
    """Check that ids may be ids, and that all records would go together.

    Raises
    ------
    InvalidInput
        Naming each that would not.
    """
    violations = [
        Violation(change.id_field, f"{change.last!r}: {fault}")
        for change in changes
        if (fault := check_id(change.last))
    ]
    merged, places = _merged(records, replacements), {(change.kind, change.id): change.place for change in changes}
    tree = Territories(merged.territories)
    for (kind, record_id), record in replacements.items():
        at = places.get((kind, record_id), kind)
        if isinstance(record, Pool):
            violations += _pool_faults(record, merged, at if at == MEMBERSHIPS else f"{at}.members")
        if isinstance(record, Territory):
            violations += _territory_faults(record, tree, f"{at}.parent")
        if isinstance(record, Rep | Pool) and record.caps:
            violations += cap_faults(record.caps, f"{at}.caps", of_pool=isinstance(record, Pool))
        violations += reference_faults(record, merged, at)
    for change in changes:
        if change.kind == "absence":
            rep = change.id.partition("/")[0]
            violations += absence_faults(merged, rep, change.id_field)
            violations += circle_faults(merged, rep, f"{change.place}.substitute")
    if violations:
        raise InvalidInput(violations)


def _pool_faults(pool: Pool, records: WorkforceRecords, at: str) -> list[Violation]:
    most = MAX_MEMBERS_BY_VALUE if pool.value_weighted else MAX_MEMBERS
    faults = []
    if len(pool.members) > most:
        faults.append(Violation(at, f"{len(pool.members)} members: at most {most}"))
    seen: set[str] = set()
    for place, member in enumerate(pool.members):
        if member.rep not in records.reps:
            faults.append(Violation(f"{at}[{place}].rep", f"there is no rep {member.rep!r}: create them first"))
        if member.rep in seen:
            faults.append(Violation(f"{at}[{place}].rep", f"{member.rep!r} is a member twice: once is enough"))
        seen.add(member.rep)
    return faults


def _territory_faults(territory: Territory, tree: Territories, at: str) -> list[Violation]:
    if not territory.parent:
        return []
    if territory.parent not in tree.records:
        return [Violation(at, f"there is no territory {territory.parent!r}: create it first")]
    path, height = [territory.id], tree.height(territory.id)
    while parent := tree.records[path[-1]].parent:
        path.append(parent)
        if parent in path[:-1]:
            return [Violation(at, f"{' → '.join(path)}: territories must form a tree, without cycles")]
        if len(path) + height > MAX_DEPTH:
            fault = f"the tree would be over {MAX_DEPTH} levels deep: that is the most"
            return [Violation(at, fault)]
    return []
