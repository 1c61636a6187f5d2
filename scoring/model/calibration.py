"""What turns the tables' log-odds into the probability that is shown: nothing, a line, a temperature, or steps.

Every one is monotonic, so calibration never changes who is riskier than whom. Fitted by training on a later block,
stored in ``calibration.json``.

References
----------
J. Platt, "Probabilistic Outputs for Support Vector Machines", 1999 (sigmoid). B. Zadrozny and C. Elkan, KDD 2002
(isotonic: steps). C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017 (temperature).
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from scoring.errors import ArtefactMalformed
from scoring.model.logistic import FloatArray, probabilities, probability

_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Probability = Annotated[float, Field(ge=0, le=1)]
_FILE = "calibration.json"


class _Calibration(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Identity(_Calibration):
    """p = σ(z).

    Examples
    --------
    >>> Identity().one(0.0)
    0.5
    """

    kind: Literal["identity"] = "identity"

    def one(self, log_odds: float) -> float:
        """Return the probability of one row."""
        return probability(log_odds)

    def many(self, log_odds: FloatArray) -> FloatArray:
        """Return the probabilities, of the same shape."""
        return probabilities(log_odds)


class Sigmoid(_Calibration):
    """p = σ(a z + b), a > 0.

    Examples
    --------
    >>> Sigmoid(a=2.0, b=-1.0).one(0.5)
    0.5
    """

    kind: Literal["sigmoid"] = "sigmoid"
    a: _Positive
    b: _Finite

    def one(self, log_odds: float) -> float:
        """Return the probability of one row."""
        return probability(self.a * log_odds + self.b)

    def many(self, log_odds: FloatArray) -> FloatArray:
        """Return the probabilities, of the same shape."""
        return probabilities(self.a * log_odds + self.b)


class Temperature(_Calibration):
    """p = σ(z / t), t > 0.

    Examples
    --------
    >>> Temperature(t=2.0).one(2.0) == Identity().one(1.0)
    True
    """

    kind: Literal["temperature"] = "temperature"
    t: _Positive

    def one(self, log_odds: float) -> float:
        """Return the probability of one row."""
        return probability(log_odds / self.t)

    def many(self, log_odds: FloatArray) -> FloatArray:
        """Return the probabilities, of the same shape."""
        return probabilities(log_odds / self.t)


class Steps(_Calibration):
    """p = values[i], where edges[i - 1] < z ≤ edges[i].

    Parameters
    ----------
    edges
        Log-odds, strictly rising, up to 100,000.
    values
        Probabilities, never falling, one more than edges.

    Examples
    --------
    >>> steps = Steps(edges=(-1.0, 1.0), values=(0.1, 0.4, 0.8))
    >>> steps.one(-1.0), steps.one(0.0), steps.one(9.0)
    (0.1, 0.4, 0.8)
    """

    kind: Literal["steps"] = "steps"
    edges: Annotated[tuple[_Finite, ...], Field(max_length=100_000)]
    values: Annotated[tuple[_Probability, ...], Field(max_length=100_001)]

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if len(self.values) != len(self.edges) + 1:
            raise ValueError(f"{len(self.edges)} edges need one value more, not {len(self.values)}")
        if not all(low < high for low, high in pairwise(self.edges)):
            raise ValueError("edges must rise")
        if not all(low <= high for low, high in pairwise(self.values)):
            raise ValueError("values must not fall")
        return self

    def one(self, log_odds: float) -> float:
        """Return the probability of one row."""
        return self.values[bisect_left(self.edges, log_odds)]

    def many(self, log_odds: FloatArray) -> FloatArray:
        """Return the probabilities, of the same shape."""
        return np.array(self.values)[np.searchsorted(np.array(self.edges, float), log_odds, side="left")]


Calibration = Identity | Sigmoid | Temperature | Steps
_ANY: TypeAdapter[Calibration] = TypeAdapter(Annotated[Calibration, Field(discriminator="kind")])


def calibration_from_json(text: str | bytes) -> Calibration:
    """Read ``calibration.json``.

    Raises
    ------
    ArtefactMalformed
        If it is not exactly one of the four.

    Examples
    --------
    >>> calibration_from_json('{"kind": "temperature", "t": 1.5}')
    Temperature(kind='temperature', t=1.5)
    """
    try:
        return _ANY.validate_json(text)
    except ValidationError as error:
        raise ArtefactMalformed(_FILE, error.errors(include_url=False)[0]["msg"]) from None
