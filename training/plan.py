"""How to train, and what came of it. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from scoring.artefact import Artefact
from scoring.logistic import FloatArray
from scoring.tables import ScoreTables
from training.baselines import Baseline
from training.calibrating import Calibrated
from training.candidates import LADDER, REFEREE, Candidate
from training.evaluation import Judged
from training.gates import Gate
from training.preparing import Prepared
from training.profit import Campaign
from training.seed import DEFAULT_SEED
from training.selection import Trial


@dataclass(frozen=True)
class Plan:
    """How to train.

    Parameters
    ----------
    seed
        Of everything that is drawn.
    horizon_days
        How long after its moment a row's outcome is known; counts only where rows have a time.
    ladder
        Candidates, simplest first.
    referee
        Judged beside them, never shipped; None: spare the time.
    campaign
        What keeping a customer costs and brings.
    """

    seed: int = DEFAULT_SEED
    horizon_days: int = 0
    ladder: Sequence[Candidate] = LADDER
    referee: Candidate | None = REFEREE
    campaign: Campaign = field(default_factory=Campaign)


@dataclass(frozen=True, eq=False)
class Champion:
    """The version that serves now, and how it was judged: its recipe anew, or its tables as they are."""

    artefact: Artefact
    judged: Judged
    how: str


@dataclass(frozen=True, eq=False)
class Trained:
    """A model that is ready to be written, and all that was found on the way.

    Parameters
    ----------
    tables
        What is shipped, with its calibration.
    trials
        Every candidate on the selection folds, and the one that was taken.
    judged
        The shipped model on rows it has not learnt from: all by cross-validation, or the last block of time.
    reference_rows
        Encoded rows against which percentiles and drift will be measured.
    """

    prepared: Prepared
    plan: Plan
    tables: ScoreTables
    parity: float
    trials: tuple[Trial, ...]
    chosen: Trial
    referee: Judged | None
    calibrated: Calibrated
    judged: Judged
    baselines: tuple[Baseline, ...]
    champion: Champion | None
    gates: tuple[Gate, ...]
    reference_rows: FloatArray

    @property
    def is_forward(self) -> bool:
        """Whether it was judged on the future."""
        return self.prepared.examples.times is not None
