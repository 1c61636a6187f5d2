"""Why this score, in words: the features that moved it most, each with its value, what is usual, and what it did.

The contributions are exact, not sampled: with the bias they add up to the log-odds. The effect on the probability of
one reason is what the probability would lose without it, all else as it is; because the scale is bent, these effects
need not add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from scoring.model.encoding import category_text
from scoring.model.loaded import ChurnScore, LoadedModel
from scoring.model.schema import Feature, FeatureValue


class Reason(NamedTuple):
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
    model: LoadedModel, score: ChurnScore, features: Mapping[str, object], *, top: int, locale: str = "en"
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
    words, one, now = model.words(locale), model.kernel.calibration.one, score.probability
    listed = []
    for j in heaviest:
        if contribution := contributions[j]:
            feature, code = model.features[j], score.row[j]
            value = None if code != code else _plain(feature, features.get(feature.name), code)
            without = one(score.log_odds - contribution)
            text = words[j].reason(value, without, now)
            listed.append(Reason(feature.name, value, feature.typical, contribution, now - without, text))
    return listed


def _plain(feature: Feature, value: object, code: float) -> FeatureValue:
    if feature.type == "number":
        return code
    return bool(code) if feature.type == "bool" else category_text(value)
