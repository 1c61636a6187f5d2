"""One customer, whole: churn risk with reasons, health beside it, stage and tier. The use case behind ScoreCustomer.

Health and risk come from different evidence and are shown side by side, never mixed. Where they disagree most, green
health with a risk in the top decile, the customer is flagged WATERMELON: green outside, red inside.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from scoring.errors import InvalidInput
from scoring.health.bands import Band, Evaluation, band_after, trend
from scoring.health.lifecycle import Stage, stage_of
from scoring.health.profile import Profile, Profiles
from scoring.health.scoring import Health, health_of
from scoring.health.tiers import tier_of
from scoring.model.encoding import category_text

if TYPE_CHECKING:
    from scoring.model.actions import BestAction
    from scoring.model.loaded import ChurnScore, LoadedModel
    from scoring.model.reasons import Reason

MAX_REASONS = 50
DEFAULT_REASONS = 3
MAX_HISTORY = 400


class Customer(NamedTuple):
    """A customer as known at an instant.

    Parameters
    ----------
    id
        Names them in the answer.
    features
        By name; what the model and the profile do not know is ignored.
    as_of
        When they were so, with its zone.
    history
        Earlier evaluations of health, oldest first; they steady the colour and give the trend.
    """

    id: str
    features: Mapping[str, object]
    as_of: datetime
    history: Sequence[Evaluation] = ()


@dataclass(frozen=True, slots=True)
class HealthView:
    """Health as shown: see `Health`; ``trend`` in points against the last 28 days, None if unknown."""

    health: Health
    band: Band
    trend: float | None


class ScoredCustomer(NamedTuple):
    """All there is to say of a customer; what no profile covers is None or empty."""

    customer: Customer
    model: LoadedModel
    churn: ChurnScore
    reasons: tuple[Reason, ...]
    health: HealthView | None
    watermelon: bool
    stage: Stage | None
    value_tier: str
    profile: Profile | None
    profile_version: str


class CustomerScorer:
    """Scores customers by a model and the profiles that hold now.

    Parameters
    ----------
    profiles
        Returns the health profiles; None: there are none.
    """

    def __init__(self, profiles: Callable[[], Profiles | None]) -> None:
        self._profiles = profiles

    def score(
        self, model: LoadedModel, customer: Customer, *, top: int = DEFAULT_REASONS, locale: str = "en"
    ) -> ScoredCustomer:
        """Score one customer.

        Parameters
        ----------
        model
            That of the customer's tenant, as it is now.
        top
            Reasons wanted, 0 to 50.
        locale
            ``zh…`` or ``en…``.

        Raises
        ------
        InvalidInput
            If a limit is exceeded.
        """
        _check(customer, top)
        profiles = self._profiles()
        churn = model.score(customer.features, customer.as_of)
        why = tuple(_reasons()(model, churn, top=top, locale=locale)) if top else ()
        if profiles is None:
            return ScoredCustomer(customer, model, churn, why, None, False, None, "", None, "")
        stage = stage_of(customer.features, profiles.lifecycle) if profiles.lifecycle else None
        tier = tier_of(customer.features, profiles.value_tier) if profiles.value_tier else ""
        profile = profiles.profile_for(_segment(customer.features, profiles), stage)
        view = health_view(customer, profile) if profile else None
        watermelon = view is not None and view.band is Band.GREEN
        watermelon = watermelon and churn.probability >= model.artefact.thresholds.top_decile
        return ScoredCustomer(customer, model, churn, why, view, watermelon, stage, tier, profile, profiles.digest)

    def best_action(
        self, model: LoadedModel, customer: Customer, threshold: float | None = None
    ) -> tuple[BestAction, ChurnScore]:
        """Find what would keep a customer; ``threshold`` None means the model's own ``at_risk``."""
        from scoring.model.actions import find_best_action

        _check(customer, 0)
        if threshold is not None and not 0 < threshold < 1:
            raise InvalidInput.of("threshold", f"{threshold:g} is not between 0 and 1")
        churn = model.score(customer.features, customer.as_of)
        wanted = model.artefact.thresholds.at_risk if threshold is None else threshold
        return find_best_action(model, churn, wanted), churn


@functools.cache
def _reasons() -> Callable[..., list[Reason]]:
    """Import what words reasons, as the model was: once there is one."""
    from scoring.model.reasons import reasons

    return reasons


def health_view(customer: Customer, profile: Profile) -> HealthView:
    """Reckon health, its colour and its trend."""
    health = health_of(customer.features, profile)
    past = [evaluation.health for evaluation in customer.history if evaluation.time < customer.as_of]
    band = band_after([*past, health.shown], profile.bands, profile.hysteresis)
    if health.knock_outs and health.shown is not None:  # what is certain does not wait for a second evaluation
        band = min(band, band_after([health.shown], profile.bands, profile.hysteresis), key=list(Band).index)
    direction = None if health.shown is None else trend(health.shown, customer.history, customer.as_of)
    return HealthView(health, band, direction)


def _segment(features: Mapping[str, object], profiles: Profiles) -> str:
    value = features.get(profiles.segment_feature)
    return "" if value is None else category_text(value)


def check_reasons(top: int) -> None:
    """Refuse more reasons than are told, or fewer than none.

    Raises
    ------
    InvalidInput
        Naming the field.
    """
    if not 0 <= top <= MAX_REASONS:
        raise InvalidInput.of("explain_top_k", f"{top} is not between 0 and {MAX_REASONS}")


def _check(customer: Customer, top: int) -> None:
    check_reasons(top)
    if len(customer.history) > MAX_HISTORY:
        raise InvalidInput.of(
            "customer.health_evaluations", f"has {len(customer.history)} evaluations, {MAX_HISTORY} are allowed"
        )
    if customer.history and any(later.time <= earlier.time for earlier, later in pairwise(customer.history)):
        raise InvalidInput.of("customer.health_evaluations", "must go from the oldest to the newest")
