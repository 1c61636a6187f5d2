"""The ledger's laws: sums of zero, the bound, settlements and overrides."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.assignment.ledger import bound, credit, disturbance, jain_index, pick, settle, transfer
from router.model.workforce import MICROS

ROUNDING = 1_000
"""Micro-units granted for the floors of the division: a thousandth of a lead."""

amounts = st.integers(-(10**9), 10**9)
weights = st.integers(1, 1_000_000)
Reps = list[tuple[int, int]]


@dataclass
class Pool:
    """A pool that is attacked: deficits by rep, and what the bound is made of."""

    weights: dict[int, int]
    deficits: dict[int, int] = field(default_factory=dict)
    largest_charge: int = 0
    largest_band: int = 0
    disturbed: float = 0.0

    def __post_init__(self) -> None:
        self.deficits = dict.fromkeys(self.weights, 0)

    def route(self, eligible: list[int], charge: int, band: int, rotation: int, named: int | None = None) -> None:
        picked = pick(
            [self.deficits[rep] for rep in eligible],
            [self.weights[rep] for rep in eligible],
            charge,
            band=band,
            scores=[rep * 7 % 5 for rep in eligible],
            rotation=rotation,
            named=None if named is None else eligible.index(named),
        )
        self.deficits.update(zip(eligible, picked.after, strict=True))
        self.largest_charge = max(self.largest_charge, charge)
        self.largest_band = max(self.largest_band, band)
        if named is not None:
            self.disturb()

    def leave(self, rep: int) -> None:
        del self.weights[rep]
        after = settle(
            {str(r): d for r, d in self.deficits.items()}, [str(rep)], {str(r): w for r, w in self.weights.items()}
        )
        self.deficits = {int(r): d for r, d in after.items()}
        self.disturb()

    def join(self, rep: int, weight: int) -> None:
        self.weights[rep], self.deficits[rep] = weight, 0

    def disturb(self) -> None:
        self.disturbed = disturbance(list(self.deficits.values()), self.largest_charge + self.largest_band)

    def check(self) -> None:
        limit = bound(len(self.weights), self.largest_charge, self.largest_band) + self.disturbed
        assert sum(self.deficits.values()) == 0
        assert max(map(abs, self.deficits.values())) <= limit + ROUNDING


@given(st.lists(st.tuples(amounts, weights), min_size=1, max_size=30), st.integers(0, 10**13), st.integers(0, 99))
def test_what_is_granted_equals_the_charge_and_deficits_keep_their_sum(reps: Reps, charge: int, rotation: int) -> None:
    deficits, shares = [d for d, _ in reps], [w for _, w in reps]

    picked = pick(deficits, shares, charge, rotation=rotation)

    assert sum(picked.entitlements) == charge
    assert sum(picked.after) == sum(deficits)


@given(st.lists(st.tuples(amounts, weights), min_size=1, max_size=30), st.integers(0, 99))
def test_without_a_band_the_largest_claim_wins(reps: Reps, rotation: int) -> None:
    deficits, shares = [d for d, _ in reps], [w for _, w in reps]

    picked = pick(deficits, shares, MICROS, scores=[k % 3 for k in range(len(reps))], rotation=rotation)

    total = sum(shares)
    claims = [d + int(float(MICROS) * w / total) for d, w in reps]
    assert claims[picked.chosen] == max(claims)


@given(st.lists(st.tuples(amounts, weights), min_size=1, max_size=30), st.integers(0, 10**9))
def test_a_band_never_admits_a_claim_below_it(reps: Reps, band: int) -> None:
    deficits, shares = [d for d, _ in reps], [w for _, w in reps]

    picked = pick(deficits, shares, MICROS, band=band, scores=list(range(len(reps))))

    total = sum(shares)
    claims = [d + int(float(MICROS) * w / total) for d, w in reps]
    assert claims[picked.chosen] >= max(claims) - band


def test_11_equals_take_turns_over_ten_thousand_work_items() -> None:
    wins = [0] * 7

    for item in range(10_000):
        wins[pick([0] * 7, [1000] * 7, MICROS, rotation=item * 2_654_435_761 % 2**32).chosen] += 1

    assert max(wins) - min(wins) < 300  # five standard deviations of a fair draw


@settings(max_examples=2 * settings().max_examples, deadline=None)
@given(st.data())
def test_routing_overrides_joins_and_leaves_never_exceed_the_bound(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 8))
    pool = Pool({rep: data.draw(weights) for rep in range(n)})
    newcomer = n

    for _ in range(data.draw(st.integers(1, 60))):
        what = data.draw(st.sampled_from(["route"] * 12 + ["name", "join", "leave"]))
        present = sorted(pool.weights)
        if what == "join" and len(present) < 10:
            pool.join(newcomer, data.draw(weights))
            newcomer += 1
        elif what == "leave" and len(present) > 1:
            pool.leave(data.draw(st.sampled_from(present)))
        else:
            eligible = sorted(data.draw(st.sets(st.sampled_from(present), min_size=1)))
            charge = data.draw(st.integers(1, 5 * MICROS))
            band = data.draw(st.sampled_from([0, 0, MICROS // 2, 2 * MICROS]))
            named = data.draw(st.sampled_from(eligible)) if what == "name" else None
            pool.route(eligible, charge, band, data.draw(st.integers(0, 9)), named)
        pool.check()


@pytest.mark.parametrize(("n", "band"), [(4, 0), (8, 0), (8, MICROS), (12, 0)])
def test_an_adversary_who_sees_the_ledger_comes_close_to_the_bound_but_not_beyond(n: int, band: int) -> None:
    """Always offer the pair whose deficits are closest at the top, so that somebody is passed over again and again."""
    draw, pool, worst = random.Random(n), Pool(dict.fromkeys(range(n), 1000)), 0.0

    for step in range(6_000):
        order = sorted(pool.deficits, key=lambda rep: (-pool.deficits[rep], draw.random()))
        place = step % (n - 1)
        pool.route(sorted(order[place : place + 2]), MICROS, band, draw.randrange(9))
        pool.check()
        worst = max(worst, *map(abs, pool.deficits.values()))

    assert worst > 0.5 * bound(n, MICROS, 0)  # a bound that nobody comes near would prove little


@pytest.mark.long
def test_a_million_leads_lose_nothing_to_rounding() -> None:
    pool, draw = Pool({0: 333, 1: 1000, 2: 1667}), random.Random(5)

    for item in range(100_000):
        pool.route([0, 1, 2] if draw.random() < 0.7 else [0, 2], MICROS, 0, item)

    pool.check()
    assert max(map(abs, pool.deficits.values())) <= MICROS


@given(st.dictionaries(st.sampled_from("abcdef"), amounts, min_size=2), st.data())
def test_a_settlement_keeps_the_sum(deficits: dict[str, int], data: st.DataObject) -> None:
    leavers = data.draw(st.lists(st.sampled_from(sorted(deficits)), unique=True, max_size=len(deficits) - 1))
    stay = {rep: data.draw(weights) for rep in deficits if rep not in leavers}

    after = settle(deficits, leavers, stay)

    assert sum(after.values()) == sum(deficits.values())
    assert set(after) == set(stay)


def test_jains_index_of_nobody_is_one() -> None:
    assert jain_index([], []) == 1.0
    assert jain_index([0.0], [0.0]) == 1.0


@pytest.mark.parametrize(
    ("received", "index"),
    [((2, 2), 1.0), ((3, 1), 0.8), ((4, 0), 0.5), ((3, 3, 0), 2 / 3), ((0, 0, 5), 1 / 3)],
)
def test_jains_index_is_one_when_shares_are_equal_and_one_in_n_when_one_has_all(
    received: tuple[float, ...], index: float
) -> None:
    assert jain_index(received, [2.0] * len(received)) == pytest.approx(index)


def test_jains_index_leaves_out_who_was_entitled_to_nothing() -> None:
    assert jain_index([3, 1, 7], [2, 2, 0]) == pytest.approx(0.8)


pools = st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(amounts, weights), min_size=1)


@given(pools, st.integers(0, 10**15), st.integers(-(10**9), 10**13), st.data())
def test_a_credit_is_a_share_of_what_was_charged_and_no_more_than_the_most(
    reps: dict[str, tuple[int, int]], charged: int, most: int, data: st.DataObject
) -> None:
    by_rep = {rep: weight for rep, (_, weight) in reps.items()}
    rep = data.draw(st.sampled_from(sorted(reps)))

    credited = credit(rep, by_rep, charged, most)

    assert 0 <= credited <= max(most, 0)
    assert credited * sum(by_rep.values()) <= charged * by_rep[rep] * (1 + 1e-9)
    assert len(reps) > 1 or credited == 0


@given(pools, st.integers(-(10**13), 10**13), st.data())
def test_a_transfer_keeps_the_sum_and_takes_from_the_others_by_weight(
    reps: dict[str, tuple[int, int]], amount: int, data: st.DataObject
) -> None:
    before = {rep: deficit for rep, (deficit, _) in reps.items()}
    by_rep = {rep: weight for rep, (_, weight) in reps.items()}
    rep = data.draw(st.sampled_from(sorted(reps)))
    others = sum(weight for other, weight in by_rep.items() if other != rep)

    after = transfer(before, rep, amount, by_rep)

    assert sum(after.values()) == sum(before.values())
    assert after[rep] - before[rep] == (amount if others else 0)
    for other in reps.keys() - {rep}:
        assert abs(before[other] - after[other] - amount * by_rep[other] / others) <= len(reps)


@settings(deadline=None)
@given(st.data())
def test_credits_that_come_and_go_never_exceed_bound_and_disturbance(data: st.DataObject) -> None:
    pool = Pool({rep: data.draw(weights) for rep in range(data.draw(st.integers(2, 6)))})

    for _ in range(data.draw(st.integers(1, 40))):
        rep, charge = data.draw(st.sampled_from(list(pool.weights))), data.draw(st.integers(1, 3 * MICROS))
        if data.draw(st.integers(0, 4)):
            eligible = data.draw(st.lists(st.sampled_from(list(pool.weights)), min_size=1, unique=True))
            pool.route(sorted(eligible), charge, data.draw(st.sampled_from([0, MICROS])), charge)
        else:
            names = {str(each): weight for each, weight in pool.weights.items()}
            moved = data.draw(st.sampled_from([1, -1])) * credit(str(rep), names, 10 * charge, 4 * MICROS)
            after = transfer({str(each): d for each, d in pool.deficits.items()}, str(rep), moved, names)
            pool.deficits = {int(each): deficit for each, deficit in after.items()}
            pool.disturb()
        pool.check()
