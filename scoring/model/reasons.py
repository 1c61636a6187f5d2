"""Why this score, in words: the features that moved it most, each with its value, what is usual, and what it did.

The contributions are exact, not sampled: with the bias they add up to the log-odds. All reasons of a score start from
one point, the customer's own risk: the effect of each is what that would lose without it, all else as it is. Because
the scale is bent, these effects need not add up. What moves the risk by less than can be shown is no reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from scoring.model.loaded import ChurnScore, LoadedModel
from scoring.model.schema import FeatureValue
from scoring.model.wording import is_shown


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


def reasons(model: LoadedModel, score: ChurnScore, *, top: int, locale: str = "en") -> list[Reason]:
    """List the contributions of a score that weigh most, heaviest first, with those left out whose effect on the risk
    is too small to be shown.

    Parameters
    ----------
    top
        How many at most.
    locale
        ``zh…`` gives Chinese, anything else English.
    """
    return list(islice(_heaviest(model, score, locale), top))


def _heaviest(model: LoadedModel, score: ChurnScore, locale: str) -> Iterator[Reason]:
    contributions = model.kernel.contributions(score.terms)
    weights = list(map(abs, contributions))
    words, without_it, now = model.words(locale), model.kernel.calibrated, score.probability
    for j in sorted(range(len(weights)), key=weights.__getitem__, reverse=True):
        contribution = contributions[j]
        without = without_it(score.log_odds - contribution)
        if is_shown(without, now):
            value, said = model.decoded(j, score.row[j]), words[j]
            text = said.reason(value, without, now)
            yield Reason(said.name, value, said.typical, contribution, now - without, text)
