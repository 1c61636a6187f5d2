"""Why this score, in words: the features that moved it most, each with its value, what is usual, and what it did.

The contributions are exact, not sampled: with the bias they add up to the log-odds. The effect on the probability of
one reason is what the probability would lose without it, all else as it is; because the scale is bent, these effects
need not add up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from scoring.encoding import category_text
from scoring.schema import Feature, FeatureValue
from scoring.served import ChurnScore, ServedModel

DEFAULT_TOP = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature's part in a score.

    Parameters
    ----------
    feature
        Its name in the schema.
    value
        As the customer came; None if missing.
    typical
        What it is compared with; None if the schema has nothing.
    contribution
        To the log-odds; positive raises the risk.
    delta_probability
        The probability now less what it would be without this contribution.
    text
        One line in the asked language.
    """

    feature: str
    value: FeatureValue
    typical: FeatureValue
    contribution: float
    delta_probability: float
    text: str


def reasons(
    model: ServedModel, score: ChurnScore, features: Mapping[str, object], *, top: int = DEFAULT_TOP, locale: str = "en"
) -> list[Reason]:
    """List the contributions of a score that weigh most, heaviest first; those of exactly 0 are left out.

    Parameters
    ----------
    features
        What was scored.
    top
        How many at most.
    locale
        ``zh…`` gives Chinese, anything else English.
    """
    contributions = model.kernel.contributions(score.terms)
    weights = list(map(abs, contributions))
    heaviest = sorted(range(len(weights)), key=weights.__getitem__, reverse=True)[:top]
    return [_reason(model, score, features, j, contributions[j], locale) for j in heaviest if contributions[j]]


def _reason(
    model: ServedModel, score: ChurnScore, features: Mapping[str, object], j: int, contribution: float, locale: str
) -> Reason:
    feature = model.schema.features[j]
    value = None if math.isnan(score.row[j]) else _plain(feature, features[feature.name], score.row[j])
    without = model.kernel.calibration.one(score.log_odds - contribution)
    text = reason_text(feature, value, without, score.probability, locale)
    return Reason(feature.name, value, feature.typical, contribution, score.probability - without, text)


def _plain(feature: Feature, value: object, code: float) -> FeatureValue:
    if feature.type == "number":
        return code
    return bool(code) if feature.type == "bool" else category_text(value)


def reason_text(feature: Feature, value: FeatureValue, without: float, now: float, locale: str) -> str:
    """Word one reason.

    Examples
    --------
    >>> words = {"wording_zh": "近30天登录{value}次", "wording_en": "{value} logins in 30 days"}
    >>> logins = Feature(name="logins_30d", type="number", typical=21.0, **words)
    >>> reason_text(logins, 3.0, 0.18, 0.31, "en")
    '3 logins in 30 days (typically 21, −86 %): risk 18 % → 31 %'
    >>> reason_text(logins, 3.0, 0.18, 0.31, "zh")
    '近30天登录3次（一般为21，-86%），流失概率由18%升至31%'
    """
    zh = locale.startswith("zh")
    before, after = f"{100 * without:.0f}", f"{100 * now:.0f}"
    if before == after:
        before, after = f"{100 * without:.1f}", f"{100 * now:.1f}"
    said = phrase(feature, value, locale) + _comparison(feature, value, locale)
    if zh:
        return f"{said}，流失概率由{before}%{'升' if now >= without else '降'}至{after}%"
    return f"{said}: risk {before} % → {after} %"


def phrase(feature: Feature, value: FeatureValue, locale: str) -> str:
    """Say a feature with its value.

    Examples
    --------
    >>> phrase(Feature(name="tenure", type="number", unit="months", wording_en="tenure"), 2.0, "en")
    'tenure 2 months'
    >>> phrase(Feature(name="tenure", type="number"), None, "zh")
    'tenure未知'
    """
    zh, wording = locale.startswith("zh"), feature.wording(locale)
    if value is None:
        subject = wording.replace("{value}", "…" if zh else "an unknown number of") if "{value}" in wording else wording
        return f"{subject}未知" if zh else f"{subject} unknown" if "{value}" not in wording else subject
    shown = value_text(feature, value, locale)
    if "{value}" in wording:
        return wording.replace("{value}", shown)
    unit = feature.unit if zh else f" {feature.unit}" if feature.unit else ""
    return f"{wording}为{shown}{unit}" if zh else f"{wording} {shown}{unit}"


def value_text(feature: Feature, value: FeatureValue, locale: str) -> str:
    """Say a value: numbers to six digits, categories and bools in the language asked for."""
    zh = locale.startswith("zh")
    if isinstance(value, bool):
        names = (feature.categories_zh if zh else feature.categories) or (("否", "是") if zh else ("no", "yes"))
        return names[value]
    if isinstance(value, int | float):
        return f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:.6g}"
    text = str(value)
    return feature.categories_zh[feature.categories.index(text)] if zh and text in _translated(feature) else text


def _translated(feature: Feature) -> tuple[str, ...]:
    return feature.categories if feature.categories_zh else ()


def _comparison(feature: Feature, value: FeatureValue, locale: str) -> str:
    typical = feature.typical
    if typical is None or value is None or typical == value:
        return ""
    zh, usual = locale.startswith("zh"), value_text(feature, typical, locale)
    change = ""
    if feature.type == "number" and isinstance(value, float) and isinstance(typical, float) and typical > 0:
        percent = f"{100 * (value / typical - 1):+.0f}"
        change = f"，{percent}%" if zh else f", {percent.replace('-', '−')} %"
    return f"（一般为{usual}{change}）" if zh else f" (typically {usual}{change})"
