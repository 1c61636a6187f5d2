"""The fairness ledger: who is next, and how far from a fair share anybody can ever be.

A rep's *deficit* is what they were entitled to minus what they received. For each work item everybody who could have
had it becomes entitled to a share of its charge by weight; it goes to the largest deficit (or, within the pool's
*band*, to the best score); the chosen rep's deficit drops by the charge. Then, whatever the weights, absences and
territories,

    |deficit| ≤ (C + band)(n − 1)/2

for ever, C being the largest charge and n the number of members [1]_. Somebody who could not have had it is not in
the sum: no debt, no reward. Where work is offered, and a declined offer undoes its step, two more terms join C and the
band: see ``bound``.

Amounts are whole micro-units of a lead unit and the chosen rep gets what the division leaves over, so the deficits
of a pool add up to exactly 0. The division is written in floating point because the same lines run as Lua inside the
store, where there is nothing else; a property test holds the two together.

References
----------
.. [1] The carpool problem: R. Fagin and J. H. Williams, "A Fair Carpool Scheduling Algorithm", IBM J. Res. Dev. 27,
   1983; M. Ajtai, J. Aspnes, M. Naor, Y. Rabani, L. Schulman and O. Waarts, "Fairness in Scheduling", J. Algorithms
   29, 1998. Proof of the bound for arbitrary weights and bands: docs/fairness.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pick:
    """One step of the ledger; positions are those of the deficits that were passed in."""

    chosen: int
    entitlements: tuple[int, ...]
    after: tuple[int, ...]


def pick(
    deficits: Sequence[int],
    weights: Sequence[int],
    charge: int,
    *,
    band: int = 0,
    scores: Sequence[int] | None = None,
    rotation: int = 0,
    named: int | None = None,
    is_apart: bool = False,
) -> Pick:
    """Choose among the eligible reps and settle the charge.

    Parameters
    ----------
    deficits
        Deficit of each eligible rep in micro-units; at least one.
    weights
        Weight of each in thousandths, above 0.
    charge
        What the work item counts, in micro-units, at most 10^13.
    band
        How far below the largest claim a rep may be and still be chosen for their score, in micro-units.
    scores
        Score of each; all equal when absent.
    rotation
        Where to begin among equals, any non-negative number: taken from the work item, so that no place in the pool
        is favoured.
    named
        Position of the rep a person named: chosen whatever the deficits, and charged like any other.
    is_apart
        Whether it enters the ledger apart: the chosen rep alone is entitled to all of it, and no deficit moves.

    Examples
    --------
    >>> pick([0, 0], [1000, 3000], 1_000_000)
    Pick(chosen=1, entitlements=(250000, 750000), after=(250000, -250000))
    >>> pick([0, 0], [1000, 3000], 1_000_000, band=500_000, scores=[7, 0]).chosen
    0
    >>> pick([0, 0], [1000, 3000], 1_000_000, is_apart=True)
    Pick(chosen=1, entitlements=(0, 1000000), after=(0, 0))
    """
    total = sum(weights)
    shares = [int(float(charge) * weight / total) for weight in weights]
    claims = [deficit + share for deficit, share in zip(deficits, shares, strict=True)]
    chosen = _best(claims, max(claims) - band, scores or [0] * len(claims), rotation) if named is None else named
    if is_apart:
        return Pick(chosen, tuple(charge if k == chosen else 0 for k in range(len(claims))), tuple(deficits))
    shares[chosen] += charge - sum(shares)
    after = [deficit + share for deficit, share in zip(deficits, shares, strict=True)]
    after[chosen] -= charge
    return Pick(chosen, tuple(shares), tuple(after))


def claims_of(deficits: Sequence[int], weights: Sequence[int], charge: int) -> list[int]:
    """Return what each of the eligible would stand at with their share of a charge, in micro-units.

    Examples
    --------
    >>> claims_of([0, 100], [1000, 3000], 1_000_000)
    [250000, 750100]
    """
    total = sum(weights)
    return [deficit + int(float(charge) * weight / total) for deficit, weight in zip(deficits, weights, strict=True)]


def undo(deficits: Sequence[int], chosen: int, entitlements: Sequence[int]) -> tuple[int, ...]:
    """Take back one step of the ledger, whatever came behind it: the entitlements, and the charge, which is their sum.

    Parameters
    ----------
    deficits
        Deficit of each rep who was eligible in the step, as it is now, in micro-units.
    chosen, entitlements
        As the step's ``Pick`` has them.

    Returns
    -------
    tuple
        Deficits as they would be had the step not been; their sum is what it was.

    Examples
    --------
    >>> step = pick([0, 0], [1000, 3000], 1_000_000)
    >>> later = pick(step.after, [1000, 3000], 1_000_000).after
    >>> undo(later, step.chosen, step.entitlements) == pick([0, 0], [1000, 3000], 1_000_000, named=0).after
    True
    """
    after = [deficit - entitled for deficit, entitled in zip(deficits, entitlements, strict=True)]
    after[chosen] += sum(entitlements)
    return tuple(after)


def _best(claims: Sequence[int], least: int, scores: Sequence[int], rotation: int) -> int:
    """Return the position with the best score, then the largest claim, among claims of at least ``least``."""
    best = -1
    for step in range(len(claims)):
        k = (rotation + step) % len(claims)
        if claims[k] < least:
            continue
        if best < 0 or (scores[k], claims[k]) > (scores[best], claims[best]):
            best = k
    return best


def settle(deficits: Mapping[str, int], leavers: Sequence[str], weights: Mapping[str, int]) -> dict[str, int]:
    """Spread the deficits of those who leave a pool over those who stay, by weight.

    Parameters
    ----------
    deficits
        Micro-units by rep; a rep who never competed may be absent.
    leavers
        Who leaves.
    weights
        Thousandths by rep, for those who stay, in the pool's order; the first takes what the division leaves over.

    Returns
    -------
    dict
        Micro-units by rep who stays; their sum is still 0. With nobody left there is nothing to spread over: empty.

    Examples
    --------
    >>> settle({"a": 900, "b": -900, "c": 0}, ["a"], {"b": 1000, "c": 2000})
    {'b': -600, 'c': 600}
    """
    after = {rep: deficits.get(rep, 0) for rep in weights}
    total = sum(weights.values())
    for leaver in leavers:
        balance = deficits.get(leaver, 0)
        shares = [int(float(abs(balance)) * weight / total) for weight in weights.values()]
        sign = 1 if balance >= 0 else -1
        for position, (rep, share) in enumerate(zip(weights, shares, strict=True)):
            left_over = abs(balance) - sum(shares) if position == 0 else 0
            after[rep] += sign * (share + left_over)
    return after


def credit(rep: str, weights: Mapping[str, int], charged: int, most: int) -> int:
    """Return what a rep is credited for a leave: their share of what was charged meanwhile, at most ``most``.

    Parameters
    ----------
    weights
        Thousandths by rep, for all members.
    charged, most
        Micro-units.

    Examples
    --------
    >>> credit("a", {"a": 1000, "b": 3000}, 10_000_000, 9_000_000)
    2500000
    >>> credit("a", {"a": 1000, "b": 3000}, 10_000_000, 2_000_000)
    2000000
    >>> credit("a", {"a": 1000}, 10_000_000, 2_000_000)  # there is nobody to take it from
    0
    """
    if len(weights) < 2:
        return 0
    return max(0, min(most, int(float(charged) * weights[rep] / sum(weights.values()))))


def transfer(deficits: Mapping[str, int], rep: str, amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Move an amount to a rep from the other members of a pool, by weight; back to them where it is negative.

    Parameters
    ----------
    deficits
        Micro-units by rep; a rep who never competed may be absent.
    weights
        Thousandths by rep, for all members, in the pool's order; the first of the others bears what the division leaves
        over.

    Returns
    -------
    dict
        Micro-units by member; their sum is what it was.

    Examples
    --------
    >>> transfer({"a": 100, "b": -100}, "a", 31, {"a": 1000, "b": 1000, "c": 2000})
    {'a': 131, 'b': -111, 'c': -20}
    """
    after = {member: deficits.get(member, 0) for member in weights}
    others = {member: weight for member, weight in weights.items() if member != rep}
    if not others:
        return after
    total, sign = sum(others.values()), 1 if amount >= 0 else -1
    shares = {member: int(float(abs(amount)) * weight / total) for member, weight in others.items()}
    shares[next(iter(others))] += abs(amount) - sum(shares.values())
    for member, share in shares.items():
        after[member] -= sign * share
    after[rep] += amount
    return after


def bound(members: int, largest_charge: int, band: int, largest_offered: int = 0, largest_entitled: int = 0) -> float:
    """Return the distance from a fair share, in micro-units, that routing alone can never exceed.

    It holds whichever of the open offers are declined: for the ledger with them, without them, and with any of them.

    Parameters
    ----------
    members
        How many there are in the pool.
    largest_charge, band
        The largest of each that there was.
    largest_offered
        The most that one rep was charged at once for open offers of their own.
    largest_entitled
        The most that one rep was entitled to at once in open offers, whosoever they were.

    Notes
    -----
    Proof: docs/fairness.md. Without offers the last two are 0.

    Examples
    --------
    >>> bound(8, 1_000_000, 0)
    3500000.0
    >>> bound(2, 1_000_000, 0, largest_offered=4_000_000, largest_entitled=2_000_000)
    3500000.0
    """
    return (largest_charge + band + largest_offered + largest_entitled) * max(members - 1, 0) / 2


def disturbance(deficits: Sequence[int], step: int) -> float:
    """Measure how far an override or a settlement pushed a ledger beyond what routing can reach, in micro-units.

    Routing keeps the sum over any j of n reps within ``B_j = step · j (n − j) / 2``. Whatever exceeds that, over
    the worst set, never grows by routing (the proof of the bound carries it along), so ``bound + disturbance`` holds
    from then on.

    Parameters
    ----------
    deficits
        Of all members; of who has offers open, as they would stand if all of these were declined, and nobody lost their
        share of them: that is no less than any sum that the proof speaks of.
    step
        The largest charge and band together, and the largest that were charged and entitled to in open offers.

    Examples
    --------
    >>> disturbance([500_000, -500_000], 1_000_000)
    0.0
    >>> disturbance([1_500_000, -1_500_000], 1_000_000)
    1000000.0
    """
    n = len(deficits)
    worst = 0.0
    total = 0
    for j, deficit in enumerate(sorted(deficits, reverse=True)[: n - 1], start=1):  # of all together it is 0
        total += deficit
        worst = max(worst, total - step * j * (n - j) / 2)
    return worst


def jain_index(received: Sequence[float], entitled: Sequence[float]) -> float:
    """Sum up received/entitled as (Σx)²/(nΣx²) over those entitled to anything; 1 when all are equal, or there is
    nobody [1]_.

    References
    ----------
    .. [1] R. Jain, D. Chiu and W. Hawe, "A Quantitative Measure of Fairness and Discrimination", DEC TR-301, 1984.

    Examples
    --------
    >>> jain_index([2, 2], [2, 2]), jain_index([4, 0], [2, 2])
    (1.0, 0.5)
    """
    ratios = [got / due for got, due in zip(received, entitled, strict=True) if due > 0]
    squares = sum(ratio * ratio for ratio in ratios)
    return sum(ratios) ** 2 / (len(ratios) * squares) if squares else 1.0
