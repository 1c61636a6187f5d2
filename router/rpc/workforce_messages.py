"""Between messages and values: reps, pools, territories."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from google.protobuf.duration_pb2 import Duration

from failures import shown
from fairlead.v1 import workforce_pb2 as workforce
from gateway import fields
from resource_names import check_id
from router.model.errors import InvalidInput, Violation
from router.model.workforce import MICROS, MILLIS, Member, Pool, Rep, Territory, WeightStep
from router.rpc.absence_policies import absence_policy, absence_policy_message
from router.rpc.cap_messages import cap_message, caps
from router.rpc.dispatch_messages import dispatch_message, dispatch_of
from router.rpc.fields import MAX_DISPLAY_NAME, plain, struct
from router.rpc.messages import check_kind_name
from router.workforce.service import Saved
from rules.fields import FactValue
from rules.limits import DECIMALS, MAX_ATTRIBUTES, MAX_LIST, MAX_NUMBER, MAX_STRING

MAX_CAPACITY = 1_000_000
MAX_WEIGHT = 1000
MAX_BAND = 1000

MAX_LEAVE_BUFFER_S = 30 * 24 * 3600
MAX_MANAGERS = 100
MAX_CHANNELS = 8
MAX_WEIGHT_STEPS = 50

REP_FIELDS = ("display_name", "attributes", "active", "capacity", "calendar", "manager", "channels", "caps")
POOL_FIELDS = (
    *("display_name", "members", "band", "value_weighted"),
    *("calendar", "leave_buffer_duration", "managers", "caps", "absence_policy", "dispatch"),
)
TERRITORY_FIELDS = ("display_name", "parent")
_MAPS = ("attributes", "capacity")
"""Fields whose entries a mask may name, behind a dot."""

Value = TypeVar("Value")


def masked(paths: Sequence[str], allowed: Collection[str], message: Any, mask: str = "update_mask") -> frozenset[str]:
    """Return which fields a request means to change: the masked ones; without a mask, those that are set.

    Parameters
    ----------
    mask
        The mask's field.

    Raises
    ------
    InvalidInput
        If the mask names a field that there is not.
    """
    if not paths:
        return frozenset(descriptor.name for descriptor, _ in message.ListFields()) & frozenset(allowed)
    if list(paths) == ["*"]:
        return frozenset(allowed)
    for path in paths:
        field, _, entry = path.partition(".")
        if path not in allowed and not (entry and field in allowed and field in _MAPS):
            raise InvalidInput.of(mask, f"{shown(path)}: must be of {', '.join(allowed)}, or *")
        if entry and field == "capacity":
            check_kind_name(entry, mask)
    return frozenset(paths)


def rep(
    message: workforce.Rep, rep_id: str, present: Rep | None, paths: Collection[str], tenant: str, at: str = "rep"
) -> Rep:
    """Read a rep: the fields in ``paths`` from the message, the others from the present one.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says.
    """
    before = present or Rep(rep_id)
    return Rep(
        id=rep_id,
        display_name=display_name(message, at) if "display_name" in paths else before.display_name,
        attributes=_few(_entries("attributes", before.attributes, lambda: _attributes(message, at), paths), at),
        active=(message.active or not message.HasField("active")) if "active" in paths else before.active,
        capacity=_entries("capacity", before.capacity, lambda: _capacity(message, at), paths),
        calendar=calendar_named(message, tenant, at) if "calendar" in paths else before.calendar,
        manager=_manager(message, tenant, at) if "manager" in paths else before.manager,
        channels=_channels(message, tenant, at) if "channels" in paths else before.channels,
        caps=caps(message.caps, f"{at}.caps") if "caps" in paths else before.caps,
    )


def calendar_named(message: Any, tenant: str, at: str) -> str:
    """Read which calendar a record names; empty: none."""
    return message.calendar and fields.reference(message.calendar, "calendars", tenant, f"{at}.calendar")


def calendar_name(tenant: str, calendar: str) -> str:
    """Write which calendar a record names."""
    return calendar and f"tenants/{tenant}/calendars/{calendar}"


def _manager(message: workforce.Rep, tenant: str, at: str) -> str:
    return message.manager and fields.reference(message.manager, "reps", tenant, f"{at}.manager")


def _entries(
    of: str, before: Mapping[str, Value], given: Callable[[], Mapping[str, Value]], paths: Collection[str]
) -> Mapping[str, Value]:
    """Take a map's entries that ``paths`` name from what is given, the others from before."""
    if of in paths:
        return given()
    named = _named(of, frozenset(paths))
    if not named:
        return before
    kept = {name: value for name, value in before.items() if name not in named}
    return kept | {name: value for name, value in given().items() if name in named}


@lru_cache(8)  # thousands of records come with one mask
def _named(of: str, paths: frozenset[str]) -> frozenset[str]:
    """Return the entries of a map that a mask names."""
    prefix = f"{of}."
    return frozenset(path.removeprefix(prefix) for path in paths if path.startswith(prefix))


def _few(attributes: Mapping[str, FactValue], at: str) -> Mapping[str, FactValue]:
    if len(attributes) > MAX_ATTRIBUTES:
        raise InvalidInput.of(f"{at}.attributes", f"{len(attributes)} attributes: at most {MAX_ATTRIBUTES}")
    return attributes


def rep_message(tenant: str, saved: Saved) -> workforce.Rep:
    """Write a rep."""
    record = saved.record
    assert isinstance(record, Rep)
    return workforce.Rep(
        name=f"tenants/{tenant}/reps/{record.id}",
        display_name=record.display_name,
        attributes=struct(record.attributes),
        active=record.active,
        capacity=dict(record.capacity),
        etag=saved.etag,
        calendar=calendar_name(tenant, record.calendar),
        manager=record.manager and f"tenants/{tenant}/reps/{record.manager}",
        channels=[f"tenants/{tenant}/channels/{channel}" for channel in record.channels],
        caps=map(cap_message, record.caps),
    )


def pool(
    message: workforce.Pool, pool_id: str, present: Pool | None, paths: Collection[str], tenant: str, at: str = "pool"
) -> Pool:
    """Read a pool, as ``rep`` reads a rep."""
    before = present or Pool(pool_id)
    band = round(fields.finite(message.band, 0, MAX_BAND, f"{at}.band") * MICROS)
    return Pool(
        id=pool_id,
        members=_members(message, tenant, at) if "members" in paths else before.members,
        display_name=display_name(message, at) if "display_name" in paths else before.display_name,
        band=band if "band" in paths else before.band,
        value_weighted=message.value_weighted if "value_weighted" in paths else before.value_weighted,
        calendar=calendar_named(message, tenant, at) if "calendar" in paths else before.calendar,
        leave_buffer_ms=_leave_buffer(message, at) if "leave_buffer_duration" in paths else before.leave_buffer_ms,
        managers=_managers(message, tenant, at) if "managers" in paths else before.managers,
        caps=caps(message.caps, f"{at}.caps") if "caps" in paths else before.caps,
        absence_policy=absence_policy(message, at) if "absence_policy" in paths else before.absence_policy,
        dispatch=dispatch_of(message, at) if "dispatch" in paths else before.dispatch,
    )


def pool_message(tenant: str, saved: Saved) -> workforce.Pool:
    """Write a pool."""
    record = saved.record
    assert isinstance(record, Pool)
    prefix = f"tenants/{tenant}"
    return workforce.Pool(
        name=f"{prefix}/pools/{record.id}",
        display_name=record.display_name,
        members=[
            workforce.PoolMember(
                rep=f"{prefix}/reps/{member.rep}", weight=member.weight / MILLIS, weight_steps=_step_messages(member)
            )
            for member in record.members
        ],
        band=record.band / MICROS,
        value_weighted=record.value_weighted,
        absence_policy=absence_policy_message(record.absence_policy),
        dispatch=dispatch_message(record.dispatch),
        etag=saved.etag,
        calendar=calendar_name(tenant, record.calendar),
        leave_buffer_duration=_duration(record.leave_buffer_ms),
        managers=[f"{prefix}/reps/{manager}" for manager in record.managers],
        caps=map(cap_message, record.caps),
    )


def _step_messages(member: Member) -> list[workforce.WeightStep]:
    return [
        workforce.WeightStep(start_time=fields.timestamp(step.from_ms * 1000), weight=step.weight / MILLIS)
        for step in member.ramp
    ]


def _duration(milliseconds: int) -> Duration | None:
    if not milliseconds:
        return None
    duration = Duration()
    duration.FromMilliseconds(milliseconds)
    return duration


def territory(
    message: workforce.Territory, territory_id: str, present: Territory | None, paths: Collection[str], tenant: str,
    at: str = "territory",
) -> Territory:  # fmt: skip
    """Read a territory, as ``rep`` reads a rep."""
    before = present or Territory(territory_id)
    parent = message.parent and fields.reference(message.parent, "territories", tenant, f"{at}.parent")
    return Territory(
        id=territory_id,
        parent=parent if "parent" in paths else before.parent,
        display_name=display_name(message, at) if "display_name" in paths else before.display_name,
    )


def territory_message(tenant: str, saved: Saved) -> workforce.Territory:
    """Write a territory."""
    record = saved.record
    assert isinstance(record, Territory)
    prefix = f"tenants/{tenant}/territories"
    return workforce.Territory(
        name=f"{prefix}/{record.id}",
        display_name=record.display_name,
        parent=f"{prefix}/{record.parent}" if record.parent else "",
        etag=saved.etag,
    )


def display_name(message: Any, at: str) -> str:
    """Read how to call a record."""
    return fields.text(message.display_name, MAX_DISPLAY_NAME, f"{at}.display_name")


def _capacity(message: workforce.Rep, at: str) -> dict[str, int]:
    capacity = {}
    for name, units in message.capacity.items():
        kind = check_kind_name(name, f"{at}.capacity")
        if not 0 <= units <= MAX_CAPACITY:
            raise InvalidInput.of(f"{at}.capacity.{kind}", f"{units}: must be 0 to {MAX_CAPACITY}")
        capacity[str(kind)] = units
    return capacity


def _members(message: workforce.Pool, tenant: str, at: str) -> tuple[Member, ...]:
    members = []
    for place, member in enumerate(message.members):
        weight = member_weight(member.weight if member.HasField("weight") else 1.0, f"{at}.members[{place}].weight")
        rep_id = fields.reference(member.rep, "reps", tenant, f"{at}.members[{place}].rep")
        members.append(Member(rep_id, weight, _weight_steps(member, f"{at}.members[{place}].weight_steps")))
    return tuple(members)


def _weight_steps(message: workforce.PoolMember, at: str) -> tuple[WeightStep, ...]:
    if len(message.weight_steps) > MAX_WEIGHT_STEPS:
        raise InvalidInput.of(at, f"{len(message.weight_steps)} steps: at most {MAX_WEIGHT_STEPS}")
    steps: list[WeightStep] = []
    for place, step in enumerate(message.weight_steps):
        from_ms = instant_ms(step, "start_time", f"{at}[{place}]")
        if steps and from_ms <= steps[-1].from_ms:
            fault = f"{step.start_time.ToJsonString()}: must be after the step before"
            raise InvalidInput.of(f"{at}[{place}].start_time", fault)
        steps.append(WeightStep(from_ms, member_weight(step.weight, f"{at}[{place}].weight")))
    return tuple(steps)


def instant_ms(message: Any, field: str, at: str) -> int:
    """Read an instant that must be given, in milliseconds since 1970.

    Raises
    ------
    InvalidInput
        If it is absent, or outside the years that dates can say.
    """
    path = f"{at}.{field}" if at else field
    if not message.HasField(field):
        raise InvalidInput.of(path, "is absent: must be an instant, such as 2026-10-10T09:00:00+08:00")
    stamp = getattr(message, field)
    fields.instant(stamp, path)
    milliseconds: int = stamp.ToMilliseconds()
    return milliseconds


def _leave_buffer(message: workforce.Pool, at: str) -> int:
    duration = message.leave_buffer_duration
    seconds = duration.seconds + duration.nanos / 1e9
    return round(fields.finite(seconds, 0, MAX_LEAVE_BUFFER_S, f"{at}.leave_buffer_duration") * 1000)


def _managers(message: workforce.Pool, tenant: str, at: str) -> tuple[str, ...]:
    if len(message.managers) > MAX_MANAGERS:
        raise InvalidInput.of(f"{at}.managers", f"{len(message.managers)} managers: at most {MAX_MANAGERS}")
    return _each_once(message.managers, "reps", tenant, f"{at}.managers")


def _channels(message: workforce.Rep, tenant: str, at: str) -> tuple[str, ...]:
    if len(message.channels) > MAX_CHANNELS:
        raise InvalidInput.of(f"{at}.channels", f"{len(message.channels)} channels: at most {MAX_CHANNELS}")
    channels = _each_once(message.channels, "channels", tenant, f"{at}.channels")
    for place, channel in enumerate(channels):  # nobody looks whether it exists
        if fault := check_id(channel):
            raise InvalidInput.of(f"{at}.channels[{place}]", fault)
    return channels


def _each_once(names: Iterable[str], collection: str, tenant: str, at: str) -> tuple[str, ...]:
    """Read the ids of what is named, in order."""
    ids: list[str] = []
    for place, name in enumerate(names):
        named = fields.reference(name, collection, tenant, f"{at}[{place}]")
        if named in ids:
            raise InvalidInput.of(f"{at}[{place}]", f"{shown(name)} stands here twice")
        ids.append(named)
    return tuple(ids)


def member_weight(weight: float, field: str) -> int:
    """Read a rep's weight in a pool into thousandths.

    Raises
    ------
    InvalidInput
        If it is too small or too large.
    """
    thousandths = round(fields.finite(weight, 0, MAX_WEIGHT, field) * MILLIS)
    if not thousandths:
        fault = f"{weight:,.15g}: must be 0.001 to {MAX_WEIGHT}; deactivate a rep who is to get nothing"
        raise InvalidInput.of(field, fault)
    return thousandths


def _attributes(message: workforce.Rep, at: str) -> dict[str, FactValue]:
    attributes: dict[str, FactValue] = {}
    violations = []
    values = plain(message.attributes)
    for name, value in values.items():
        read = _attribute(value)
        if read is None or not name or len(name) > MAX_STRING:
            allowed = (
                f"must be text of up to {MAX_STRING} characters, a finite number below {MAX_NUMBER:,.0f}, "
                f"true or false, or a list of up to {MAX_LIST} texts"
            )
            violations.append(Violation(f"{at}.attributes.{name[:80]}", f"{shown(value)}: {allowed}"))
        else:
            attributes[name] = read
    if violations:
        raise InvalidInput(violations)
    return attributes


def _attribute(value: Any) -> FactValue | None:
    """Return a valid value, None otherwise; numbers to the precision that rules compare with."""
    match value:
        case bool():
            return value
        case float() if abs(value) < MAX_NUMBER:  # neither NaN nor infinite
            return round(value, DECIMALS)
        case str() if len(value) <= MAX_STRING:
            return value
        case list() if len(value) <= MAX_LIST and all(isinstance(v, str) and len(v) <= MAX_STRING for v in value):
            return tuple(value)
    return None
