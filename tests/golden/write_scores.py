"""``python -m tests.golden.write_scores FOLDER``: customers of every kind, and what ScoreCustomer answers to the byte.

Run on the commit before answers were made from templates. See the package for how to run it there.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from fairlead.v1 import scoring_pb2
from scoring.customers import CustomerScorer
from scoring.health.profile import Profiles, read_profiles
from scoring.model.artefact import Artefact
from scoring.model.loaded import LoadedModel
from scoring.model.manifest import Reference, Thresholds
from scoring.model.schema import Feature, FeatureSchema
from scoring.model.tables import Bins, ScoreTables
from scoring.rpc.scoring import ScoringServicer
from tests.scoring_models import NOON, ScoreBook, manifest

N_REQUESTS = 120
NUMBERS = (
    0.0,
    -0.0,
    1.0,
    -1.0,
    3.0,
    -3.5,
    21.0,
    29.0,
    0.1,
    1e-9,
    1e6,
    -1234567.0,
    1e22,
    1e300,
    -999.0,
    math.inf,
    math.nan,
)
TEXTS = ("", " ", "A1", " A1 ", "按月", "Yes", "no", "true", "NA", "无", "12", "-3", "1e5", "weekly", "𝟑", "长" * 99)
STRANGE = ("tenrue", "fixed_fee", "x", "", "变化 ", "plan.")

FEATURES = (
    Feature(name="tenure", type="number", unit="months", typical=29.0, low=0.0, high=72.0, ages=True),
    Feature(
        name="变化", type="number", typical=-2.5, wording_zh="变化+{value}个点", wording_en="change of {value} points"
    ),
    Feature(name="share", type="number", typical=0.0, wording_zh="{value}的占比", wording_en="{value} of the share"),
    Feature(name="logins", type="number", typical=1.0, wording_zh="近30天登录{value}次", wording_en="{value} logins"),
    Feature(name="weight", type="number", unit="kg", missing=("-999", "NA"), wording_zh="重量kg", wording_en="weight"),
    Feature(name="visits", type="number", unit="times", wording_zh="到店"),
    Feature(name="plan", type="category", categories=("A1", " B2 ", "按月"), typical="A1", wording_zh="方案"),
    Feature(
        name="term",
        type="category",
        categories=("12", "monthly"),
        categories_zh=("12个月", ""),
        wording_zh="合约{value}起",
        wording_en="a {value} term",
    ),
    Feature(name="vip", type="bool", typical=False, wording_zh="是VIP"),
    Feature(name="mail", type="bool", categories=("No", "Yes"), wording_en="mail {value}"),
    Feature(name="bill", type="number", total_of=("fixed fee", "share"), missing=("NA",), typical=20.0, unit="元"),
)
INPUTS = FeatureSchema(features=FEATURES).inputs
CODED = {"plan": ("A1", "B2", "按月"), "term": ("12", "monthly"), "vip": ("true", "false"), "mail": ("No", "Yes")}

PROFILES = """
version: 1
segment_feature: plan
profiles:
  - name: default
    dimensions:
      - {name: usage, weight: 60, wording_zh: 使用, signals: [{feature: logins, bad: 2, warn: 8, good: 20}]}
      - {name: age, weight: 40, wording_en: age, signals: [{feature: tenure, bad: 1, warn: 4, good: 10}]}
    knock_outs: [{name: left, feature: vip, equals: true, cap: 10, wording_en: has left}]
"""


def model() -> LoadedModel:
    """Return a model whose features are said in every way there is."""
    rng = np.random.default_rng(17)
    bins = [
        Bins(n_categories=f.n_categories) if f.type != "number" else Bins(np.sort(rng.normal(0, 9, 12)))
        for f in FEATURES
    ]
    mains = tuple(rng.normal(0, 0.4, b.n_bins) for b in bins)
    pairs = {(a, b): rng.normal(0, 0.1, (bins[a].n_bins, bins[b].n_bins)) for a, b in ((0, 6), (2, 3), (4, 9))}
    tables = ScoreTables(-0.75, tuple(bins), mains, pairs)
    reference = Reference.of(tables, rng.normal(0, 9, (500, len(FEATURES))))
    described = manifest(schema=FeatureSchema(features=FEATURES))
    return LoadedModel(Artefact(tables, described, Thresholds(at_risk=0.3, top_decile=0.5), reference, (), "d" * 64))


class Champion:
    """One model, for every tenant."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded

    async def of(self, _tenant: str) -> LoadedModel:
        return self._loaded


def servicer(profiles: Profiles | None) -> ScoringServicer:
    """Return what answers."""
    champion: Any = Champion(model())
    return ScoringServicer(champion, CustomerScorer(lambda: profiles), ScoreBook())


def answer(scoring: ScoringServicer, request: scoring_pb2.ScoreCustomerRequest) -> bytes:
    """Return a call's answer; equal ones have equal bytes."""
    call: Any = None
    return asyncio.run(scoring.ScoreCustomer(request, call)).SerializeToString(deterministic=True)


def requests(seed: int = 5) -> Iterator[scoring_pb2.ScoreCustomerRequest]:
    """Draw requests."""
    drawn = random.Random(seed)
    for number in range(N_REQUESTS):
        request = scoring_pb2.ScoreCustomerRequest(parent="tenants/default", customer={"id": f"c{number}"})
        request.customer.as_of_time.FromDatetime(NOON)
        request.locale = drawn.choice(("", "en", "zh", "zh-CN"))
        if drawn.random() < 0.8:
            request.explain_top_k = drawn.choice((0, 1, 2, 3, 5, 11, 50))
        for name in (*INPUTS, *STRANGE):
            if drawn.random() < (0.85 if name in INPUTS else 0.2):
                _draw(drawn, name, request.customer.features.fields[name])
        yield request


def _draw(drawn: random.Random, name: str, value: Any) -> None:
    kind = drawn.random()
    if name in CODED and kind < 0.7:
        value.string_value = drawn.choice(CODED[name])
    elif kind < 0.6:
        value.number_value = drawn.choice((*NUMBERS, drawn.gauss(0, 9), float(drawn.randrange(40))))
    elif kind < 0.85:
        value.string_value = drawn.choice(TEXTS)
    elif kind < 0.92:
        value.bool_value = drawn.random() < 0.5
    elif kind < 0.95:
        value.null_value = 0
    elif kind < 0.97:
        value.list_value.append(1.0)
    elif kind < 0.99:
        value.struct_value["x"] = "y"


def main(folder: Path) -> None:
    """Write a line for each request: without profiles, or with them, what was asked and answered, in hex."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ways = {"": None, PROFILES: read_profiles(PROFILES)}
    with (folder / "answers.jsonl").open("w") as answers:
        for number, request in enumerate(requests()):
            profiles = list(ways)[number % 2]
            asked = request.SerializeToString(deterministic=True).hex()
            line = {
                "profiles": bool(profiles),
                "asked": asked,
                "answered": answer(servicer(ways[profiles]), request).hex(),
            }
            answers.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
