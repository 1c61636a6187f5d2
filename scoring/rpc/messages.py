"""Between messages and values: customers in, scores and actions out."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from failures import shown
from fairlead.v1 import scoring_pb2 as pb
from gateway.fields import instant
from scoring.clock import Now
from scoring.customers import Customer, HealthView, ScoredCustomer
from scoring.errors import InvalidInput
from scoring.health.bands import Band, Evaluation
from scoring.health.lifecycle import Stage
from scoring.health.profile import Dimension, KnockOut, Profile
from scoring.model.encoding import Flag, FlagKind
from scoring.rpc.features import features_of, write_value
from scoring.rpc.templates import template_of

if TYPE_CHECKING:
    from scoring.model.actions import BestAction, FeatureChange
    from scoring.model.loaded import LoadedModel

MAX_ID = 256
_BANDS: dict[Band, Any] = {band: pb.HealthBand.Value(f"HEALTH_BAND_{band}") for band in Band}
_STAGES: dict[Stage, Any] = {stage: pb.LifecycleStage.Value(f"LIFECYCLE_STAGE_{stage}") for stage in Stage}
_KINDS: dict[FlagKind, Any] = {kind: pb.ScoreFlag.Kind.Value(f"KIND_{kind}") for kind in FlagKind}


@functools.lru_cache(maxsize=64)
def locale_of(locale: str) -> str:
    """Read a locale; empty is English.

    Raises
    ------
    InvalidInput
        If it is another language.
    """
    language = re.split("[-_]", locale or "en", maxsplit=1)[0].lower()
    if language not in ("zh", "en"):
        raise InvalidInput.of("locale", f"{shown(locale)}: must be zh or en, a region may follow")
    return language


async def customer_of(message: pb.Customer, now: Now) -> Customer:
    """Read a customer, as known now where the message does not say when.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says.
    """
    if not 0 < len(message.id) <= MAX_ID:
        raise InvalidInput.of("customer.id", f"{len(message.id)} characters: must be 1 to {MAX_ID}")
    features = features_of(message)
    as_of = instant(message.as_of_time, "customer.as_of_time") if message.HasField("as_of_time") else await now()
    evaluations = message.health_evaluations
    return Customer(message.id, features, as_of, _history(evaluations) if evaluations else ())


def _history(evaluations: Sequence[pb.HealthEvaluation]) -> list[Evaluation]:
    return [
        Evaluation(
            instant(past.evaluate_time, f"customer.health_evaluations[{place}].evaluate_time"),
            _health(past.health, place) if past.HasField("health") else None,
        )
        for place, past in enumerate(evaluations)
    ]


def score_message(score: ScoredCustomer, locale: str) -> pb.Score:
    """Write a score."""
    churn, template = score.churn, template_of(score.model)
    message = template.score(churn)
    message.customer = score.customer.id
    if score.watermelon:
        message.watermelon = True
    if score.value_tier:
        message.value_tier = score.value_tier
    if score.profile_version:
        message.profile_version = score.profile_version
    for flag in churn.flags:
        message.flags.append(_flag_message(flag))
    for reason in score.reasons:
        template.add(message.reasons, reason)
    if score.stage is not None:
        message.lifecycle_stage = _STAGES[score.stage]
    if churn.valid_until is not None:
        message.valid_until_time.FromDatetime(churn.valid_until)
    if score.health is not None and score.profile is not None:
        _write_health(message, score.health, score.profile, locale)
    return message


def action_message(
    customer: Customer, action: BestAction, model: LoadedModel, threshold: float, locale: str
) -> pb.BestAction:
    """Write an action."""
    return pb.BestAction(
        customer=customer.id,
        changes=[_change_message(change, model, locale) for change in action.changes],
        probability=action.before,
        changed_probability=action.after,
        threshold=threshold,
        reached=action.reaches,
        effort=action.effort,
        model_version=model.name,
    )


def _flag_message(flag: Flag) -> pb.ScoreFlag:
    return pb.ScoreFlag(feature=flag.feature, kind=_KINDS[flag.kind], value=flag.value)


def _write_health(message: pb.Score, view: HealthView, profile: Profile, locale: str) -> None:
    health = view.health
    message.band = _BANDS[view.band]
    message.coverage = health.coverage
    message.profile = profile.name
    if health.shown is not None:
        message.health = health.shown
    if view.trend is not None:
        message.health_trend = view.trend
    named: list[KnockOut | Dimension] = [*profile.knock_outs, *profile.dimensions]
    titles = {part.name: part.wording_zh if locale == "zh" else part.wording_en for part in named}
    message.parts.extend(
        pb.HealthPart(name=p.name, points=p.points, score=p.score, coverage=p.coverage, title=titles[p.name])
        for p in health.parts
    )


def _change_message(change: FeatureChange, model: LoadedModel, locale: str) -> pb.FeatureChange:
    words = model.words(locale)[model.schema.places[change.feature]]
    text = f"{words.phrase(change.before)} → {words.value(change.after)}"
    message = pb.FeatureChange(feature=change.feature, text=text)
    write_value(message.before, change.before)
    write_value(message.after, change.after)
    return message


def _health(health: int, place: int) -> int:
    if not 0 <= health <= 100:
        raise InvalidInput.of(f"customer.health_evaluations[{place}].health", f"{health}: must be 0 to 100")
    return health
