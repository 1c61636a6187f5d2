"""What the answers by one model have in common, written once: filling in the rest takes less than writing all of it."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from fairlead.v1 import scoring_pb2 as pb
from scoring.rpc.features import write_value

if TYPE_CHECKING:
    from scoring.model.loaded import ChurnScore, LoadedModel
    from scoring.model.reasons import Reason
    from scoring.model.schema import Feature


class Template:
    """Scores and reasons of a model, with all that no customer changes."""

    def __init__(self, model: LoadedModel) -> None:
        self._at_risk_threshold = model.artefact.thresholds.at_risk
        risk = pb.ChurnRisk(
            horizon_days=model.artefact.manifest.label.horizon_days,
            base_log_odds=model.kernel.bias,
            at_risk_threshold=self._at_risk_threshold,
        )
        score = pb.Score(band=pb.HEALTH_BAND_UNKNOWN, model_version=model.name, churn=risk)
        self._score = score.SerializeToString()
        self._reasons = {feature.name: _reason(feature).SerializeToString() for feature in model.features}

    def score(self, churn: ChurnScore) -> pb.Score:
        """Return a score with its risk, and nothing yet of the customer or why."""
        message = pb.Score.FromString(self._score)
        risk = message.churn
        risk.probability = churn.probability
        risk.percentile = churn.percentile
        risk.log_odds = churn.log_odds
        risk.at_risk = churn.probability >= self._at_risk_threshold
        return message

    def add(self, messages: Any, reason: Reason) -> None:
        """Add a reason to those of a score."""
        feature, value, _, contribution, delta, text = reason
        message = messages.add()
        message.MergeFromString(self._reasons[feature])
        message.contribution = contribution
        message.delta_probability = delta
        message.text = text
        write_value(message.value, value)


def _reason(feature: Feature) -> pb.ScoreReason:
    message = pb.ScoreReason(feature=feature.name)
    write_value(message.typical, feature.typical)
    return message


_TEMPLATES: dict[int, Template] = {}


def template_of(model: LoadedModel) -> Template:
    """Return a model's template, made when it is first asked for and kept for as long as the model is."""
    made = _TEMPLATES.get(id(model))  # a dictionary of weak references would take longer than what it saves
    if made is None:
        made = _TEMPLATES[id(model)] = Template(model)
        weakref.finalize(model, _TEMPLATES.pop, id(model))
    return made
