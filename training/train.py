"""The use case: from a table of customers to a version that may be promoted.

Read downwards: walk the ladder, calibrate on rows the model has not seen, export what is shipped, judge it beside
simple rules and the champion. Everything random comes from one seed, everything runs on one thread, and no clock
enters what is learnt: the same file, seed and lock file give the same bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scoring.artefact import Artefact
from scoring.calibration import Calibration, Identity
from scoring.columns import encode_columns
from scoring.logistic import FloatArray, probabilities
from scoring.tables import ScoreTables
from training.baselines import Baseline, best_single_feature, prior
from training.calibrating import Calibrated, calibrate
from training.candidates import Candidate, export
from training.evaluation import Judged
from training.examples import IntArray
from training.gates import Evidence, Gate, gates_of, segments_of
from training.plan import Champion, Plan, Trained
from training.preparing import DAY, Prepared
from training.progress import Progress, Silent
from training.selection import Trial, judged_rows, simplest_good, try_candidate
from training.splitting import Blocks, Fold, blocks_of, folds_of, pieces_of, rolling_origins


def train(
    prepared: Prepared, plan: Plan | None = None, *, champion: Artefact | None = None, progress: Progress | None = None
) -> Trained:
    """Train on prepared rows.

    Raises
    ------
    NotEnoughData
        If a fold or block holds too few who left or stayed.
    ExportRefused
        If exported tables do not answer as their estimator.
    """
    way = _Forward if prepared.examples.times is not None else _CrossValidated
    return way(prepared, plan or Plan(), progress or Silent()).train(champion)


@dataclass(frozen=True, eq=False)
class _Way:
    """What both ways of judging share."""

    prepared: Prepared
    plan: Plan
    progress: Progress

    def walk(self, folds: Sequence[Fold], places: IntArray) -> tuple[tuple[Trial, ...], Trial]:
        """Try every candidate on folds of the rows at these places; take the simplest good one."""
        examples = self.prepared.examples.take(places)
        trials = []
        for candidate in self.plan.ladder:
            self.progress.stage(candidate.name, len(folds))
            features = self.prepared.schema.features
            trials.append(try_candidate(candidate, examples, folds, features, self.plan.seed, self.progress))
        return tuple(trials), simplest_good(trials, examples.customers[judged_rows(folds)])

    def ask_referee(self, folds: Sequence[Fold]) -> FloatArray | None:
        """Return the referee's probabilities of the judged rows of each fold."""
        if self.plan.referee is None:
            return None
        self.progress.stage(self.plan.referee.name, len(folds))
        said = []
        for fold in folds:
            learn = self.prepared.examples.take(fold.learn)
            fitted = self.plan.referee.fit(
                learn.rows, learn.churned, self.prepared.schema.features, seed=self.plan.seed
            )
            said.append(probabilities(fitted.log_odds(self.prepared.examples.rows[fold.judge])))
            self.progress.advance()
        return np.concatenate(said)

    def ship(self, candidate: Candidate, places: IntArray, calibration: Calibration) -> tuple[ScoreTables, float]:
        """Fit the chosen candidate on these rows and prove its tables."""
        self.progress.stage("export", 1)
        learn = self.prepared.examples.take(places)
        tables, parity = export(candidate, learn, self.prepared.schema.features, seed=self.plan.seed)
        self.progress.advance()
        return replace(tables, calibration=calibration), parity

    def gates(
        self, judged: Judged, rule: Baseline, champion: Champion | None, places: IntArray, parity: float
    ) -> tuple[Gate, ...]:
        """Judge the gates on the rows at these places."""
        rows = self.prepared.examples.rows[places]
        evidence = Evidence(
            judged=judged,
            rule=judged.saying(rule.p_churn),
            champion=champion.judged if champion else None,
            segments=segments_of(rows, judged.churned, self.prepared.schema.features),
            leaks=self.prepared.leaks_inside,
            certificate=self.prepared.certificate,
            parity=parity,
            seed=self.plan.seed,
        )
        return tuple(gates_of(evidence))

    def as_it_is(self, champion: Artefact, judged: Judged, places: IntArray, how: str) -> Champion:
        """Score the judged rows with the champion's own tables."""
        raw = self.prepared.raw.take(places)
        columns = {name: raw[name] for name in champion.schema.inputs if name in raw.column_names}
        rows, _ = encode_columns(champion.schema, columns, len(raw))
        return Champion(champion, judged.saying(champion.tables.probabilities(rows)), how)


class _CrossValidated(_Way):
    """All rows are of one moment: every row is judged by a model that has not learnt from it, what is shipped learns
    from all.
    """

    def train(self, champion: Artefact | None) -> Trained:
        """Train and judge."""
        examples = self.prepared.examples
        folds, everything = folds_of(examples), np.arange(len(examples), dtype=np.int64)
        places = judged_rows(folds)
        pieces = pieces_of(folds, len(examples))[places]
        trials, chosen = self.walk(folds, everything)
        calibrated = calibrate(chosen.scores, examples.churned[places], pieces)
        judged = Judged(examples.churned[places], calibrated.p_churn, examples.customers[places], pieces)
        referee = self.ask_referee(folds)
        rules = prior(examples, folds), best_single_feature(examples, folds, self.prepared.schema.features)
        tables, parity = self.ship(chosen.candidate, everything, calibrated.calibration)
        compared = self.compared(champion, trials, judged, places) if champion else None
        return Trained(
            self.prepared, self.plan, tables, parity, trials, chosen,
            judged.saying(referee) if referee is not None else None,
            calibrated, judged, rules, compared,
            self.gates(judged, rules[1], compared, places, parity), examples.rows,
        )  # fmt: skip

    def compared(self, champion: Artefact, trials: Sequence[Trial], judged: Judged, places: IntArray) -> Champion:
        """Judge the champion's recipe in the same folds: its tables may have learnt from these very rows."""
        recipe = champion.manifest.configuration.get("candidate")
        same = champion.schema.names == self.prepared.schema.names
        found = next((trial for trial in trials if same and trial.candidate.name == recipe), None)
        if found is None:
            return self.as_it_is(champion, judged, places, "its tables as they are: it may have learnt from these rows")
        p_churn = calibrate(found.scores, judged.churned, judged.pieces).p_churn
        return Champion(champion, judged.saying(p_churn), "its recipe, fitted anew in the same folds")


class _Forward(_Way):
    """Rows have a time: learn from the first block, calibrate on the second, be judged on the last.

    What is shipped learns anew from all that is known when the test begins, so that it is not older than it must be,
    and keeps the calibration; the test then judges both together.
    """

    def train(self, champion: Artefact | None) -> Trained:
        """Train and judge."""
        examples = self.prepared.examples
        gap = self.plan.horizon_days * (DAY if self.prepared.times_are_moments else 1)
        blocks = blocks_of(examples, gap)
        folds = rolling_origins(examples.take(blocks.learn), gap)
        trials, chosen = self.walk(folds, blocks.learn)
        calibrated = self.calibrated(chosen.candidate, blocks)
        tables, parity = self.ship(chosen.candidate, blocks.known, calibrated.calibration)
        judged = self.tested(tables, blocks.test)
        once = [Fold(blocks.known, blocks.test)]
        referee = self.ask_referee(once)
        rules = prior(examples, once), best_single_feature(examples, once, self.prepared.schema.features)
        compared = self.as_it_is(champion, judged, blocks.test, "its tables as they are") if champion else None
        return Trained(
            self.prepared, self.plan, tables, parity, trials, chosen,
            judged.saying(referee) if referee is not None else None,
            calibrated, judged, rules, compared,
            self.gates(judged, rules[1], compared, blocks.test, parity), examples.rows[blocks.test],
        )  # fmt: skip

    def calibrated(self, candidate: Candidate, blocks: Blocks) -> Calibrated:
        """Choose a calibration on a block that is later than what was learnt from."""
        tables, _ = self.ship(candidate, blocks.learn, Identity())
        later = self.prepared.examples.take(blocks.calibrate)
        return calibrate(tables.log_odds(later.rows), later.churned, pieces_of(folds_of(later), len(later)))

    def tested(self, tables: ScoreTables, places: IntArray) -> Judged:
        """Judge the shipped tables on the last block."""
        test = self.prepared.examples.take(places)
        return Judged(test.churned, tables.probabilities(test.rows), test.customers, np.zeros(len(test), np.int64))
