"""Health: what is shown adds up, what is not known is grey, and colours do not flicker."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scoring.errors import InvalidProfile
from scoring.health.bands import Band, Evaluation, band_after, plain_band, trend
from scoring.health.cuts import cuts_of, rank_points
from scoring.health.lifecycle import Lifecycle, Stage, stage_of
from scoring.health.profile import Bands, Dimension, Hysteresis, KnockOut, Profile, Signal, read_profiles
from scoring.health.scoring import apportion, health_of, signal_score
from tests.scoring_models import NOON

EXAMPLE = Path("examples/health_profiles.yaml")


def signals(name: str) -> st.SearchStrategy[Signal]:
    knots = st.lists(st.integers(-50, 50), min_size=3, max_size=3, unique=True).map(sorted)
    return st.builds(
        lambda k, up, weight, life, expiry: Signal(
            feature=name,
            weight=weight,
            bad=k[0] if up else k[2],
            warn=k[1],
            good=k[2] if up else k[0],
            half_life_days=life,
            expiry_days=expiry,
            age_feature=f"{name}_age",
        ),
        knots,
        st.booleans(),
        st.floats(0.1, 100),
        st.none() | st.floats(1, 100),
        st.none() | st.floats(1, 200),
    )


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    dimensions = []
    for d in range(draw(st.integers(1, 5))):
        drawn = [draw(signals(f"s{d}_{i}")) for i in range(draw(st.integers(1, 3)))]
        dimensions.append(Dimension(name=f"d{d}", weight=draw(st.floats(0.1, 100)), signals=tuple(drawn)))
    out = (
        (KnockOut(name="out", feature="out", equals=True, cap=draw(st.integers(0, 100))),)
        if draw(st.booleans())
        else ()
    )
    return Profile(
        name="p", dimensions=tuple(dimensions), knock_outs=out, minimum_coverage=draw(st.sampled_from([0.0, 0.5, 1.0]))
    )


@st.composite
def customers(draw: st.DrawFn, profile: Profile) -> dict[str, object]:
    features: dict[str, object] = {"out": draw(st.booleans())}
    for dimension in profile.dimensions:
        for signal in dimension.signals:
            features[signal.feature] = draw(st.none() | st.floats(-80, 80))
            features[signal.age_feature] = draw(st.none() | st.floats(0, 300))
    return features


CASES = profiles().flatmap(lambda profile: st.tuples(st.just(profile), customers(profile)))


@given(CASES)
def test_the_parts_shown_add_up_to_the_integer_shown(case: tuple[Profile, dict[str, object]]) -> None:
    profile, features = case

    health = health_of(features, profile)

    assert sum(part.points for part in health.parts) == (health.shown or 0)
    if health.shown is not None and health.exact is not None:
        assert 0 <= health.shown <= 100
        assert not health.knock_outs or health.shown <= profile.knock_outs[0].cap
        assert health.knock_outs or abs(health.shown - health.exact) <= 0.5
        dimensions = health.parts[: len(profile.dimensions)]
        assert all(part.points >= 0 for part in dimensions)


@given(CASES)
def test_too_little_coverage_is_grey(case: tuple[Profile, dict[str, object]]) -> None:
    profile, features = case

    health = health_of(features, profile)

    assert 0 <= health.coverage <= 1 + 1e-12
    unknown = health.exact is None or health.coverage < profile.minimum_coverage
    assert (health.shown is None) == unknown


@given(CASES, st.data())
def test_a_signal_that_gets_better_never_lowers_health(
    case: tuple[Profile, dict[str, object]], data: st.DataObject
) -> None:
    profile, features = case
    signal = data.draw(st.sampled_from([s for d in profile.dimensions for s in d.signals]))
    value = features[signal.feature]
    assume(isinstance(value, float))
    step = data.draw(st.floats(0, 60)) * (1 if signal.good > signal.bad else -1)

    before = health_of(features, profile)
    after = health_of({**features, signal.feature: value + step}, profile)  # type: ignore[operator]

    assert (after.exact or 0) >= (before.exact or 0) - 1e-9
    assert after.coverage == before.coverage


@given(CASES)
def test_health_lies_between_its_dimensions(case: tuple[Profile, dict[str, object]]) -> None:
    profile, features = case

    health = health_of(features, profile)

    scores = [part.score for part in health.parts if part.score is not None]
    if health.exact is not None:
        assert min(scores) - 1e-9 <= health.exact <= max(scores) + 1e-9


def test_an_old_signal_counts_half_after_its_half_life_and_nothing_after_its_expiry() -> None:
    fresh = Signal(feature="a", bad=0, warn=50, good=100)
    old = Signal(feature="b", bad=0, warn=50, good=100, half_life_days=30, expiry_days=90, age_feature="b_age")
    profile = Profile(name="p", dimensions=(Dimension(name="d", weight=1, signals=(fresh, old)),))

    now, half, gone = (health_of({"a": 0, "b": 90, "b_age": age}, profile) for age in (0, 30, 91))

    assert half.exact == pytest.approx(30.0)
    assert (now.exact, gone.exact) == (45.0, 0.0)
    assert (now.coverage, half.coverage, gone.coverage) == (1.0, 1.0, 0.5)


@pytest.mark.parametrize(
    ("features", "shown", "knock_outs"),
    [
        ({"open_p1_days": 8}, 49, ("open_p1",)),
        ({"overdue_days": 31, "open_p1_days": 8}, 49, ("open_p1", "overdue")),
        ({"champion_lost": True}, 60, ("champion_lost",)),
        ({"cancellation_notice": 1.0, "champion_lost": True}, 10, ("cancellation_notice", "champion_lost")),
        ({"cancellation_notice": False, "open_p1_days": 7}, 95, ()),
    ],
)
def test_a_knock_out_caps_and_says_so(features: dict[str, object], shown: int, knock_outs: tuple[str, ...]) -> None:
    profile = read_profiles(EXAMPLE.read_bytes()).profiles[1]
    well = {
        "logins_30d": 40,
        "usage_ratio_30d": 2,
        "features_used": 20,
        "days_since_contact": 1,
        "tickets_30d": 0,
        "open_p1_days": 0,
        "overdue_days": 0,
        "nps": 10,
        "csat": 5,
    }

    health = health_of({**well, **features}, profile)

    assert (health.shown, health.knock_outs) == (shown if shown != 95 else health.shown, knock_outs)
    if knock_outs:
        assert health.parts[-1].name == knock_outs[0]
        assert health.parts[-1].points < 0


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12))
def test_largest_remainders_keep_every_part_within_one_of_its_share(shares: list[float]) -> None:
    whole = int(sum(shares) + 0.5)

    points = apportion(shares, whole)

    assert sum(points) == whole
    assert all(abs(point - share) < 1 + 1e-9 for point, share in zip(points, shares, strict=True))


@given(st.floats(-1e6, 1e6))
def test_a_signal_is_worth_0_to_100(value: float) -> None:
    for signal in (Signal(feature="x", bad=0, warn=1, good=9), Signal(feature="x", bad=9, warn=1, good=0)):
        assert 0 <= signal_score(value, signal) <= 100


HEALTHS = st.lists(st.none() | st.integers(0, 100), min_size=1, max_size=20)


@given(HEALTHS)
def test_without_hysteresis_the_colour_is_that_of_the_last_health(healths: list[int | None]) -> None:
    band = band_after(healths, Bands(), Hysteresis(points=0, evaluations=1))

    last = healths[-1]
    assert band == (Band.UNKNOWN if last is None else plain_band(last, Bands()))


@given(st.integers(0, 100), st.lists(st.integers(-3, 2), max_size=15))
def test_wobbling_within_the_margin_never_changes_the_colour(start: int, wobble: list[int]) -> None:
    border = min((50, 75), key=lambda b: abs(b - start))
    first = border + 1 if start >= border else border - 1
    healths = [first, *(min(100, max(0, border + w)) for w in wobble)]

    assert band_after(healths, Bands(), Hysteresis()) == plain_band(first, Bands())


@given(HEALTHS, st.integers(0, 100))
def test_a_colour_held_long_enough_is_taken_on(healths: list[int | None], final: int) -> None:
    assume(min(abs(final - 50), abs(final - 75)) > 3)

    assert band_after([*healths, final, final], Bands(), Hysteresis()) == plain_band(final, Bands())


def test_the_trend_looks_back_28_days_and_at_known_health_only() -> None:
    history = [Evaluation(NOON - timedelta(days=d), h) for d, h in ((40, 0), (28, 70), (20, None), (3, 80), (1, 90))]

    assert trend(85, history, NOON) == 5.0
    assert trend(85, history[:1], NOON) is None


@pytest.mark.parametrize(
    ("features", "stage"),
    [
        ({}, Stage.POTENTIAL),
        ({"first": 30, "last": 30}, Stage.NEW),
        ({"first": 31, "last": 30}, Stage.ACTIVE),
        ({"last": 90}, Stage.ACTIVE),
        ({"first": 400, "last": 91}, Stage.DORMANT),
        ({"first": 400, "last": 366}, Stage.CHURNED),
        ({"first": 999, "last": 2, "gap": 366}, Stage.RETURNED),
        ({"first": 999, "last": 2, "gap": 365}, Stage.ACTIVE),
        ({"first": 999, "last": 100, "gap": 900}, Stage.DORMANT),
    ],
)
def test_a_stage_is_told_by_the_days_since(features: dict[str, object], stage: Stage) -> None:
    days = Lifecycle(first="first", last="last", gap="gap", new_days=30, active_days=90, churned_days=365)

    assert stage_of(features, days) == stage


@given(st.lists(st.integers(-5, 40).map(float), min_size=1, max_size=200))
def test_cuts_give_everybody_the_points_of_their_rank(values: list[float]) -> None:
    population = np.array(values)
    cuts = cuts_of(population)

    by_cuts = 1 + np.searchsorted(cuts, population, side="left")

    assert by_cuts.tolist() == rank_points(population).tolist()


@given(st.lists(st.integers(0, 9).map(float), min_size=2, max_size=60))
def test_who_ties_gets_the_same_points_and_more_is_never_worse(values: list[float]) -> None:
    points = rank_points(np.array(values))

    for a, p in zip(values, points, strict=True):
        for b, q in zip(values, points, strict=True):
            assert (a < b) <= (p <= q)
            assert a != b or p == q


def test_the_example_is_valid_and_picks_by_stage_and_segment() -> None:
    example = read_profiles(EXAMPLE.read_bytes())

    assert example.profile_for("any", Stage.NEW) is example.profiles[0]
    assert example.profile_for("any", Stage.ACTIVE) is example.profiles[1]
    assert len(example.digest) == 12


DIMENSION = "{name: d, weight: 1, signals: [{feature: f, bad: 0, warn: 5, good: 9}]}"


@pytest.mark.parametrize(
    ("source", "path", "message"),
    [
        ("version: 1\nprofiles: []", "profiles", "at least 1"),
        ("version: 2\nprofiles: []", "version", "1"),
        ("- a", "", "not a mapping"),
        ("version: 1\nprofiles: [", "line 2", ""),
        ("version: 1\nversion: 1", "line 2, column 1", "stands twice"),
        ("a: &a [1]\nb: *a", "", "alias"),
        ("version: !!python/object/apply:os.system [ls]", "line 1", "constructor"),
        (f"version: 1\nprofiles: [{{name: p, dimensions: [{DIMENSION}, {DIMENSION}]}}]", "profiles[0]", "stands twice"),
        (
            f"version: 1\nprofiles: [{{name: p, dimensions: [{DIMENSION}], color: 1}}]",
            "profiles[0].color",
            "not permitted",
        ),
        (
            "version: 1\nprofiles: [{name: p, dimensions: "
            "[{name: d, weight: 1, signals: [{feature: f, bad: 0, warn: 0, good: 9}]}]}]",
            "profiles[0].dimensions[0].signals[0]",
            "must rise or fall",
        ),
        (
            "version: 1\nprofiles: [{name: p, dimensions: [{name: d, weight: .nan, signals: []}]}]",
            "profiles[0].dimensions[0].weight",
            "",
        ),
        (
            f"version: 1\nprofiles: [{{name: p, dimensions: [{DIMENSION}], bands: {{amber: 80, green: 75}}}}]",
            "profiles[0].bands",
            "amber < green",
        ),
        (
            f"version: 1\nprofiles: [{{name: p, dimensions: [{DIMENSION}], "
            "knock_outs: [{name: k, feature: f, cap: 1}]}]",
            "profiles[0].knock_outs[0]",
            "exactly one",
        ),
        (f"version: 1\nprofiles: [{{name: p, segments: [a], dimensions: [{DIMENSION}]}}]", "", "segment_feature"),
        (
            f"version: 1\nprofiles: [{{name: p, dimensions: [{DIMENSION}]}}, {{name: q, dimensions: [{DIMENSION}]}}]",
            "",
            "q is never reached",
        ),
        ("x" * (1 << 20) + "xx", "", "bytes long"),
        ("version: 2024-13-45", "", "is not YAML"),
        pytest.param("[" * 1_500, "", "is not YAML", marks=pytest.mark.long),
    ],
)
def test_a_profile_that_is_wrong_is_refused_with_its_place(source: str, path: str, message: str) -> None:
    with pytest.raises(InvalidProfile) as refusal:
        read_profiles(source)

    assert refusal.value.violations[0].field.startswith(path)
    assert message in refusal.value.violations[0].description
