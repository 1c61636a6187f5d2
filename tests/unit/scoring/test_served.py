"""One customer, in words: flags, expiry, reasons that add up, and the smallest change that keeps them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failures import Failure
from scoring.customers import Customer, CustomerScorer
from scoring.errors import InvalidInput
from scoring.health.bands import Band, Evaluation
from scoring.health.profile import Profiles, read_profiles
from scoring.model.actions import find_best_action, nearest_plain
from scoring.model.artefact import Artefact
from scoring.model.encoding import MOST_STRANGE, Flag, FlagKind, SlipFinder
from scoring.model.loaded import MAX_DAYS_AHEAD, LoadedModel, days_in_bin, days_in_bins
from scoring.model.manifest import Reference, Thresholds
from scoring.model.reasons import reasons
from scoring.model.schema import Feature, FeatureSchema
from scoring.model.tables import ScoreTables
from scoring.model.wording import Wording
from tests.scoring_models import CUSTOMER, NOON, manifest, small_rows, small_tables, triple_tables

Features = dict[str, float | str | bool | None]


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    tables = small_tables()
    reference = Reference.of(tables, small_rows(np.random.default_rng(5), 2_000))
    return LoadedModel(Artefact(tables, manifest(), Thresholds(at_risk=0.3, top_decile=0.5), reference, (), "d" * 64))


def test_a_score_says_how_it_came_about(model: LoadedModel) -> None:
    score = model.score(CUSTOMER, NOON)

    expected = -1.25 + 0.75 + 0.5 + 0.125 - 0.5 + (0 / 64 - 0.15) + -0.2
    assert score.log_odds == pytest.approx(expected, abs=1e-12)
    assert score.probability == pytest.approx(1 / (1 + math.exp(-expected)), abs=1e-15)
    assert score.flags == ()
    assert 0 <= score.percentile <= 100


def test_flags_come_in_the_order_of_the_features(model: LoadedModel) -> None:
    score = model.score({"logins_30d": 61, "contract": "Weekly", "days_since_order": "soon"}, NOON)

    assert [flag.kind for flag in score.flags] == [
        FlagKind.OUT_OF_RANGE,
        FlagKind.UNKNOWN_CATEGORY,
        FlagKind.MISSING,
        FlagKind.UNREADABLE,
    ]


@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(st.integers(0, 95))
def test_a_score_holds_until_exactly_the_day_it_is_valid_until(days: int) -> None:
    model = LoadedModel(
        Artefact(small_tables(), manifest(), Thresholds(at_risk=0.3, top_decile=0.5), _reference(), (), "d" * 64)
    )
    features = {**CUSTOMER, "days_since_order": days}
    score = model.score(features, NOON)

    def later(n: int) -> float:
        return model.score({**features, "days_since_order": days + n}, NOON + timedelta(days=n)).log_odds

    if score.valid_until is None:
        assert later(40_000) == score.log_odds
    else:
        held = (score.valid_until - NOON).days
        assert all(later(n) == score.log_odds for n in range(held))
        assert later(held) != score.log_odds


def _reference() -> Reference:
    return Reference.of(small_tables(), small_rows(np.random.default_rng(5), 100))


EDGES = st.lists(st.floats(-1e6, 1e6), min_size=0, max_size=6, unique=True).map(sorted)


@given(st.floats(allow_infinity=False), EDGES)
def test_days_in_a_bin_are_counted_alike_for_one_and_many(x: float, edges: list[float]) -> None:
    one = days_in_bin(x, edges)

    assert days_in_bins(np.array([x]), edges).tolist() == [one]
    if math.isfinite(one):
        bins = np.searchsorted(edges, [x, x + (one - 1), x + one])
        assert bins[0] == bins[1] != bins[2]


def test_a_bin_that_ends_in_a_hundred_years_never_ends() -> None:
    assert days_in_bin(0.0, [MAX_DAYS_AHEAD + 10.0]) == math.inf


def test_days_are_counted_where_doubles_are_further_apart_than_a_day() -> None:
    x, edge = 1e17, 1e17 + 64

    days = days_in_bin(x, [edge])

    assert x + (days - 1) <= edge < x + days


def test_reasons_are_the_heaviest_contributions_and_all_of_them_add_up(model: LoadedModel) -> None:
    score = model.score(CUSTOMER, NOON)

    heaviest = reasons(model, score, top=10)

    assert [abs(r.contribution) for r in heaviest] == sorted((abs(r.contribution) for r in heaviest), reverse=True)
    assert model.kernel.bias + sum(r.contribution for r in heaviest) == pytest.approx(score.log_odds, abs=1e-12)
    assert [r.feature for r in reasons(model, score, top=2)] == [r.feature for r in heaviest[:2]]
    assert heaviest[0].delta_probability > 0


def test_reasons_speak_both_languages(model: LoadedModel) -> None:
    score = model.score(CUSTOMER, NOON)

    zh = {r.feature: r.text for r in reasons(model, score, top=4, locale="zh-CN")}
    en = {r.feature: r.text for r in reasons(model, score, top=4, locale="en")}

    assert zh["logins_30d"].startswith("近 30 天登录 3 次（一般为 21，-86%），流失概率为 ")
    assert zh["contract"].startswith("合约为按月，流失概率为 ")
    assert zh["days_since_order"].startswith("days_since_order 为 29 天（一般为 10 天，+190%）")
    assert en["days_since_order"].startswith("days_since_order 29 days (typically 10 days, +190 %)")
    assert en["contract"].startswith("contract Month-to-month: risk ")
    assert en["paperless"].startswith("paperless billing Yes")
    assert not re.search("[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9%][\u4e00-\u9fff]", "\n".join(zh.values()))


def test_all_reasons_of_a_score_start_from_the_customers_own_risk(model: LoadedModel) -> None:
    score = model.score(CUSTOMER, NOON)

    told = reasons(model, score, top=4)

    risk = {reason.text.split(": risk ")[1].split(" %, ")[0] for reason in told}
    assert risk == {f"{100 * score.probability:.0f}"}
    assert [reason.text.endswith(f"{100 * (score.probability - reason.delta_probability):.0f} % without it")
            for reason in told] == [True] * 4  # fmt: skip


def test_one_of_a_unit_is_one_and_an_unknown_unit_is_said_as_it_is() -> None:
    months, boxes = (Feature(name="n", type="number", unit=unit) for unit in ("months", "箱"))

    assert [Wording(months, locale).phrase(1.0) for locale in ("en", "zh")] == ["n 1 month", "n 为 1 个月"]
    assert [Wording(boxes, locale).phrase(2.0) for locale in ("en", "zh")] == ["n 2 箱", "n 为 2 箱"]


def test_what_moves_the_risk_by_less_than_is_shown_is_no_reason() -> None:
    main = (np.array([0.75, 0.25, -0.25, -0.5, 0.0]), np.full(4, 1e-4), np.zeros(3), np.full(5, 1e-3))
    tables = replace(small_tables(), main=main, pairs={})
    model = LoadedModel(
        Artefact(tables, manifest(), Thresholds(at_risk=0.3, top_decile=0.5), _reference(), (), "d" * 64)
    )

    told = reasons(model, model.score(CUSTOMER, NOON), top=50)

    assert [reason.feature for reason in told] == ["logins_30d"]


def test_a_feature_that_came_by_a_misspelt_name_is_flagged_with_it(model: LoadedModel) -> None:
    features: Features = {name: value for name, value in CUSTOMER.items() if name not in ("logins_30d", "contract")}

    flags = model.score({**features, "Logins-30d": 3, "contarct": "One year", "extra": 1}, NOON).flags

    assert [(flag.feature, str(flag.kind), flag.value) for flag in flags] == [
        ("logins_30d", "MISSPELT", "Logins-30d"),
        ("contract", "MISSPELT", "contarct"),
    ]
    assert model.score({**CUSTOMER, "contract": None, "contarct": 1}, NOON).flags[0].kind is FlagKind.MISSING
    assert model.score({**CUSTOMER, "contarct": "One year"}, NOON).flags == ()


def test_a_total_whose_part_is_misspelt_says_so() -> None:
    schema = FeatureSchema(features=(Feature(name="bill", type="number", total_of=("day", "night charge")),))

    flags = SlipFinder(schema)({"day": 3, "nigth charge": 1.0}, [Flag("bill", FlagKind.MISSING)])

    assert flags == [Flag("bill", FlagKind.MISSPELT, "nigth charge")]


@given(st.permutations(["tenrue", "tenur", "tenuer", *(f"other {i:03}" for i in range(MOST_STRANGE))]))
def test_of_several_misspelt_names_the_same_is_told_in_whatever_order_they_came(names: list[str]) -> None:
    schema = FeatureSchema(features=(Feature(name="tenure", type="number"),))

    flags = SlipFinder(schema)(dict.fromkeys([*names, "tenurf"], 1.0), [Flag("tenure", FlagKind.MISSING)])

    assert flags == [Flag("tenure", FlagKind.MISSING)]
    few = {name: 1.0 for name in names if name.startswith("t")}
    (flag,) = SlipFinder(schema)(few, [Flag("tenure", FlagKind.MISSING)])
    assert flag.value == "tenrue"


def test_a_missing_value_is_a_reason_too(model: LoadedModel) -> None:
    features: Features = {**CUSTOMER, "contract": None, "logins_30d": None}
    score = model.score(features, NOON)

    texts = {r.feature: r.text for r in reasons(model, score, top=4)}

    assert texts["contract"].startswith("contract unknown: risk ")
    assert texts["logins_30d"].startswith("an unknown number of logins in 30 days")


def test_a_small_effect_is_shown_with_a_decimal() -> None:
    assert (
        Wording(Feature(name="a", type="number"), "en")
        .reason(1.0, 0.121, 0.124)
        .endswith(": risk 12.4 %, 12.1 % without it")
    )


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_reasons_of_a_model_of_triples_add_up_to_its_score(locale: str) -> None:
    tables = triple_tables()
    model = LoadedModel(
        Artefact(tables, manifest(), Thresholds(at_risk=0.3, top_decile=0.5), _reference(), (), "d" * 64)
    )
    plain = LoadedModel(
        Artefact(small_tables(), manifest(), Thresholds(at_risk=0.3, top_decile=0.5), _reference(), (), "d" * 64)
    )
    score = model.score(CUSTOMER, NOON)

    listed = reasons(model, score, top=9, locale=locale)

    assert tables.bias + sum(reason.contribution for reason in listed) == pytest.approx(score.log_odds, abs=1e-12)
    assert score.log_odds != plain.score(CUSTOMER, NOON).log_odds


CASES = st.fixed_dictionaries(
    {
        "logins_30d": st.integers(0, 60) | st.none(),
        "contract": st.sampled_from(["Month-to-month", "One year", "Two year", None]),
        "paperless": st.booleans(),
        "days_since_order": st.integers(0, 200),
    }
)


@settings(deadline=None)
@given(CASES, st.sampled_from([0.05, 0.12, 0.2, 0.3, 0.45]), st.sampled_from([small_tables, triple_tables]))
def test_no_smaller_change_would_do(features: Features, threshold: float, tables: Callable[[], ScoreTables]) -> None:
    model = LoadedModel(
        Artefact(tables(), manifest(), Thresholds(at_risk=0.3, top_decile=0.5), _reference(), (), "d" * 64)
    )
    score = model.score(features, NOON)

    action = find_best_action(model, score, threshold)

    changed = {**features, **{change.feature: change.after for change in action.changes}}
    assert model.score(changed, NOON).probability == action.after
    assert action.reaches == (action.after < threshold)
    logins = [features["logins_30d"], *([] if features["logins_30d"] is None else range(61))]
    singles = [{**features, "logins_30d": n} for n in logins] + [{**features, "contract": c} for c in _CONTRACTS]
    pairs = [{**features, "logins_30d": n, "contract": c} for n, c in product(logins, _CONTRACTS)]
    single = any(model.score(f, NOON).probability < threshold for f in singles)
    possible = single or any(model.score(f, NOON).probability < threshold for f in pairs)
    assert action.reaches == possible
    if possible and score.probability >= threshold:
        assert len(action.changes) == (1 if single else 2)


_CONTRACTS = ("Month-to-month", "One year", "Two year")


def test_who_is_not_at_risk_needs_nothing(model: LoadedModel) -> None:
    action = find_best_action(model, model.score({**CUSTOMER, "contract": "Two year"}, NOON), 0.9)

    assert (action.changes, action.reaches, action.effort) == ((), True, 0.0)


@given(st.floats(-1e6, 1e6), st.floats(1e-9, 1e6), st.floats(-2e6, 2e6))
def test_a_plain_number_lies_in_its_interval(low: float, width: float, x: float) -> None:
    high = low + width
    plain = nearest_plain(low, high, x)

    assert plain is None or low < plain <= high


PROFILES = """
version: 1
profiles:
  - name: default
    dimensions:
      - {name: usage, weight: 1, signals: [{feature: logins_30d, bad: 0, warn: 10, good: 20}]}
    knock_outs:
      - {name: notice, feature: notice, equals: true, cap: 10}
lifecycle: {first: first, last: days_since_order, new_days: 30, active_days: 90, churned_days: 365}
"""


@pytest.fixture
def scorer() -> CustomerScorer:
    profiles = read_profiles(PROFILES)
    return CustomerScorer(lambda: profiles)


def test_green_and_at_risk_is_a_watermelon(model: LoadedModel, scorer: CustomerScorer) -> None:
    risky: Features = {**CUSTOMER, "logins_30d": 2, "days_since_order": 91}
    score = scorer.score(model, Customer("a", {**risky, "logins_30d": 20}, NOON))

    assert score.health is not None
    assert score.health.band is Band.GREEN
    assert score.watermelon == (score.churn.probability >= 0.5)
    assert not scorer.score(model, Customer("a", risky, NOON)).watermelon


def test_a_watermelon_is_flagged(model: LoadedModel) -> None:
    green = read_profiles(PROFILES.replace("bad: 0, warn: 10, good: 20", "bad: -2, warn: -1, good: 0"))
    features: Features = {**CUSTOMER, "logins_30d": 1, "days_since_order": 91}

    score = CustomerScorer(lambda: green).score(model, Customer("a", features, NOON))

    assert score.churn.probability >= 0.5
    assert score.watermelon


def test_history_steadies_the_colour_but_not_a_knock_out(model: LoadedModel, scorer: CustomerScorer) -> None:
    history = [Evaluation(NOON - timedelta(days=1), 90)]
    amber: Features = {**CUSTOMER, "logins_30d": 12}

    steady = scorer.score(model, Customer("a", amber, NOON, history)).health
    alone = scorer.score(model, Customer("a", amber, NOON)).health
    struck = scorer.score(model, Customer("a", {**amber, "notice": True}, NOON, history)).health

    assert steady is not None
    assert alone is not None
    assert struck is not None
    assert (steady.band, alone.band, struck.band) == (Band.GREEN, Band.AMBER, Band.RED)
    assert steady.trend == -30.0


@pytest.mark.parametrize(
    ("customer", "top", "field"),
    [
        (Customer("a", CUSTOMER, NOON), 51, "explain_top_k"),
        (Customer("a", CUSTOMER, NOON), -1, "explain_top_k"),
        (Customer("a", CUSTOMER, NOON, [Evaluation(NOON, 1)] * 2), 3, "customer.health_evaluations"),
        (Customer("a", CUSTOMER, NOON, [Evaluation(NOON, 1)] * 401), 3, "customer.health_evaluations"),
    ],
)
def test_limits_are_named(model: LoadedModel, scorer: CustomerScorer, customer: Customer, top: int, field: str) -> None:
    with pytest.raises(InvalidInput, match=field):
        scorer.score(model, customer, top=top)


def test_without_profiles_health_is_left_out(model: LoadedModel) -> None:
    score = CustomerScorer(lambda: None).score(model, Customer("a", CUSTOMER, NOON), top=0)

    assert (score.health, score.stage, score.value_tier, score.reasons) == (None, None, "", ())


def test_a_threshold_is_a_probability(model: LoadedModel, scorer: CustomerScorer) -> None:
    with pytest.raises(InvalidInput, match="threshold"):
        scorer.best_action(model, Customer("a", CUSTOMER, NOON), 1.0)


def test_the_profiles_may_change_between_two_customers(model: LoadedModel) -> None:
    held: list[Profiles | None] = [None]
    scorer = CustomerScorer(lambda: held[0])
    before = scorer.score(model, Customer("a", CUSTOMER, NOON))

    held[0] = read_profiles(Path("examples/health_profiles.yaml").read_bytes())

    assert before.profile_version != scorer.score(model, Customer("a", CUSTOMER, NOON)).profile_version


def test_every_error_travels_between_processes_whole() -> None:
    import pickle

    import scoring.errors as errors

    classes = [
        InvalidInput.of("a", "b"),
        errors.NotFound("model", "m"),
        errors.StaleEtag("m", "x"),
        errors.GatesFailed("m", ["g"]),
        errors.HashMismatch("f", "d"),
        errors.RegistryUnavailable("r", 2.0),
    ]
    for error in classes:
        again: Failure = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), again.__dict__) == (type(error), str(error), error.__dict__)
