"""Reps, pools and territories changed together, and who is in which pool: what becomes of the records. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from failures import shown
from router.model.errors import InvalidInput, StaleEtag, Violation
from router.model.workforce import MILLIS, Member, Pool, Rep, WorkforceRecords
from router.workforce.differences import differ
from router.workforce.edits import MEMBERSHIPS, Edit, Replacements, check, made

Memberships = Mapping[str, Mapping[str, int | None]]
"""Rep → pool → weight in thousandths; None: as it is."""


@dataclass(frozen=True, slots=True)
class JointEdit:
    """A wish about many records at once.

    Parameters
    ----------
    edits
        One per record.
    memberships
        The pools of each rep, all of them; a pool that is not there is created.
    prune
        Whether reps who are not listed are deactivated, and pools and territories that are not, deleted: of the
        kinds that are listed at all.
    etag
        Revision that the workforce must be at; empty: not checked.
    """

    edits: Sequence[Edit]
    memberships: Memberships
    prune: bool = False
    etag: str = ""

    @property
    def named(self) -> AbstractSet[tuple[str, str]]:
        """Kind and id of all that is listed, reps and pools of memberships too."""
        reps = {("rep", rep) for rep in self.memberships}
        pools = {("pool", pool) for places in self.memberships.values() for pool in places}
        return reps | pools | {(edit.kind, edit.id) for edit in self.edits}


def worked_out(tenant: str, records: WorkforceRecords, joint: JointEdit) -> Replacements:
    """Work out what a joint edit makes of the records; those that stay as they are, are left out.

    Raises
    ------
    InvalidInput, NotFound, StaleEtag
        If a wish cannot be met.
    """
    if joint.etag and joint.etag != str(records.revision):
        current = f"its etag is {records.revision}, not {shown(joint.etag)}"
        raise StaleEtag(f"tenants/{tenant}", f"the workforce changed since it was read: {current}; read it again")
    _check_members(records, joint)
    edits = [*joint.edits, *_membership_edits(records, joint.memberships)]
    replacements = made(tenant, records, edits)
    if joint.prune:
        replacements |= _pruned(records, joint)
    check(records, replacements, edits)
    return {
        (kind, record_id): record
        for (kind, record_id), record in replacements.items()
        if differ(records.of(kind).get(record_id), record)
    }


def _check_members(records: WorkforceRecords, joint: JointEdit) -> None:
    reps = records.reps.keys() | {edit.id for edit in joint.edits if edit.kind == "rep"}
    violations = [
        Violation(f"{MEMBERSHIPS}[{place}].rep", f"there is no rep {rep!r}: list them among reps")
        for place, rep in enumerate(joint.memberships)
        if rep not in reps
    ]
    if violations:
        raise InvalidInput(violations)


def _membership_edits(records: WorkforceRecords, memberships: Memberships) -> Iterator[Edit]:
    entering: dict[str, dict[str, int | None]] = {}
    for rep, places in memberships.items():
        for pool, weight in places.items():
            entering.setdefault(pool, {})[rep] = weight
    present = {pool.id for pool in records.pools.values() if any(m.rep in memberships for m in pool.members)}
    for pool_id in sorted(present | entering.keys()):
        yield _membership_edit(pool_id, memberships, entering.get(pool_id, {}))


def _membership_edit(pool_id: str, told: Collection[str], entering: Mapping[str, int | None]) -> Edit:
    def make(present: Pool | None) -> Pool:
        pool = present or Pool(pool_id)
        kept = [
            replace(member, weight=entering.get(member.rep) or member.weight)
            for member in pool.members
            if member.rep in entering or member.rep not in told
        ]
        there = {member.rep for member in kept}
        new = [Member(rep, weight or MILLIS) for rep, weight in entering.items() if rep not in there]
        return replace(pool, members=(*kept, *new))

    return Edit("pool", pool_id, make, create=True, at=MEMBERSHIPS)


def _pruned(records: WorkforceRecords, joint: JointEdit) -> Replacements:
    named = joint.named
    return {
        (kind, record_id): replace(record, active=False) if isinstance(record, Rep) else None
        for kind in {edit.kind for edit in joint.edits}
        for record_id, record in records.of(kind).items()
        if (kind, record_id) not in named
    }
