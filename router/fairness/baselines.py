"""What other routers do, for comparison: four ways to choose the next rep, run on the same arrivals. Pure.

They see what the ledger saw: for each work item the reps who could have had it. What differs is whom they choose,
and so how far each rep ends from what they were entitled to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Arrival:
    """One work item: what each eligible rep became entitled to, in lead units; together that is its charge."""

    entitled: Mapping[str, float]

    @property
    def charge(self) -> float:
        """What the chosen rep receives, in lead units."""
        return sum(self.entitled.values())


class Chooser(Protocol):
    """Chooses one of the eligible and remembers what it needs for the next time."""

    def choose(self, eligible: Sequence[str]) -> str:
        """Return one of ``eligible``, which holds at least one rep."""


class PointerRoundRobin:
    """Walks along the list of members; whoever is next and eligible gets it [1]_. Knows no weights.

    References
    ----------
    .. [1] J. Nagle, "On Packet Switches with Infinite Storage", RFC 970, 1985; as scheduler ``rr`` in Linux IPVS.

    Examples
    --------
    >>> pointer = PointerRoundRobin({"a": 1, "b": 1, "c": 1})
    >>> [pointer.choose(["a", "c"]) for _ in range(3)], pointer.choose(["b", "c"])
    (['a', 'c', 'a'], 'b')
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._members = list(weights)
        self._place = {rep: place for place, rep in enumerate(self._members)}
        self._next = 0

    def choose(self, eligible: Sequence[str]) -> str:
        """Return the first eligible at or behind the pointer, and put the pointer behind them."""
        count = len(self._members)
        chosen = min(eligible, key=lambda rep: (self._place[rep] - self._next) % count)
        self._next = (self._place[chosen] + 1) % count
        return chosen


class LeastRecentlyUsed:
    """Whoever has waited longest since their last one gets it: the "longest idle agent" of call centres [1]_.

    Knows no weights.

    References
    ----------
    .. [1] M. Armony and A. R. Ward, "Fair Dynamic Routing in Large-Scale Heterogeneous-Server Systems", Operations
       Research 58, 2010.

    Examples
    --------
    >>> idle = LeastRecentlyUsed({"a": 1, "b": 1})
    >>> [idle.choose(["a", "b"]), idle.choose(["b"]), idle.choose(["a", "b"])]
    ['a', 'b', 'a']
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._last = {rep: place - len(weights) for place, rep in enumerate(weights)}
        self._time = 0

    def choose(self, eligible: Sequence[str]) -> str:
        """Return the eligible rep whose last turn lies furthest back."""
        chosen = min(eligible, key=self._last.__getitem__)
        self._last[chosen] = self._time
        self._time += 1
        return chosen


class LowestCount:
    """Whoever has received least so far, by weight, gets it: "least assigned", "load balanced" [1]_.

    Whoever could not have had much is thereby first everywhere, and overtakes all the others.

    References
    ----------
    .. [1] As scheduler ``wlc`` (weighted least connection) in Linux IPVS, here over all that was ever assigned.

    Examples
    --------
    >>> least = LowestCount({"a": 1, "b": 2})
    >>> [least.choose(["a", "b"]) for _ in range(3)]
    ['a', 'b', 'b']
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._count = dict.fromkeys(weights, 0)

    def choose(self, eligible: Sequence[str]) -> str:
        """Return the eligible rep with the least per weight."""
        chosen = min(eligible, key=lambda rep: self._count[rep] / self._weights[rep])
        self._count[chosen] += 1
        return chosen


class SmoothWeightedRoundRobin:
    """Everybody eligible gains their weight; the largest gets it and pays back what was gained [1]_.

    References
    ----------
    .. [1] nginx 1.3.1, ``ngx_http_upstream_get_peer``: M. Dounin, "Upstream: smooth weighted round-robin balancing",
       2012.

    Examples
    --------
    >>> smooth = SmoothWeightedRoundRobin({"a": 5, "b": 1, "c": 1})
    >>> "".join(smooth.choose(["a", "b", "c"]) for _ in range(7))
    'aabacaa'
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._current = dict.fromkeys(weights, 0.0)

    def choose(self, eligible: Sequence[str]) -> str:
        """Return the eligible rep with the largest current weight."""
        for rep in eligible:
            self._current[rep] += self._weights[rep]
        chosen = max(eligible, key=self._current.__getitem__)
        self._current[chosen] -= sum(self._weights[rep] for rep in eligible)
        return chosen


BASELINES: Mapping[str, Callable[[Mapping[str, float]], Chooser]] = {
    "pointer round robin": PointerRoundRobin,
    "least recently used": LeastRecentlyUsed,
    "lowest count": LowestCount,
    "smooth weighted RR": SmoothWeightedRoundRobin,
}
"""By the name under which people know them; each is made from the pool's weights by rep."""


@dataclass(frozen=True, slots=True)
class Distances:
    """How far a way of choosing took the reps from their fair share, in lead units.

    ``by_rep`` is entitled minus received at the end, ``worst`` the largest distance of any rep at any time.
    """

    by_rep: Mapping[str, float]
    worst: float


def distances(chooser: Chooser, weights: Mapping[str, float], arrivals: Iterable[Arrival]) -> Distances:
    """Let a way of choosing handle arrivals and measure each rep's distance from their fair share.

    Parameters
    ----------
    chooser
        Fresh: its state is used up.
    weights
        By rep, for all who ever compete.
    arrivals
        In their order; entitlements follow from who was eligible, so they do not depend on who was chosen.

    Examples
    --------
    >>> weights = {"a": 1, "b": 1}
    >>> shared, alone = Arrival({"a": 0.5, "b": 0.5}), Arrival({"b": 1.0})
    >>> distances(LowestCount(weights), weights, [alone, alone, shared, shared])
    Distances(by_rep={'a': -1.0, 'b': 1.0}, worst=1.0)
    """
    distance = dict.fromkeys(weights, 0.0)
    worst = 0.0
    for arrival in arrivals:
        chosen = chooser.choose(list(arrival.entitled))
        for rep, share in arrival.entitled.items():
            distance[rep] += share
        distance[chosen] -= arrival.charge
        worst = max(worst, *(abs(distance[rep]) for rep in arrival.entitled))
    return Distances(distance, worst)


def compare(weights: Mapping[str, float], arrivals: Sequence[Arrival]) -> dict[str, Distances]:
    """Let every baseline handle the same arrivals."""
    return {name: distances(make(weights), weights, arrivals) for name, make in BASELINES.items()}
