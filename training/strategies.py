"""The use case: from a table of customers to a version that may be promoted.

Read downwards: walk the ladder, calibrate on rows the model has not seen, export what is shipped, judge it beside
simple rules and the champion. Everything random comes from one seed, everything runs on one thread, and no clock
enters what is learnt: the same file, seed and lock file give the same bits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from scoring.model.artefact import Artefact
from scoring.model.calibration import Calibration, Identity
from scoring.model.logistic import FloatArray, probabilities
from scoring.model.schema import Feature
from scoring.model.tables import ScoreTables
from scoring.registry.gates import Gate
from training.data.preparing import DAY, Prepared
from training.data.rows import IntArray, TrainingRows
from training.data.splitting import Blocks, Fold, blocks_of, folds_of, pieces_of, rolling_origins
from training.evaluate.baselines import Baseline, best_single_feature, prior
from training.evaluate.evaluation import Judged
from training.evaluate.gates import Evidence, Segments, gates_of, segments_of
from training.learn.calibrating import Calibrated, calibrate
from training.learn.candidates import Candidate, export
from training.learn.rematch import HOW, Rematch, rematch
from training.learn.selection import JudgedCandidate, judged_rows, simplest_good, try_candidate
from training.plan import Champion, Trained, TrainingPlan
from training.progress import ProgressListener, Silent
from training.sentences import Sentence


def train(
    prepared: Prepared,
    plan: TrainingPlan | None = None,
    *,
    champion: Artefact | None = None,
    progress: ProgressListener | None = None,
) -> Trained:
    """Train on prepared rows.

    Raises
    ------
    NotEnoughData
        If a fold or block holds too few who left or stayed.
    ExportRefused
        If exported tables do not answer as their estimator.
    """
    strategy = _Forward if prepared.rows.times is not None else _CrossValidated
    features = prepared.schema.features
    return strategy(prepared, prepared.rows, features, plan or TrainingPlan(), progress or Silent()).train(champion)


@dataclass(frozen=True, eq=False)
class _Shipped:
    """What is shipped, and its probabilities of the judged rows, none of which it has learnt from."""

    calibrated: Calibrated
    tables: ScoreTables
    parity: float
    p_churn: FloatArray


@dataclass(frozen=True, eq=False)
class _Strategy(ABC):
    """Which rows are learnt from and which are judged, and what both strategies share.

    Parameters
    ----------
    rows, features
        What is learnt from: those of ``prepared``, or the same rows as the champion sees them.
    """

    prepared: Prepared
    rows: TrainingRows
    features: tuple[Feature, ...]
    plan: TrainingPlan
    progress: ProgressListener

    @property
    @abstractmethod
    def selection(self) -> Sequence[Fold]:
        """Folds in which the candidates of the ladder are compared."""

    @property
    @abstractmethod
    def judging(self) -> Sequence[Fold]:
        """Folds that judge the shipped model and all that it is compared with."""

    @abstractmethod
    def shipped(self, trial: JudgedCandidate) -> _Shipped:
        """Calibrate and export the chosen candidate."""

    @abstractmethod
    def refitted(self, recipe: Candidate) -> FloatArray:
        """Return another recipe's calibrated probabilities of the rows that `judging` judges."""

    def train(self, champion: Artefact | None) -> Trained:
        """Train and judge."""
        trials = tuple(self.tried(candidate) for candidate in self.plan.ladder)
        chosen = simplest_good(trials, self.rows.customers[judged_rows(self.selection)])
        shipped = self.shipped(chosen)
        judged = self.judged(shipped.p_churn)
        benchmark = self.benchmark(judged)
        rules = prior(self.rows, self.judging), best_single_feature(self.rows, self.judging, self.features)
        compared = self.compared(champion, judged)
        segments = segments_of(self.rows.encoded[judged_rows(self.judging)], judged.churned, self.features)
        gates = self.gates(judged, rules[1], compared, shipped.parity, segments)
        return Trained(
            self.prepared, self.plan, shipped.tables, shipped.parity, trials, chosen, benchmark,
            shipped.calibrated, judged, rules, compared, gates, self.reference_rows, segments,
        )  # fmt: skip

    @property
    def reference_rows(self) -> FloatArray:
        """Encoded rows that percentiles and drift are measured against: those judged, in the order of the table."""
        return self.rows.encoded[np.sort(judged_rows(self.judging))]

    def tried(self, candidate: Candidate) -> JudgedCandidate:
        """Try a candidate in every fold of the selection."""
        self.progress.stage(candidate.name, len(self.selection))
        return try_candidate(candidate, self.rows, self.selection, self.features, self.plan.seed, self.progress)

    def judged(self, p_churn: FloatArray) -> Judged:
        """Lay probabilities beside what became of the rows that `judging` judges."""
        judged = self.rows.take(judged_rows(self.judging))
        pieces = np.repeat(np.arange(len(self.judging)), [len(fold.judge) for fold in self.judging])
        return Judged(judged.churned, p_churn, judged.customers, pieces)

    def benchmark(self, judged: Judged) -> Judged | None:
        """Judge the model that is not explainable."""
        if self.plan.benchmark_model is None:
            return None
        self.progress.stage(self.plan.benchmark_model.name, len(self.judging))
        answers = []
        for fold in self.judging:
            learn = self.rows.take(fold.learn)
            fitted = self.plan.benchmark_model.fit(learn.encoded, learn.churned, self.features, seed=self.plan.seed)
            answers.append(probabilities(fitted.log_odds(self.rows.encoded[fold.judge])))
            self.progress.advance()
        return judged.with_predictions(np.concatenate(answers))

    def exported(self, candidate: Candidate, places: IntArray, calibration: Calibration) -> tuple[ScoreTables, float]:
        """Fit a candidate on the rows at these places and prove its tables."""
        self.progress.stage("export", 1)
        tables, parity = export(candidate, self.rows.take(places), self.features, seed=self.plan.seed)
        self.progress.advance()
        return replace(tables, calibration=calibration), parity

    def compared(self, champion: Artefact | None, judged: Judged) -> Champion | None:
        """Judge the champion on the same rows, from which its recipe has not learnt either."""
        if champion is None:
            return None
        match rematch(champion, self.prepared, self.plan.ladder):
            case Rematch(recipe, rows, features):
                p_churn = replace(self, rows=rows, features=features).refitted(recipe)
                return Champion(champion, judged.with_predictions(p_churn), HOW)
            case why_not:
                return Champion(champion, None, Sentence("could not be judged fairly: {why}", why=why_not))

    def gates(
        self, judged: Judged, rule: Baseline, champion: Champion | None, parity: float, segments: Segments
    ) -> tuple[Gate, ...]:
        """Judge the gates."""
        evidence = Evidence(
            judged=judged,
            rule=judged.with_predictions(rule.p_churn),
            champion=champion.judged if champion else None,
            segments=segments,
            leaks=self.prepared.leaks_inside,
            certificate=self.prepared.certificate,
            parity=parity,
            seed=self.plan.seed,
            not_comparable=champion.how if champion and champion.judged is None else "",
        )
        return tuple(gates_of(evidence))


class _CrossValidated(_Strategy):
    """All rows are of one moment: every row is judged by a model that has not learnt from it, what is shipped learns
    from all.
    """

    @cached_property
    def selection(self) -> list[Fold]:
        """Five, of all rows."""
        return folds_of(self.rows)

    @property
    def judging(self) -> list[Fold]:
        """The same."""
        return self.selection

    def shipped(self, trial: JudgedCandidate) -> _Shipped:
        """Learn from all rows; what is said of them is that of the folds."""
        calibrated = self.calibrated(trial)
        everything = np.arange(len(self.rows), dtype=np.int64)
        tables, parity = self.exported(trial.candidate, everything, calibrated.calibration)
        return _Shipped(calibrated, tables, parity, calibrated.p_churn)

    def refitted(self, recipe: Candidate) -> FloatArray:
        """Fit it in the same folds."""
        return self.calibrated(self.tried(recipe)).p_churn

    def calibrated(self, trial: JudgedCandidate) -> Calibrated:
        """Choose a calibration, each fold's fitted on what is said of the others."""
        judged = self.judged(trial.scores)
        return calibrate(trial.scores, judged.churned, judged.pieces)


class _Forward(_Strategy):
    """Rows have a time: learn from the first block, calibrate on the second, be judged on the last.

    What is shipped learns anew from all that is known when the test begins, so that it is not older than it must be,
    and keeps the calibration; the test then judges both together.
    """

    @property
    def gap(self) -> int:
        """How long after its moment a row's outcome is known, in the unit of the rows' times."""
        return self.plan.horizon_days * (DAY if self.prepared.times_are_moments else 1)

    @cached_property
    def blocks(self) -> Blocks:
        """Time cut in three."""
        return blocks_of(self.rows, self.gap)

    @cached_property
    def selection(self) -> list[Fold]:
        """Rolling origins within the first block."""
        learn = self.blocks.learn
        origins = rolling_origins(self.rows.take(learn), self.gap)
        return [Fold(learn[fold.learn], learn[fold.judge]) for fold in origins]

    @property
    def judging(self) -> list[Fold]:
        """The last block, by all that is known when it begins."""
        return [Fold(self.blocks.known, self.blocks.test)]

    def shipped(self, trial: JudgedCandidate) -> _Shipped:
        """Learn anew from all that is known when the test begins."""
        return self.fitted(trial.candidate)

    def refitted(self, recipe: Candidate) -> FloatArray:
        """Learn and calibrate on the same blocks."""
        return self.fitted(recipe).p_churn

    def fitted(self, candidate: Candidate) -> _Shipped:
        """Calibrate on a block that is later than what was learnt from, then learn anew and be judged on the last."""
        tables, _ = self.exported(candidate, self.blocks.learn, Identity())
        later = self.rows.take(self.blocks.calibrate)
        calibrated = calibrate(tables.log_odds(later.encoded), later.churned, pieces_of(folds_of(later), len(later)))
        tables, parity = self.exported(candidate, self.blocks.known, calibrated.calibration)
        return _Shipped(calibrated, tables, parity, tables.probabilities(self.rows.encoded[self.blocks.test]))
