"""Which record of the workforce names which other: what is named must be there, and stays while it is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from router.model.calendars import Absence, TenantSettings
from router.model.errors import Violation
from router.model.workforce import Pool, Record, Rep, WorkforceRecords
from router.workforce.covers import Substitutes

MAX_ABSENCES = 1_000
"""Of one rep."""
MAX_LEVELS = 32
_SHOWN = 5


def reference_faults(record: Record | None, records: WorkforceRecords, at: str) -> Iterator[Violation]:
    """Yield what a record names that is not there, or that it may not name.

    Parameters
    ----------
    records
        All of them, as they would be.
    at
        Where in the request the record stands.
    """
    if isinstance(record, Rep | Pool | TenantSettings):
        calendar = record.calendar
        if calendar and calendar not in records.calendars:
            yield Violation(f"{at}.calendar", f"there is no calendar {calendar!r}: create it first")
    if isinstance(record, Rep) and record.manager:
        yield from _manager_faults(record, records.reps, f"{at}.manager")
    if isinstance(record, Absence) and record.substitute and record.substitute not in records.reps:
        yield Violation(f"{at}.substitute", f"there is no rep {record.substitute!r}: create them first")
    if isinstance(record, Pool):
        for place, manager in enumerate(record.managers):
            if manager not in records.reps:
                yield Violation(f"{at}.managers[{place}]", f"there is no rep {manager!r}: create them first")


def _manager_faults(rep: Rep, reps: Mapping[str, Rep], at: str) -> Iterator[Violation]:
    if rep.manager not in reps:
        yield Violation(at, f"there is no rep {rep.manager!r}: create them first")
        return
    path = [rep.id, rep.manager]
    while path[-1] not in path[:-1] and (manager := reps[path[-1]].manager) in reps:
        path.append(manager)
        if len(path) > MAX_LEVELS:
            yield Violation(at, f"{rep.manager!r}: there would be over {MAX_LEVELS} levels of managers, the most")
            return
    if path[-1] in path[:-1]:
        yield Violation(at, f"{' → '.join(path)}: nobody may lead whoever leads them, nor themselves")


def absence_faults(records: WorkforceRecords, rep: str, at: str) -> Iterator[Violation]:
    """Yield a fault where a rep has more absences than one may."""
    count = sum(absence.rep == rep for absence in records.absences.values())
    if count > MAX_ABSENCES:
        yield Violation(
            at, f"rep {rep!r} would have {count} absences: at most {MAX_ABSENCES}; delete some that are over"
        )


def circle_faults(records: WorkforceRecords, rep: str, at: str) -> Iterator[Violation]:
    """Yield a fault where, because of a rep's leaves, reps would stand in for one another."""
    if circle := Substitutes(records).circle(rep):
        yield Violation(at, f"{' → '.join(circle)}: at one time they would stand in for one another")


def users_of(records: WorkforceRecords, kind: str, record_id: str) -> str:
    """Say what names a calendar, or whom a rep leads; empty: nothing, nobody."""
    return few_of(list(_users(records, kind, record_id)))


def few_of(users: Sequence[str]) -> str:
    """Say who uses something, the first of them by name."""
    more = f" and {len(users) - _SHOWN} more" if len(users) > _SHOWN else ""
    return ", ".join(users[:_SHOWN]) + more


def _users(records: WorkforceRecords, kind: str, record_id: str) -> Iterator[str]:
    if kind == "calendar":
        yield from ("the tenant",) if records.settings.calendar == record_id else ()
        yield from (f"pool {pool.id}" for pool in records.pools.values() if pool.calendar == record_id)
        yield from (f"rep {rep.id}" for rep in records.reps.values() if rep.calendar == record_id)
    if kind == "rep":
        yield from (f"pool {pool.id}" for pool in records.pools.values() if record_id in pool.managers)
        yield from (f"rep {rep.id}" for rep in records.reps.values() if rep.manager == record_id)


def absences_of(records: WorkforceRecords, rep: str) -> list[Absence]:
    """Return the absences of a rep, in the order of their ids."""
    return sorted((absence for absence in records.absences.values() if absence.rep == rep), key=lambda one: one.id)
