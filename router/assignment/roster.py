"""The workforce at one revision, indexed so that a rep outside the candidate set costs nothing.

Each value of each attribute has a bitmap of the reps who have it (a Python integer, one bit per rep); a requirement
is a lookup, a combination of requirements an ``&``. What a requirement *means* is written down once, in
``router.rules.requirements``; a property test holds the index to it. Immutable: a change of the workforce makes a
new roster.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from hashlib import blake2b
from operator import and_, or_
from typing import Any

from packing import pack, pack_for_lua
from router.assignment.availability import Attendance, Availability, bits, overlap
from router.assignment.caps import AppliedCap, boundaries
from router.assignment.recusal import RepNames
from router.assignment.workforce_caps import WorkforceCaps
from router.model.caps import HELD
from router.model.dispatch import PUSH, Dispatch, DispatchMode
from router.model.workforce import Member, Pool, Territories, WorkforceRecords
from router.model.workitem import Kind
from router.rules.requirements import meets
from router.rules.route import Requirement
from router.workforce.covers import Substitutes
from router.workforce.open_hours import OpenHours, Span
from rules.fields import FactValue
from rules.normal_form import NOTHING, Ignored, normal_value

UNLIMITED = -1
_MEASURE, _OWNERS, _KINDS = 3, 8, 9
"""Places in the packed form of a cap: what it measures, those who have it, and the kinds that count."""
_MEMO_ENTRIES = 20_000


@dataclass(frozen=True, slots=True)
class ResolvedRequirement:
    """A requirement beside what it asks for in one work item; ``widened`` counts the levels of territory let in, and
    ``ignored`` is what does not count in the field that it asks by.
    """

    requirement: Requirement
    wanted: FactValue | None
    widened: int = 0
    ignored: Ignored = NOTHING


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who passed the filter in one pool, as the store needs it.

    ``pool`` is empty for a rep named by a fallback: no ledger is charged. ``limits`` caps open units (-1:
    unlimited), ``members`` counts the pool, ``packed`` is the wire form and ``digest`` identifies it.

    ``outside_hours`` and ``on_leave`` would have passed, were they there. ``caps`` are those of pool and reps that
    count the kind of work. All of it holds within ``interval``; None: whenever it is. ``share`` is how many of the
    pool's last decisions somebody with a credit may have; 0: nobody is credited. ``dispatch`` says how the pool hands
    out its work.
    """

    pool: str
    band: int
    members: int
    reps: tuple[str, ...]
    weights: tuple[int, ...]
    limits: tuple[int, ...]
    scores: tuple[int, ...]
    packed: bytes
    digest: str
    outside_hours: tuple[str, ...] = ()
    on_leave: tuple[str, ...] = ()
    interval: Span | None = None
    caps: tuple[AppliedCap, ...] = ()
    share: int = 0
    dispatch: Dispatch = PUSH

    def stands_at(self, at_ms: int) -> bool:
        """Say whether it holds at an instant, in milliseconds since 1970."""
        return self.interval is None or self.interval[0] <= at_ms < self.interval[1]


class Roster:
    """The workforce at one revision, 0 when nobody was ever entered."""

    def __init__(self, records: WorkforceRecords) -> None:
        self.records = records
        self.revision = records.revision
        self.reps = reps = records.reps
        self.pools = pools = records.pools
        self.territories = Territories(records.territories)
        self._ids = sorted(reps)
        self._position = {rep: position for position, rep in enumerate(self._ids)}
        self._everyone = (1 << len(self._ids)) - 1
        self.availability = Availability(records, self._position)
        self.covers = Substitutes(records)
        self._active = self._mask(rep.id for rep in reps.values() if rep.active)
        self._holders: dict[Ignored, dict[str, dict[str, int]]] = {}
        self._members = {pool.id: self._mask(member.rep for member in pool.members) for pool in pools.values()}
        self._weights = {pool.id: {member.rep: member.weight for member in pool.members} for pool in pools.values()}
        self._memo: dict[tuple[ResolvedRequirement, type], int] = {}
        self._caps = WorkforceCaps(records)

    def hours(self, rep: str, pool_id: str) -> OpenHours | None:
        """Return by whose hours a rep of a pool works, None: at any time; where the rep is empty, or is not there, by
        its pool's hours, else the tenant's.
        """
        pool = self.pools.get(pool_id)
        return self.availability.hours_of(rep, pool) if rep in self.reps else self.availability.shared_hours(pool)

    def candidates(
        self,
        pool_id: str,
        kind: Kind,
        resolved: Sequence[ResolvedRequirement],
        preferences: Sequence[tuple[ResolvedRequirement, int]] = (),
        *,
        at_ms: int,
        counts_hours: bool = True,
        without: frozenset[str] = frozenset(),
        including: str = "",
    ) -> Candidates:
        """Filter a pool: active members who are there and meet every resolved, in the order of their ids.

        Parameters
        ----------
        resolved, preferences
            What must be met, and what scores how many points.
        at_ms
            When, in milliseconds since 1970.
        counts_hours
            Whether hours count; leave does in any case.
        without
            Who is left out: reps who had the work item before, or are recused.
        including
            A rep a person named: belongs to it in any case, if a member who is not left out.
        """
        members = self._members.get(pool_id, 0)
        mask = reduce(and_, map(self._meeting, resolved), members & self._active) & ~self._mask(without)
        named = members & self._mask([including] if including not in ("", *without) else [])
        pool = self.pools.get(pool_id)
        attendance = self.availability.at(pool, mask & ~named, at_ms, counts_hours=counts_hours)
        return self._collect(pool, kind, attendance._replace(there=attendance.there | named), preferences, at_ms)

    @cached_property
    def names(self) -> RepNames:
        """How its reps are called."""
        return RepNames(self.reps)

    @property
    def has_caps(self) -> bool:
        """Whether anybody, or any pool, has a cap."""
        return self._caps.are_there

    def caps_of(self, pool_id: str, rep_id: str, kind: Kind, at_ms: int) -> tuple[AppliedCap, ...]:
        """Return the caps under which counts what a rep is given at an instant, in a pool or outside any."""
        return self._caps.among(self.pools.get(pool_id), [rep_id], kind, at_ms)

    def is_member(self, rep_id: str, pool_id: str) -> bool:
        """Say whether a rep belongs to a pool."""
        return rep_id in self._weights.get(pool_id, ())

    def members_at(self, pool: Pool, at_ms: int) -> tuple[Member, ...]:
        """Return the members of a pool with the weights that they have at an instant, in the pool's order."""
        ramped, _ = self.availability.weights(pool, self._members[pool.id], at_ms)
        return tuple(Member(member.rep, ramped.get(member.rep, member.weight)) for member in pool.members)

    def alone(
        self,
        rep_id: str,
        kind: Kind,
        *,
        at_ms: int,
        counts_hours: bool = True,
        needs_them_there: bool = True,
        without: frozenset[str] = frozenset(),
    ) -> Candidates:
        """Return one named rep as the only candidate, outside any pool; nobody if unknown, inactive or left out.

        Parameters
        ----------
        at_ms, counts_hours
            As for ``candidates``.
        needs_them_there
            Whether they have to be there then at all.
        """
        mask = self._mask([rep_id]) & self._active & ~self._mask(without)
        if not needs_them_there:
            return self._collect(None, kind, Attendance(mask), (), at_ms)
        attendance = self.availability.at(None, mask, at_ms, counts_hours=counts_hours)
        return self._collect(None, kind, attendance, (), at_ms)

    def apart(self, rep_id: str, pool_id: str, kind: Kind, at_ms: int) -> Candidates:
        """Return a rep as the taker of what enters a pool's ledger apart; nobody if unknown or inactive.

        They need not be there, and have it whatever their capacity and caps: it is theirs already, or was. So it counts
        as open, and under caps of what is held, but under no cap of what is given in a window.

        Parameters
        ----------
        pool_id
            The pool; empty: none.
        """
        reps = self._reps_of(self._mask([rep_id]) & self._active)
        pool, count = self.pools.get(pool_id), len(reps)
        caps = tuple(cap for cap in self._caps.among(pool, reps, kind, at_ms) if cap.cap.measure in HELD)
        return self._made(pool, reps, (1,) * count, (UNLIMITED,) * count, (0,) * count, caps, 0)

    def accepting(self, rep_id: str, pool_id: str, kind: Kind, at_ms: int) -> Candidates:
        """Return a rep as who accepts what many of a pool were offered; nobody if unknown or inactive.

        They need not be there, nor be what the rules ask for by now: they were, when it was offered. What they have
        room for is asked as it is now.

        Parameters
        ----------
        pool_id
            The pool, of which they may be no member by now.
        """
        reps, pool = self._reps_of(self._mask([rep_id]) & self._active), self.pools.get(pool_id)
        limits = tuple(self.reps[rep].capacity.get(kind, UNLIMITED) for rep in reps)
        share = pool.absence_policy.share if pool and pool.absence_policy else 0
        caps, ones = self._caps.among(pool, reps, kind, at_ms), (1,) * len(reps)
        made = self._made(pool, reps, ones, limits, (0,) * len(reps), caps, share)
        return replace(made, interval=boundaries(caps))

    def _collect(
        self,
        pool: Pool | None,
        kind: Kind,
        attendance: Attendance,
        preferences: Sequence[tuple[ResolvedRequirement, int]],
        at_ms: int,
    ) -> Candidates:
        reps = self._reps_of(attendance.there)
        weights, ramp = self._weights_at(pool, attendance.there, reps, at_ms)
        limits = tuple(self.reps[rep].capacity.get(kind, UNLIMITED) for rep in reps)
        masks = [(self._meeting(resolved), score) for resolved, score in preferences]
        scores = tuple(sum(score for holders, score in masks if holders >> self._position[rep] & 1) for rep in reps)
        caps = self._caps.among(pool, reps, kind, at_ms)
        share = pool.absence_policy.share if pool and pool.absence_policy else 0
        dispatch = pool.handing_out if pool else PUSH
        candidates = self._made(pool, reps, weights, limits, scores, caps, share, dispatch)
        return replace(
            candidates,
            outside_hours=self._reps_of(attendance.outside_hours),
            on_leave=self._reps_of(attendance.on_leave),
            interval=overlap(overlap(attendance.interval, ramp), boundaries(caps)),
        )

    def _made(
        self,
        pool: Pool | None,
        reps: tuple[str, ...],
        weights: tuple[int, ...],
        limits: tuple[int, ...],
        scores: tuple[int, ...],
        caps: tuple[AppliedCap, ...],
        share: int,
        dispatch: Dispatch = PUSH,
    ) -> Candidates:
        """Put candidates into the form that the store needs."""
        pool_id, band, members = (pool.id, pool.band, len(pool.members)) if pool else ("", 0, 0)
        content = [pool_id, band, members, reps, weights, _unless_all(limits, UNLIMITED), _unless_all(scores, 0)]
        optional = _optional([cap.packed() for cap in caps], share, dispatch)
        identified = _optional([cap.identified() for cap in caps], share, dispatch)
        digest = blake2b(pack([*content, *identified]), digest_size=16).hexdigest()
        packed = pack_for_lua([*content, digest, *_sent(optional, len(reps))])
        return Candidates(
            pool_id, band, members, reps, weights, limits, scores, packed, digest, caps=caps, share=share,
            dispatch=dispatch,
        )  # fmt: skip

    def _weights_at(
        self, pool: Pool | None, mask: int, reps: Sequence[str], at_ms: int
    ) -> tuple[tuple[int, ...], Span | None]:
        if pool is None:
            return (1,) * len(reps), None
        usual = self._weights[pool.id]
        ramped, interval = self.availability.weights(pool, mask, at_ms)
        return tuple([ramped.get(rep) or usual[rep] for rep in reps]), interval

    def _reps_of(self, mask: int) -> tuple[str, ...]:
        return tuple([self._ids[position] for position in bits(mask)])

    def _meeting(self, resolved: ResolvedRequirement) -> int:
        """Return the bitmap of the reps who meet a resolved requirement."""
        key = resolved, type(resolved.wanted)  # with its type, because True == 1
        meeting = self._memo.get(key)
        if meeting is None:
            if len(self._memo) >= _MEMO_ENTRIES:
                self._memo.clear()
            meeting = self._memo[key] = self._look_up(resolved)
        return meeting

    def _look_up(self, resolved: ResolvedRequirement) -> int:
        requirement, wanted = resolved.requirement, resolved.wanted
        if wanted is None:
            return self._everyone
        holders = self._holders_of(requirement.rep, resolved.ignored)
        match requirement.op:
            case "covers":
                regions = self.territories.ignoring(resolved.ignored).admitting(str(wanted), resolved.widened)
                return reduce(or_, (holders.get(region, 0) for region in regions), 0)
            case "has" | "has_any" if isinstance(wanted, str | tuple):
                return reduce(or_, (holders.get(value, 0) for value in _listed(wanted)), 0)
            case "has_all" if wanted and isinstance(wanted, str | tuple):
                return reduce(and_, (holders.get(value, 0) for value in _listed(wanted)), self._everyone)
            case _:
                fact = {requirement.item: wanted} if requirement.item else {}
                tree, ignored = self.territories, resolved.ignored
                meeting = (rep for rep in self.reps.values() if meets(requirement, rep, fact, tree, ignored=ignored))
                return self._mask(rep.id for rep in meeting)

    def _holders_of(self, attribute: str, ignored: Ignored) -> dict[str, int]:
        if ignored not in self._holders:
            self._holders[ignored] = self._index(ignored)
        return self._holders[ignored].get(attribute, {})

    def _index(self, ignored: Ignored) -> dict[str, dict[str, int]]:
        """Map attribute → text, in normal form → bitmap of who has it."""
        holders: dict[str, dict[str, list[str]]] = {}
        for rep in self.reps.values():
            for attribute, raw in rep.attributes.items():
                value = normal_value(raw, ignored)
                for text in _listed(value) if isinstance(value, str | tuple) else ():
                    holders.setdefault(attribute, {}).setdefault(text, []).append(rep.id)
        return {
            attribute: {text: self._mask(reps) for text, reps in by_text.items()}
            for attribute, by_text in holders.items()
        }

    def _mask(self, reps: Iterable[str]) -> int:
        bits = bytearray(len(self._ids) // 8 + 1)
        for rep in reps:
            position = self._position.get(rep)
            if position is not None:
                bits[position >> 3] |= 1 << (position & 7)
        return int.from_bytes(bits, "little")


def _listed(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


_MODES = {DispatchMode.OFFER: 1, DispatchMode.BROADCAST: 2}
"""As ``scripts/ledger.lua`` numbers them."""


def _optional(caps: list[list[Any]], share: int, dispatch: Dispatch) -> list[Any]:
    """Return the last places of a packed set: caps, behind them a share, and behind that how what is not pushed is
    offered: none without any, as it was before.
    """
    if dispatch.offers:
        band = -1 if dispatch.broadcast_band is None else dispatch.broadcast_band
        terms = [dispatch.offers_open, dispatch.timeout_ms, dispatch.clock, dispatch.lapses_until_away, band]
        return [caps, share, [_MODES[dispatch.mode], *terms]]
    return [caps, share] if share else [caps] if caps else []


def _sent(optional: list[Any], n_reps: int) -> list[Any]:
    """Return the last places as the store takes them: the caps packed apart, for many sets have the same.

    A cap that all candidates have says of nobody that they have it, and one that counts what was given no kinds.
    """
    if not optional:
        return []
    caps = [
        [
            *cap[:_OWNERS],
            cap[_OWNERS] if len(cap[_OWNERS]) < n_reps else (),
            cap[_KINDS] if cap[_MEASURE] in HELD else (),
        ]
        for cap in optional[0]
    ]
    return [pack(caps) if caps else b"", *optional[1:]]


def _unless_all(values: tuple[int, ...], usual: int) -> tuple[int, ...]:
    """Return nothing where all are as usual: the store then need not look."""
    return () if all(value == usual for value in values) else values
