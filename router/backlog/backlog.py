"""What waits, grouped by who could take it, so that a change wakes exactly the work items it could help. Pure.

Work items that the same reps with the same limits could take form a group. A group has *tries*: how many of its
members may be tried now. Trying spends one; finding nobody spends all, for whoever could take the one could take the
others. But one that was offered, and is not told yet that nobody is left, is a group of its own until it is. A freed
unit of capacity gives one chance to each group the rep belongs to, and one who is back all tries; new rules or another
workforce give all tries to those who can now be taken by somebody who could not take them before. Where somebody has
refused, one who is gone gives all tries too: it may be time to ask those again who are left. What a pool's caps as a
whole count no more gives one chance to each group that they hold back, whoever had it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import zip_longest

from router.assignment.roster import UNLIMITED, Candidates
from router.model.caps import HELD, Cap, CapScope
from router.model.dispatch import Dispatch
from router.model.workitem import Kind

Takers = tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]
"""Per attempt the reps who could take it and their limits."""

Caps = tuple[tuple[str, Cap, tuple[int, ...]], ...]
"""Caps that may keep it from them: of which pool, and of which candidates."""

_Key = tuple[Kind, Takers, int, Caps, tuple[Dispatch, ...], tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A work item that waits; ``first`` numbers its first event: the smaller, the older.

    ``value`` is what it counts under caps of value, 0 where there are none: a smaller one may find somebody where it
    finds nobody. Under ``caps`` of what is open whatever is closed may free somebody. ``dispatch`` says how each of its
    attempts hands out work. It ``is_told`` that it waits by its last decision, unless that offered it.
    """

    first: int
    item_id: str
    kind: Kind
    takers: Takers
    priority: int = 0
    value: int = 0
    caps: Caps = ()
    dispatch: tuple[Dispatch, ...] = ()
    refused: tuple[str, ...] = ()
    is_told: bool = True

    @property
    def key(self) -> _Key:
        """What those of one group have in common."""
        alone = "" if self.is_told else self.item_id
        return self.kind, self.takers, self.value, self.caps, self.dispatch, self.refused, alone

    @property
    def turn(self) -> tuple[int, int]:
        """Who has the smaller one is first: by priority, then age."""
        return -self.priority, self.first


@dataclass
class _Group:
    reps: frozenset[str]
    is_capped: bool
    shares: frozenset[str]
    """Pools whose caps of a window, which all of a pool share, may keep it from them."""
    tries: float = 0
    queue: list[tuple[tuple[int, int], str]] = field(default_factory=list)


class Backlog:
    """The work items of one tenant that wait."""

    def __init__(self) -> None:
        self._groups: dict[_Key, _Group] = {}
        self._places: dict[str, Waiting] = {}

    def __len__(self) -> int:
        return len(self._places)

    def enter(self, waiting: Waiting, *, tries: float = 0) -> None:
        """Let a work item wait, or go on waiting as it stands now.

        Parameters
        ----------
        tries
            What a newcomer's group has at least; one who was there has all tries if the new takers help, or are others
            and somebody refused, and else those that their group had. Who is to be told has one in any case.
        """
        before = self._places.get(waiting.item_id)
        if before is not None and before.key == waiting.key:
            return
        if before is not None:
            differs = waiting.refused and before.takers != waiting.takers  # those who are left may be asked again
            others = helps(before.takers, waiting.takers) or before.key[2:-1] != waiting.key[2:-1]
            tries = math.inf if others or differs else self._tries(before.key)
        self._places[waiting.item_id] = waiting
        self._queue(waiting, tries if waiting.is_told else max(tries, 1))

    def _tries(self, key: _Key) -> float:
        group = self._groups.get(key)
        return group.tries if group else 0

    def _queue(self, waiting: Waiting, tries: float) -> None:
        group = self._groups.get(waiting.key)
        if group is None:
            is_capped = any(cap.measure in HELD for _, cap, _ in waiting.caps)
            shares = frozenset(
                pool for pool, cap, _ in waiting.caps if cap.scope is CapScope.POOL and cap.measure not in HELD
            )
            group = _Group(frozenset(rep for reps, _ in waiting.takers for rep in reps), is_capped, shares)
            self._groups[waiting.key] = group
        group.tries = max(group.tries, tries)
        heappush(group.queue, (waiting.turn, waiting.item_id))

    def leave(self, item_id: str) -> None:
        """Let a work item go."""
        self._places.pop(item_id, None)

    def freed(self, rep: str, kind: Kind, *, uncounted: str = "") -> None:
        """Give a chance to every group that a rep belongs to who now has a unit of capacity more, or that is capped.

        Parameters
        ----------
        uncounted
            The pool under whose caps of a window it counts no more, as if it had never been given; empty: it does. All
            of the pool share some of these: then others have room too, though the rep be off duty and in no group. Its
            value may be that of any number of others: where value is capped, they have all tries.
        """
        for (of_kind, _, value, *_), group in self._groups.items():
            if group.is_capped or uncounted in group.shares or (of_kind is kind and rep in group.reps):
                group.tries += math.inf if uncounted and value else 1

    def answered(self, rep: str) -> None:
        """Give a chance to every group that a rep belongs to who may be offered one work item more, of any kind."""
        for group in self._groups.values():
            group.tries += rep in group.reps

    def unspent(self, item_id: str) -> None:
        """Let a work item go that took nobody's room, for many are offered it: whoever is next has its chance."""
        waiting = self._places.pop(item_id, None)
        group = self._groups.get(waiting.key) if waiting else None
        if group is not None:
            group.tries += 1

    def worked(self) -> None:
        """Give a chance to every group that is capped: one work item less is left untouched."""
        for group in self._groups.values():
            group.tries += group.is_capped

    def woken(self, item_id: str) -> None:
        """Give a chance to the group of a work item that may be taken from now on; whoever is first in it has it."""
        waiting = self._places.get(item_id)
        if waiting is not None:
            self._groups[waiting.key].tries += 1

    def came_back(self, rep: str) -> None:
        """Give all tries to every group that a rep belongs to who was away, for how many they take nobody knows."""
        for group in self._groups.values():
            if rep in group.reps:
                group.tries = math.inf

    def gone(self, rep: str) -> None:
        """Give all tries to every group that a rep belongs to who is away now, where somebody has refused: if all
        who are left have, those may be asked again.
        """
        for (*_, refused, _), group in self._groups.items():
            if refused and rep in group.reps:
                group.tries = math.inf

    def due(self, most: int) -> list[str]:
        """Take out the first who have a chance; each must then be ``refused``, put back for ``again``, or leave."""
        heads = [(group.queue[0], place, key) for place, (key, group) in enumerate(self._groups.items())
                 if self._has_chance(key)]  # fmt: skip
        heapify(heads)
        taken: dict[str, None] = {}
        while heads and len(taken) < most:
            (_, item_id), place, key = heappop(heads)
            group = self._groups[key]
            heappop(group.queue)
            if item_id not in taken:
                taken[item_id] = None
                group.tries -= 1
            if self._has_chance(key):
                heappush(heads, (group.queue[0], place, key))
        self._groups = {key: group for key, group in self._groups.items() if group.queue}
        return list(taken)

    def _has_chance(self, key: _Key) -> bool:
        """Say whether somebody of a group may be tried; drops those at its head who left, or moved to another."""
        group = self._groups[key]
        while group.queue:
            waiting = self._places.get(group.queue[0][1])
            if waiting is not None and waiting.key == key:
                return group.tries > 0
            heappop(group.queue)
        return False

    def refused(self, item_ids: Iterable[str]) -> None:
        """Put back those for whom there was nobody: their groups' tries are spent."""
        for waiting in self._waiting(item_ids):
            self._queue(waiting, 0)
            self._groups[waiting.key].tries = 0

    def again(self, item_ids: Iterable[str]) -> None:
        """Put back those who could not be tried after all, each with the chance it had."""
        for waiting in self._waiting(item_ids):
            self._queue(waiting, 0)
            self._groups[waiting.key].tries += 1

    def _waiting(self, item_ids: Iterable[str]) -> list[Waiting]:
        return [self._places[item_id] for item_id in item_ids if item_id in self._places]


def takers_of(attempts: Sequence[Candidates]) -> Takers:
    """Return who could take a work item, attempt by attempt."""
    return tuple([(candidates.reps, candidates.limits) for candidates in attempts])


def helps(before: Takers, after: Takers) -> bool:
    """Say whether somebody may take now who could not before, or has more room: attempt by attempt, for the caps of one
    pool may keep it from whom another gives it to.

    Examples
    --------
    >>> helps(((("ann", "bo"), (3, 3)),), ((("ann",), (3,)),))
    False
    >>> helps(((("ann",), (3,)),), ((("ann",), (4,)),))
    True
    >>> helps((((), ()), (("ann",), (3,))), ((("ann",), (3,)), (("ann",), (3,))))
    True
    """
    return any(
        _helps(dict(zip(*there, strict=True)), dict(zip(*here, strict=True)))
        for there, here in zip_longest(before, after, fillvalue=((), ()))
    )


def _helps(room: Mapping[str, int], after: Mapping[str, int]) -> bool:
    return any(rep not in room or _is_wider(limit, room[rep]) for rep, limit in after.items())


def _is_wider(limit: int, before: int) -> bool:
    return before != UNLIMITED and (limit == UNLIMITED or limit > before)
