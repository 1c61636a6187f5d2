"""What an artefact says about itself: where it comes from, what its figures mean, when to act.

``manifest.json``, ``thresholds.json`` and ``golden.jsonl`` of a version's folder, as values.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    field_validator,
)

from scoring.errors import ArtefactMalformed, GoldenMismatch
from scoring.model.encoding import RowEncoder
from scoring.model.logistic import FloatArray
from scoring.model.schema import FeatureSchema, FeatureValue, violations
from scoring.model.tables import Kernel, ScoreTables
from scoring.names import NAME_PATTERN

_Name = Annotated[str, Field(pattern=NAME_PATTERN)]
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Share = Annotated[float, Field(gt=0, lt=1)]


class _Document(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", populate_by_name=True)


class Label(_Document):
    """What the model predicts.

    Parameters
    ----------
    name
        For example ``churn``.
    horizon_days
        Days within which it comes true; 0 where the data does not say.
    definition
        How it was made from the data.
    """

    name: Annotated[str, Field(min_length=1, max_length=128)]
    horizon_days: Annotated[int, Field(ge=0, le=3_650)] = 0
    definition: dict[str, JsonValue] = {}


class Manifest(_Document):
    """Where a version comes from; enough to make it again to the bit.

    Parameters
    ----------
    model, version
        Its two names, lower-case letters, digits, ``.``, ``_``, ``-``, up to 63 characters.
    created_time
        When it was trained.
    schema
        What it reads.
    configuration
        Every option of the training that is not at its default.
    data_sha256, code_sha256
        What it was trained on, and with.
    libraries
        Their versions by name.
    parent
        The version that was champion when it was trained; empty: none.
    """

    format: Literal[1] = 1
    model: _Name
    version: _Name
    created_time: AwareDatetime
    label: Label
    feature_schema: Annotated[FeatureSchema, Field(alias="schema")]
    configuration: dict[str, JsonValue] = {}
    data_sha256: _Sha256
    code_sha256: _Sha256
    seed: int
    libraries: dict[str, str] = {}
    parent: str = ""

    @field_validator("version", "model")
    @classmethod
    def _no_dots_alone(cls, name: str) -> str:
        if ".." in name:
            raise ValueError("must not hold two dots in a row")
        return name

    def to_json(self) -> str:
        """Write ``manifest.json``."""
        schema = json.loads(self.feature_schema.to_json())
        document = {**self.model_dump(mode="json", by_alias=True), "schema": schema}
        return json.dumps(document, ensure_ascii=False, indent=2)


class Thresholds(_Document):
    """When a probability calls for action, on the calibrated scale, both between 0 and 1.

    Parameters
    ----------
    at_risk
        From here on rescuing a customer is expected to pay.
    top_decile
        The riskiest tenth of the reference customers begins here: green health above it is a WATERMELON.
    """

    at_risk: _Share
    top_decile: _Share


@dataclass(frozen=True, eq=False)
class Reference:
    """Customers the model was tested on, as histograms: what percentiles and drift are measured against.

    Parameters
    ----------
    counts
        One per feature: customers by bin, int64 of shape (n_bins_j,).
    log_odds_quantiles
        Their log-odds at equal steps of rank, lowest first, float64 of shape (n,), 2 ≤ n ≤ 10,001.
    """

    counts: tuple[npt.NDArray[np.int64], ...]
    log_odds_quantiles: FloatArray

    @classmethod
    def of(cls, tables: ScoreTables, rows: FloatArray, n_quantiles: int = 1_001) -> Reference:
        """Take the histograms of encoded rows, shape (n_rows, n_features)."""
        binned = tables.binned(rows)
        counts = [np.bincount(binned[:, j], minlength=bins.n_bins) for j, bins in enumerate(tables.bins)]
        steps = np.linspace(0.0, 1.0, n_quantiles)
        quantiles = np.quantile(tables.log_odds(rows), steps, method="inverted_cdf")
        return cls(tuple(count.astype(np.int64) for count in counts), quantiles)


class _GoldenLine(_Document):
    features: dict[str, FeatureValue]
    encoded: list[str]
    log_odds: str
    probability: str


@dataclass(frozen=True)
class GoldenRow:
    """A customer and the exact answer the trained tables gave."""

    features: Mapping[str, FeatureValue]
    encoded: tuple[float, ...]
    log_odds: float
    probability: float

    @classmethod
    def of(cls, tables: ScoreTables, schema: FeatureSchema, features: Mapping[str, FeatureValue]) -> GoldenRow:
        """Ask the tables now, to be asked again on every load."""
        row, _ = RowEncoder(schema)(features)
        kernel = Kernel(tables)
        return cls(
            dict(features), tuple(row), kernel.log_odds(kernel.terms(kernel.binned(row))), kernel.probability(row)
        )


def golden_to_jsonl(rows: Iterable[GoldenRow]) -> str:
    """Write ``golden.jsonl``; numbers as hex floats, so that no bit depends on how a decimal is read."""
    lines = [
        _GoldenLine(
            features=dict(row.features),
            encoded=[x.hex() for x in row.encoded],
            log_odds=row.log_odds.hex(),
            probability=row.probability.hex(),
        ).model_dump_json()
        for row in rows
    ]
    return "".join(line + "\n" for line in lines)


def golden_from_jsonl(text: bytes) -> tuple[GoldenRow, ...]:
    """Read ``golden.jsonl``."""
    return tuple(_golden_row(number, line) for number, line in enumerate(text.splitlines(), start=1))


def _golden_row(number: int, text: bytes) -> GoldenRow:
    try:
        line = _GoldenLine.model_validate_json(text)
        encoded = tuple(float.fromhex(x) for x in line.encoded)
        return GoldenRow(line.features, encoded, float.fromhex(line.log_odds), float.fromhex(line.probability))
    except (ValidationError, ValueError, OverflowError) as error:
        raise ArtefactMalformed("golden.jsonl", f"line {number} cannot be read: {str(error).splitlines()[0]}") from None


def check_golden(rows: Sequence[GoldenRow], tables: ScoreTables, schema: FeatureSchema) -> None:
    """Ask the tables again, one by one and all together.

    Raises
    ------
    GoldenMismatch
        If a single bit differs.
    """
    encode, kernel = RowEncoder(schema), Kernel(tables)
    for number, row in enumerate(rows, start=1):
        encoded, _ = encode(row.features)
        if [x.hex() for x in encoded] != [x.hex() for x in row.encoded]:
            raise GoldenMismatch("golden.jsonl", f"line {number}: is encoded otherwise")
        answer = kernel.log_odds(kernel.terms(kernel.binned(encoded))), kernel.probability(encoded)
        if answer != (row.log_odds, row.probability):
            raise GoldenMismatch(
                "golden.jsonl", f"line {number}: expected p = {row.probability!r}, found {answer[1]!r}"
            )
    together = tables.probabilities(np.array([row.encoded for row in rows]))
    if together.tolist() != [row.probability for row in rows]:
        raise GoldenMismatch("golden.jsonl", "one by one and together give different answers")


_AnyDocument = TypeVar("_AnyDocument", bound=BaseModel)


def read_document(kind: type[_AnyDocument], file: str, text: bytes) -> _AnyDocument:
    """Read a JSON document of an artefact.

    Raises
    ------
    ArtefactMalformed
        Naming the first problem and its place.
    """
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        first = violations(error)[0]
        raise ArtefactMalformed(file, f"{first.field}: {first.description}") from None


def percentile(reference: Reference, log_odds: float) -> float:
    """Return the share of reference customers at or below these log-odds, in percent, 0 to 100.

    Examples
    --------
    >>> percentile(Reference((), np.array([-2.0, -1.0, 0.0, 1.0, 2.0])), 0.5)
    60.0
    """
    if math.isnan(log_odds):
        raise ValueError("log_odds is NaN")
    quantiles = reference.log_odds_quantiles
    return 100.0 * float(np.searchsorted(quantiles, log_odds, side="right")) / len(quantiles)
