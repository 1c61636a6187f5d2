"""How to train, and what came of it. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from scoring.model.artefact import Artefact
from scoring.model.logistic import FloatArray
from scoring.model.profit import ProfitAssumptions
from scoring.model.tables import ScoreTables
from scoring.registry.gates import Gate
from training.data.preparing import Prepared
from training.evaluate.baselines import Baseline
from training.evaluate.evaluation import Judged
from training.evaluate.gates import Segments
from training.evaluate.profit import Campaign
from training.learn.calibrating import Calibrated
from training.learn.candidates import BENCHMARK_MODEL, LADDER, Candidate
from training.learn.selection import JudgedCandidate
from training.seed import DEFAULT_SEED


@dataclass(frozen=True)
class TrainingPlan:
    """How to train.

    Parameters
    ----------
    seed
        Of everything that is drawn.
    horizon_days
        How long after its moment a row's outcome is known; counts only where rows have a time.
    ladder
        Candidates, simplest first.
    benchmark_model
        Judged beside them, never shipped; None: spare the time.
    profit
        What rescuing a customer costs and brings.
    """

    seed: int = DEFAULT_SEED
    horizon_days: int = 0
    ladder: Sequence[Candidate] = LADDER
    benchmark_model: Candidate | None = BENCHMARK_MODEL
    profit: ProfitAssumptions = field(default_factory=ProfitAssumptions)

    @property
    def campaign(self) -> Campaign:
        """What the scores are judged by."""
        return Campaign.of(self.profit)


@dataclass(frozen=True, eq=False)
class Champion:
    """The version that serves now, and how it was judged; ``judged`` is None if it could not be judged fairly."""

    artefact: Artefact
    judged: Judged | None
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
    segments
        Which of the judged rows are of a category, by its name.
    """

    prepared: Prepared
    plan: TrainingPlan
    tables: ScoreTables
    parity: float
    trials: tuple[JudgedCandidate, ...]
    chosen: JudgedCandidate
    benchmark_model: Judged | None
    calibrated: Calibrated
    judged: Judged
    baselines: tuple[Baseline, ...]
    champion: Champion | None
    gates: tuple[Gate, ...]
    reference_rows: FloatArray
    segments: Segments

    @property
    def is_forward(self) -> bool:
        """Whether it was judged on the future."""
        return self.prepared.rows.times is not None
