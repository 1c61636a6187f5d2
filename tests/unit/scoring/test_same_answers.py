"""What makes ScoreCustomer fast changes no byte of its answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Value
from hypothesis import given
from hypothesis import strategies as st

from fairlead.v1 import scoring_pb2
from scoring.health.profile import read_profiles
from scoring.model.loaded import LoadedModel
from scoring.model.reasons import reasons
from scoring.model.schema import Feature, FeatureValue
from scoring.model.wording import Wording, is_shown
from tests import scored_plainly
from tests.golden import SCORES_8D6342A
from tests.golden.write_scores import (
    CODED,
    FEATURES,
    INPUTS,
    NUMBERS,
    PROFILES,
    STRANGE,
    TEXTS,
    answer,
    model,
    servicer,
)
from tests.scoring_models import NOON

SCORING, MODEL = servicer(None), model()

VALUES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"number_value": st.one_of(st.sampled_from(NUMBERS), st.floats(), st.integers(-60, 60))}),
    st.fixed_dictionaries({"string_value": st.one_of(st.sampled_from(TEXTS), st.text(max_size=80))}),
    st.sampled_from([{"bool_value": True}, {"bool_value": False}, {"null_value": 0}, {}]),
    st.sampled_from([{"struct_value": {}}, {"list_value": {"values": [{"string_value": "A1"}]}}]),
)
CODES = {name: st.sampled_from([{"string_value": text} for text in texts]) for name, texts in CODED.items()}
CUSTOMERS = st.fixed_dictionaries(
    {}, optional={name: CODES[name] | VALUES if name in CODES else VALUES for name in (*INPUTS, *STRANGE)}
)


def _asking(**features: Value) -> scoring_pb2.ScoreCustomerRequest:
    request = scoring_pb2.ScoreCustomerRequest(parent="tenants/default", customer={"id": "c"})
    request.customer.as_of_time.FromDatetime(NOON)
    request.customer.features.SetInParent()
    for name, value in features.items():
        request.customer.features.fields[name].CopyFrom(value)
    return request


@given(CUSTOMERS, st.none() | st.integers(0, 50), st.sampled_from(["", "en", "zh", "zh-CN"]))
def test_an_answer_is_what_the_plain_way_gives_to_the_byte(
    customer: dict[str, dict[str, Any]], top: int | None, locale: str
) -> None:
    request = _asking(**{name: Value(**value) for name, value in customer.items()})
    request.locale = locale
    if top is not None:
        request.explain_top_k = top
    sent = scoring_pb2.ScoreCustomerRequest.FromString(request.SerializeToString())

    answered = answer(SCORING, sent)

    assert answered == scored_plainly.score(MODEL, request).SerializeToString(deterministic=True)
    assert sent.SerializeToString(deterministic=True) == request.SerializeToString(deterministic=True)  # nothing added


def test_of_a_feature_that_comes_twice_the_last_one_counts() -> None:
    once, again = (_asking(tenure=Value(number_value=x)) for x in (1.0, 60.0))

    twice = scoring_pb2.ScoreCustomerRequest.FromString(once.SerializeToString() + again.SerializeToString())

    assert answer(SCORING, twice) == answer(SCORING, again) != answer(SCORING, once)


class SaidOnce(LoadedModel):
    """A model that counts how many of its features are said."""

    said = 0

    def words(self, locale: str) -> list[Wording]:
        self.said = 0
        return [self.Counted(self, feature, locale) for feature in self.features]

    class Counted(Wording):
        """Counts what it says."""

        def __init__(self, model: SaidOnce, feature: Feature, locale: str) -> None:
            super().__init__(feature, locale)
            self._model = model

        def reason(self, value: FeatureValue, without: float, now: float) -> str:
            self._model.said += 1
            return super().reason(value, without, now)


@pytest.mark.parametrize("top", [0, 1, 3, 5])
def test_no_more_reasons_are_worded_than_are_asked_for(top: int) -> None:
    counting = SaidOnce(MODEL.artefact)
    score = counting.score({"tenure": 3.0, "plan": "A1", "vip": True}, NOON)

    told = reasons(counting, score, top=top)

    assert len(told) == counting.said == top


@pytest.mark.parametrize("has_profiles", [False, True])
def test_customers_of_8d6342a_are_answered_as_they_were_to_the_byte(has_profiles: bool) -> None:
    lines = [json.loads(line) for line in (SCORES_8D6342A / "answers.jsonl").read_text().splitlines()]
    scoring = servicer(read_profiles(PROFILES) if has_profiles else None)

    for line in (line for line in lines if line["profiles"] is has_profiles):
        request = scoring_pb2.ScoreCustomerRequest.FromString(bytes.fromhex(line["asked"]))
        assert answer(scoring, request).hex() == line["answered"], request


PIECES = st.text(st.sampled_from("近登录天为（，a1%-−+ "), max_size=4)


@given(PIECES, PIECES, st.booleans(), st.sampled_from(["", "days", "kg", "%", "元", "-年"]), st.booleans(), st.data())
def test_every_wording_is_said_as_if_it_were_put_together_for_each_value(
    before: str, after: str, has_place: bool, unit: str, zh: bool, data: st.DataObject
) -> None:
    wording = before + ("{value}" if has_place else "") + after
    typical = data.draw(st.none() | st.sampled_from([-2.5, 0.0, 1.0, 21.0, 1e7]))
    feature = Feature(name="n", type="number", unit=unit, typical=typical, wording_zh=wording, wording_en=wording)
    value = data.draw(st.none() | st.sampled_from([1.0, -0.0, -3.0, 1e-9]) | st.floats(allow_nan=False))
    without, now = data.draw(st.floats(0, 1)), data.draw(st.floats(0, 1))
    words = Wording(feature, "zh" if zh else "en")

    assert words.reason(value, without, now) == scored_plainly.text(feature, value, without, now, zh)
    assert words.phrase(value) == scored_plainly.phrase(feature, value, zh)


@given(st.floats(0, 1), st.floats(-0.003, 0.003))
def test_what_shows_is_what_differs_in_percent_with_one_decimal(now: float, moved: float) -> None:
    without = min(1.0, max(0.0, now + moved))

    assert is_shown(without, now) == (f"{100 * without:.1f}" != f"{100 * now:.1f}")


def test_the_model_is_said_in_every_way_there_is() -> None:
    assert {feature.type for feature in FEATURES} == {"number", "category", "bool"}
    assert any(feature.total_of for feature in FEATURES)
    assert any(feature.ages for feature in FEATURES)
