"""What a change of the workforce changed, field by field. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal

from router.model.caps import Cap, CapMeasure, CapPace, CapScope, CapWindow
from router.model.dispatch import Dispatch, DispatchClock
from router.model.instants import written
from router.model.workforce import MICROS, MILLIS, RECENT, CreditPolicy, Member, Pool, Record, Rep, Territory
from router.workforce.edits import JOINT, Replacements
from rules.fields import FactValue


@dataclass(frozen=True, slots=True)
class RecordDifference:
    """What became of a record.

    Parameters
    ----------
    before, after
        What it was and is; None: there is none.
    pruned
        Whether nobody named it, and it was deactivated or deleted for that.
    """

    kind: str
    id: str
    before: Record | None
    after: Record | None
    pruned: bool = False

    def fields(self) -> Iterator[tuple[str, FactValue | None, FactValue | None]]:
        """Yield what became of each field: its name, what it was and what it is; None: there is none."""
        before, after = fields_of(self.before), fields_of(self.after)
        for name in sorted(before.keys() | after.keys(), key=_rank):
            if _typed(before.get(name)) != _typed(after.get(name)):
                yield name, before.get(name), after.get(name)


_ORDER = (
    *("display_name", "attributes", "active", "capacity", "members", "weight_steps", "band", "value_weighted"),
    *(
        "calendar",
        "leave_buffer_duration",
        "manager",
        "managers",
        "channels",
        "caps",
        "absence_policy",
        "dispatch",
        "parent",
    ),
)


def _rank(name: str) -> tuple[int, str]:
    return _ORDER.index(name.partition(".")[0]), name


def fields_of(record: Record | None) -> dict[str, FactValue]:
    """Return a record's fields by name, entries of maps and lists by a name of their own; empty ones are left out.

    Examples
    --------
    >>> fields_of(Rep("ann", "Ann", {"skills": ("ERP",)}, capacity={"LEAD": 40}))
    {'display_name': 'Ann', 'attributes.skills': ('ERP',), 'active': True, 'capacity.LEAD': 40}
    """
    if record is None:
        return {}
    shown = getattr(record, "display_name", "")
    name: dict[str, FactValue] = {"display_name": shown} if shown else {}
    if isinstance(record, Rep):
        attributes = {f"attributes.{key}": value for key, value in record.attributes.items()}
        return {
            **name, **attributes, "active": record.active,
            **{f"capacity.{kind}": units for kind, units in record.capacity.items()},
            **_not_empty({"calendar": record.calendar, "manager": record.manager, "channels": record.channels}),
            **_caps(record),
        }  # fmt: skip
    if isinstance(record, Pool):
        policies = {**_credit_of(record.absence_policy), **_dispatch_of(record.dispatch)}
        return {**name, **_of_pool(record), **_caps(record), **policies}
    return {**name, "parent": record.parent} if isinstance(record, Territory) and record.parent else name


def _of_pool(pool: Pool) -> dict[str, FactValue]:
    members = {f"members.{member.rep}": member.weight / MILLIS for member in pool.members}
    steps = {f"weight_steps.{member.rep}": _steps(member) for member in pool.members}
    others: dict[str, FactValue] = {
        "band": pool.band / MICROS,
        "value_weighted": pool.value_weighted,
        "calendar": pool.calendar,
        "leave_buffer_duration": f"{Decimal(pool.leave_buffer_ms) / 1000}s" if pool.leave_buffer_ms else "",
        "managers": pool.managers,
    }
    return {**members, **_not_empty({**steps, **others})}


def _steps(member: Member) -> tuple[str, ...]:
    return tuple(f"{written(step.from_ms)} {step.weight / MILLIS:.15g}" for step in member.ramp)


def _not_empty(fields: Mapping[str, FactValue]) -> dict[str, FactValue]:
    return {field: value for field, value in fields.items() if value}


def _caps(record: Rep | Pool) -> dict[str, FactValue]:
    return {f"caps.{cap.id}": in_words(cap) for cap in record.caps}


def in_words(cap: Cap) -> str:
    """Say all that a cap is but its id, in the words of the contract.

    Examples
    --------
    >>> in_words(Cap("daily", CapMeasure.COUNT, 20, CapScope.POOL, window=CapWindow.DAY, pace=CapPace.EVEN))
    'COUNT 20 DAY, POOL, EVEN'
    """
    limit = f"{cap.limit / MICROS if cap.measure is CapMeasure.VALUE else cap.limit:.15g}"
    length = f" {cap.rolling_ms // 60_000}m" if cap.rolling_ms else ""
    window = f" {cap.window}{length}" if cap.window is not CapWindow.NONE else ""
    scope = "POOL" if cap.scope is CapScope.POOL else ""
    pace = "EVEN" if cap.pace is CapPace.EVEN else ""
    return ", ".join(filter(None, [f"{cap.measure} {limit}{window}", scope, *cap.kinds, pace]))


def _credit_of(policy: CreditPolicy | None) -> dict[str, FactValue]:
    if policy is None:
        return {}
    ttl = f"{policy.ttl_ms / 1000:.15g}s"
    credit: dict[str, FactValue] = {
        "max_units": policy.max_units / MICROS,
        "ttl_duration": ttl,
        "share": policy.share / RECENT,
    }
    return {f"absence_policy.credit.{field}": value for field, value in credit.items()}


def _dispatch_of(policy: Dispatch | None) -> dict[str, FactValue]:
    if policy is None:
        return {}
    terms: dict[str, FactValue] = {
        "mode": str(policy.mode),
        "timeout": f"{Decimal(policy.timeout_ms) / 1000}s" if policy.timeout_ms else "",
        "clock": "" if policy.clock is DispatchClock.WALL else str(policy.clock),
        "offers_open": policy.offers_open,
        "lapses_until_away": policy.lapses_until_away,
    }
    banded = {} if policy.broadcast_band is None else {"broadcast_band": policy.broadcast_band / MICROS}
    return {f"dispatch.{field}": value for field, value in {**_not_empty(terms), **banded}.items()}


def differ(before: Record | None, after: Record | None) -> bool:
    """Say whether a record is another than before; in another order, a pool's members are the same."""
    if before is None or after is None:
        return before is not after
    return any(RecordDifference("", "", before, after).fields())


def _typed(value: FactValue | None) -> tuple[bool, FactValue | None]:
    return isinstance(value, bool), value  # True == 1 in Python


def differences(
    before: Mapping[tuple[str, str], Record | None],
    after: Replacements,
    named: AbstractSet[tuple[str, str]],
) -> list[RecordDifference]:
    """Compare records with what they become: reps, then pools, then territories, each by id.

    Parameters
    ----------
    named
        Kind and id of all that the change was asked for by name.
    """
    found = []
    for kind, record_id in sorted(after, key=lambda key: (JOINT.index(key[0]), key[1])):
        record = after[kind, record_id]
        pruned = (kind, record_id) not in named and (record is None or isinstance(record, Rep))
        found.append(RecordDifference(kind, record_id, before.get((kind, record_id)), record, pruned))
    return found
