"""ScoreCustomer the plain way: every value read, every feature encoded, every text put together anew, for each call.

It is slow and easy to believe. Whatever the service does to be fast is held to it.
"""

from __future__ import annotations

import re
from typing import Any

from google.protobuf.struct_pb2 import Value

from fairlead.v1 import scoring_pb2 as pb
from scoring.model.encoding import FeatureEncoder, Flag, FlagKind, SlipFinder, TotalEncoder
from scoring.model.loaded import LoadedModel
from scoring.model.schema import Feature
from scoring.model.wording import UNITS

_SEAM = re.compile(r"(?<=[\u3400-\u9fff])(?=[-−+]?[A-Za-z0-9])|(?<=[A-Za-z0-9%])(?=[\u3400-\u9fff])")


def score(model: LoadedModel, request: pb.ScoreCustomerRequest) -> pb.Score:
    """Answer a request of a customer who has no health profile, and whose instant is named."""
    features = {name: plain(value) for name, value in request.customer.features.fields.items()}
    row, flags = encoded(model, features)
    kernel, risk = model.kernel, model.scored(row, request.customer.as_of_time.ToDatetime())
    message = pb.Score(customer=request.customer.id, band=pb.HEALTH_BAND_UNKNOWN, model_version=model.name)
    threshold = model.artefact.thresholds.at_risk
    message.churn.CopyFrom(
        pb.ChurnRisk(
            probability=risk.probability,
            horizon_days=model.artefact.manifest.label.horizon_days,
            percentile=risk.percentile,
            log_odds=risk.log_odds,
            base_log_odds=kernel.bias,
            at_risk=risk.probability >= threshold,
            at_risk_threshold=threshold,
        )
    )
    for flag in SlipFinder(model.schema)(features, flags):
        kind: Any = pb.ScoreFlag.Kind.Value(f"KIND_{flag.kind}")
        message.flags.append(pb.ScoreFlag(feature=flag.feature, kind=kind, value=flag.value))
    top = request.explain_top_k if request.HasField("explain_top_k") else 3
    message.reasons.extend(_reasons(model, row, risk, request.locale.startswith("zh"))[:top])
    if risk.valid_until is not None:
        message.valid_until_time.FromDatetime(risk.valid_until)
    return message


def plain(value: Value) -> object:
    """Return what a value of a Struct holds."""
    kind = value.WhichOneof("kind")
    return None if kind in (None, "null_value") else getattr(value, str(kind))


def encoded(model: LoadedModel, features: dict[str, object]) -> tuple[list[float], list[Flag]]:
    """Encode feature by feature, as each encoder says."""
    row, flags = [], []
    for feature in model.features:
        value = features.get(feature.name)
        number, kind = TotalEncoder(feature)(features) if feature.total_of else FeatureEncoder(feature)(value)
        row.append(number)
        if kind is not None:
            shown = "" if feature.total_of or value is None else str(value)[:64]
            flags.append(Flag(feature.name, FlagKind(kind), shown))
    return row, flags


def _reasons(model: LoadedModel, row: list[float], risk: Any, zh: bool) -> list[pb.ScoreReason]:
    found = []
    for place, contribution in enumerate(model.kernel.contributions(risk.terms)):
        without = model.kernel.calibration.one(risk.log_odds - contribution)
        if f"{100 * without:.1f}" != f"{100 * risk.probability:.1f}":
            feature = model.features[place]
            value = _decoded(feature, row[place])
            reason = pb.ScoreReason(feature=feature.name, contribution=contribution)
            reason.delta_probability = risk.probability - without
            reason.text = text(feature, value, without, risk.probability, zh)
            reason.value.CopyFrom(_value(value))
            reason.typical.CopyFrom(_value(feature.typical))
            found.append(reason)
    return sorted(found, key=lambda reason: -abs(reason.contribution))


def _decoded(feature: Feature, code: float) -> Any:
    if code != code:
        return None
    if feature.type == "number":
        return code
    return bool(code) if feature.type == "bool" else feature.categories[int(code)].strip()


def _value(value: Any) -> Value:
    if isinstance(value, bool):
        return Value(bool_value=value)
    if isinstance(value, str):
        return Value(string_value=value)
    return Value(null_value=0) if value is None else Value(number_value=value)  # type: ignore[arg-type]


def text(feature: Feature, value: Any, without: float, now: float, zh: bool) -> str:
    """Say a reason; the spaces of Chinese typography are put into the whole sentence."""
    before, after = f"{100 * without:.0f}", f"{100 * now:.0f}"
    if before == after:
        before, after = f"{100 * without:.1f}", f"{100 * now:.1f}"
    said, typical = phrase(feature, value, zh), feature.typical
    if value is not None and typical is not None and value != typical:
        usual = _said(feature, typical, zh)
        said += f"（一般为{usual}" if zh else f" (typically {usual}"
        if feature.type == "number" and typical > 0:  # type: ignore[operator]  # a number's is a number
            change = f"{100.0 / typical * value - 100.0:+.0f}"  # type: ignore[operator]  # likewise
            said += f"，{change}%" if zh else f", {change.replace('-', '−')} %"
        said += "）" if zh else ")"
    if zh:
        return _SEAM.sub(" ", f"{said}，流失概率为{after}%，若无此项为{before}%")
    return f"{said}: risk {after} %, {before} % without it"


def phrase(feature: Feature, value: Any, zh: bool) -> str:
    """Say the feature with its value."""
    wording = feature.wording("zh" if zh else "en")
    if "{value}" in wording:
        before, after = wording.split("{value}", 1)
        unknown = before + ("…" if zh else "an unknown number of") + after + ("未知" if zh else "")
    else:
        before, after = wording + ("为" if zh else " "), ""
        unknown = wording + ("未知" if zh else " unknown")
    said = unknown if value is None else before + _said(feature, value, zh) + after
    return _SEAM.sub(" ", said) if zh else said


def _said(feature: Feature, value: Any, zh: bool) -> str:
    if type(value) is float:
        number = f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:.6g}"
        return number + ("" if "{value}" in feature.wording("zh" if zh else "en") else _unit(feature.unit, value, zh))
    names = (feature.categories_zh if zh else ()) or feature.categories
    if feature.type == "bool":
        no, yes = names or (("否", "是") if zh else ("no", "yes"))
        return yes if value else no
    return dict(zip((known.strip() for known in feature.categories), names, strict=True)).get(value) or str(value)


def _unit(unit: str, value: float, zh: bool) -> str:
    one, chinese = UNITS.get(unit, (unit, unit))
    return "" if not unit else chinese if zh else f" {one if value == 1 else unit}"
