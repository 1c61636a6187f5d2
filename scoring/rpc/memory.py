"""Between messages and what is remembered of customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fairlead.v1 import scoring_pb2 as pb
from gateway.fields import instant
from scoring.customers import ScoredCustomer
from scoring.errors import InvalidInput, Violation
from scoring.memory import LastScore
from scoring.rpc.messages import MAX_ID

MAX_SCORES = 1_000
MAX_TIER = 64


def last_score_of(score: ScoredCustomer) -> LastScore:
    """Return what is remembered of a score."""
    customer = score.customer
    return LastScore(customer.id, score.churn.probability, score.value_tier, _milliseconds(customer.as_of))


def remembered_scores_of(messages: Sequence[pb.RememberedScore]) -> list[LastScore]:
    """Read scores.

    Raises
    ------
    InvalidInput
        With a violation per field that is not as the contract says.
    """
    if not 0 < len(messages) <= MAX_SCORES:
        raise InvalidInput.of("scores", f"{len(messages)} scores: must be 1 to {MAX_SCORES:,}")
    violations = [
        Violation(f"scores[{place}].{field}", description)
        for place, message in enumerate(messages)
        for field, description in _wrong(message)
    ]
    if violations:
        raise InvalidInput(violations)
    return [
        LastScore(
            message.customer,
            message.churn_probability,
            message.value_tier,
            _milliseconds(instant(message.as_of_time, f"scores[{place}].as_of_time")),
        )
        for place, message in enumerate(messages)
    ]


def _wrong(message: pb.RememberedScore) -> list[tuple[str, str]]:
    faults = []
    if not 0 < len(message.customer) <= MAX_ID:
        faults.append(("customer", f"{len(message.customer)} characters: must be 1 to {MAX_ID}"))
    if not 0 <= message.churn_probability <= 1:
        faults.append(("churn_probability", f"{message.churn_probability:g}: must be 0 to 1"))
    if len(message.value_tier) > MAX_TIER:
        faults.append(("value_tier", f"{len(message.value_tier)} characters: at most {MAX_TIER}"))
    if not message.HasField("as_of_time"):
        faults.append(("as_of_time", "is missing: say when it was so"))
    return faults


def _milliseconds(instant: datetime) -> int:
    return max(0, int(instant.timestamp() * 1000))
